"""``docker inspect`` documents as the client's own types, for ``--format``.

The client runs a template over its Go types first: they leave empty fields of an image's
configuration out and have names of their own (``.ID``). Where that fails it tries the daemon's
document as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imagelab.docker.gotemplate import Int64, Nil, StringMap, StringSlice, Struct
from imagelab.formats.duration import format_duration

#: Go types of fields that may be null.
_NIL_TYPES = {
    "Env": "[]string", "Cmd": "strslice.StrSlice", "Entrypoint": "strslice.StrSlice",
    "OnBuild": "[]string", "Labels": "map[string]string", "Volumes": "map[string]struct {}",
    "Shell": "strslice.StrSlice", "ExposedPorts": "nat.PortSet", "Binds": "[]string",
    "ExecIDs": "[]string", "Healthcheck": "*container.HealthConfig",
}
#: Fields that are maps of text even where they are empty.
_STRING_MAPS = frozenset({"Labels", "DriverOpts"})
#: Fields that the daemon leaves out while they are empty, as the client has them then.
_LEFT_OUT: dict[str, dict[str, object]] = {
    "*image.InspectResponse": {
        "Variant": "", "OsVersion": "", "Container": "", "Descriptor": Nil("*v1.Descriptor"),
        "Manifests": Nil("[]image.ManifestSummary"),
    },
    "*container.InspectResponse": {
        "SizeRw": Nil("*int64"), "SizeRootFs": Nil("*int64"),
        "ImageManifestDescriptor": Nil("*v1.Descriptor"),
    },
    "*container.State": {"Health": Nil("*container.Health")},
    "*container.Config": {
        "ExposedPorts": Nil("nat.PortSet"), "Healthcheck": Nil("*container.HealthConfig"),
        "ArgsEscaped": False, "NetworkDisabled": False, "MacAddress": "", "StopSignal": "",
        "StopTimeout": Nil("*int"), "Shell": Nil("strslice.StrSlice"),
    },
    "*container.HostConfig": {
        "Annotations": Nil("map[string]string"), "StorageOpt": Nil("map[string]string"),
        "Tmpfs": Nil("map[string]string"), "Sysctls": Nil("map[string]string"),
        "Mounts": Nil("[]mount.Mount"), "Init": Nil("*bool"), "KernelMemory": Int64(0),
        "KernelMemoryTCP": Int64(0),
    },
}
#: The order of fields that matters: whole ones are printed in it.
_CONTAINER_CONFIG = (
    "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr",
    "ExposedPorts", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd", "Healthcheck", "ArgsEscaped",
    "Image", "Volumes", "WorkingDir", "Entrypoint", "NetworkDisabled", "MacAddress", "OnBuild",
    "Labels", "StopSignal", "StopTimeout", "Shell",
)
#: Fields of an image's configuration, in the order of the client's type (OCI first).
_IMAGE_CONFIG = (
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
    "StopSignal", "ArgsEscaped", "Healthcheck", "OnBuild", "Shell",
)
_DOCKERS_OWN = ("Healthcheck", "OnBuild", "Shell")
#: The spans of a health check.
_SPANS = ("Interval", "Timeout", "StartPeriod", "StartInterval")
#: Fields of a container's network settings, and of its place in one network.
_SETTINGS_ORDER = (
    "Bridge", "SandboxID", "SandboxKey", "Ports", "HairpinMode", "LinkLocalIPv6Address",
    "LinkLocalIPv6PrefixLen", "SecondaryIPAddresses", "SecondaryIPv6Addresses", "EndpointID",
    "Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPAddress", "IPPrefixLen",
    "IPv6Gateway", "MacAddress", "Networks",
)
_ENDPOINT_ORDER = (
    "IPAMConfig", "Links", "Aliases", "MacAddress", "DriverOpts", "GwPriority", "NetworkID",
    "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address",
    "GlobalIPv6PrefixLen", "DNSNames",
)
#: What the client's types have and the daemon does not send, other than nil.
_ADDED = {"GwPriority": 0}
#: Fields of the daemon's host configuration that the client no longer knows.
_FORGOTTEN = ("KernelMemory", "KernelMemoryTCP")


def typed_image(document: Mapping[str, Any]) -> Struct:
    """Return an image's document as the client's type."""
    fields: dict[str, object] = {}
    for key, value in document.items():
        name = "ID" if key == "Id" else key
        if key == "Config":
            fields[name] = _image_config(value)
        elif key == "ContainerConfig":
            fields[name] = _container_config(value)
        elif key in ("GraphDriver", "RootFS", "Metadata"):
            fields[name] = _struct(f"image.{key}", value)
        else:
            fields[name] = _plain(key, value)
    marshal = {key: fields["ID" if key == "Id" else key] for key in document
               if document[key] != "" or key not in ("Created", "Container", "Variant")}
    return _whole("*image.InspectResponse", fields, marshal)


def _image_config(document: Mapping[str, Any] | None) -> object:
    if document is None:
        return Nil("*v1.DockerOCIImageConfig")
    fields = {
        key: _plain(key, document.get(key, _empty(key))) for key in _IMAGE_CONFIG
    }
    marshal = {key: fields[key] for key in _IMAGE_CONFIG if document.get(key)}
    own = {key: fields.pop(key) for key in _DOCKERS_OWN}
    printed = {"ImageConfig": Struct("v1.ImageConfig", fields),
               "DockerOCIImageConfigExt": Struct("v1.DockerOCIImageConfigExt", own)}
    return Struct("*v1.DockerOCIImageConfig", {**fields, **own}, marshal=marshal, printed=printed)


def _empty(key: str) -> Any:
    if key in _NIL_TYPES:
        return None
    return False if key == "ArgsEscaped" else ""


def typed_container(document: Mapping[str, Any]) -> Struct:
    """Return a container's document as the client's type."""
    parts: dict[str, Callable[[Any], object]] = {
        "State": lambda value: _with_empty_ones("*container.State", value),
        "Config": _container_config,
        "HostConfig": _host_config,
        "GraphDriver": lambda value: _struct("storage.DriverData", value),
        "NetworkSettings": _network_settings,
        "Mounts": lambda value: [_struct("container.MountPoint", each) for each in value],
    }
    fields: dict[str, object] = {}
    for key, value in document.items():
        name = "ID" if key == "Id" else key
        fields[name] = parts[key](value) if key in parts else _plain(key, value)
    marshal = {key: fields["ID" if key == "Id" else key] for key in document}
    return _whole("*container.InspectResponse", fields, marshal)


def _container_config(document: Mapping[str, Any]) -> Struct:
    whole = _with_empty_ones("*container.Config", document)
    order = {key: at for at, key in enumerate(_CONTAINER_CONFIG)}
    fields = dict(sorted(whole.fields.items(), key=lambda item: order.get(item[0], len(order))))
    return Struct(whole.go_type, fields, marshal=whole.marshal)


def _host_config(document: Mapping[str, Any]) -> object:
    known = {key: value for key, value in document.items() if key not in _FORGOTTEN}
    for key in ("LogConfig", "RestartPolicy"):
        known[key] = _struct(f"container.{key}", known[key])
    ports = known["PortBindings"]
    known["PortBindings"] = Nil("nat.PortMap") if ports is None else _bindings(ports)
    size = known.pop("ConsoleSize")
    ordered: dict[str, Any] = {}
    for key, value in known.items():
        ordered[key] = value
        if key == "VolumesFrom":
            ordered["ConsoleSize"] = size
    return _with_empty_ones("*container.HostConfig", ordered)


def _network_settings(document: Mapping[str, Any]) -> object:
    networks = {
        name: _ordered("*network.EndpointSettings", value, _ENDPOINT_ORDER)
        for name, value in document["Networks"].items()
    }
    ports = _bindings(document["Ports"])
    return _ordered("*container.NetworkSettings",
                    {**document, "Networks": networks, "Ports": ports}, _SETTINGS_ORDER)


def _bindings(ports: Mapping[str, Any]) -> dict[str, object]:
    return {
        port: Nil("[]nat.PortBinding") if bindings is None
        else [_struct("nat.PortBinding", each) for each in bindings]
        for port, bindings in ports.items()
    }


def _ordered(go_type: str, document: Mapping[str, Any], order: Sequence[str]) -> Struct:
    """Return a struct whose fields come in the client's order; those it adds are empty."""
    return _struct(go_type, {key: document.get(key, _ADDED.get(key)) for key in order})


def typed_network(document: Mapping[str, Any]) -> Struct:
    """Return a network's document as the client's type."""
    containers = {
        key: _struct("network.EndpointResource", value)
        for key, value in document["Containers"].items()
    }
    ipam = document["IPAM"]
    pools = [Struct("network.IPAMConfig", {
        **{key: each.get(key, "") for key in ("Subnet", "IPRange", "Gateway")},
        "AuxAddress": _pairs(each.get("AuxiliaryAddresses"))}, marshal=each)
        for each in ipam["Config"]]
    parts = {
        "IPAM": Struct("network.IPAM", {
            **ipam, "Options": _pairs(ipam["Options"]), "Config": pools}),
        "ConfigFrom": _struct("network.ConfigReference", document["ConfigFrom"]),
        "Options": StringMap(document["Options"]),
        "Labels": StringMap(document["Labels"]),
        "Containers": containers,
    }
    marshal: dict[str, object] = {}
    for key, value in document.items():
        if key == "EnableIPv6":
            marshal["EnableIPv4"] = False
        marshal[key] = parts.get(key, value)
    fields = {"ID" if key == "Id" else key: value for key, value in marshal.items()}
    return Struct("network.Inspect", fields, marshal=marshal)


def _pairs(value: Mapping[str, str] | None) -> object:
    return Nil("map[string]string") if value is None else StringMap(value)


def typed_volume(document: Mapping[str, Any]) -> Struct:
    """Return a volume's document as the client's type."""
    fields: dict[str, object] = {
        key: Nil("map[string]string") if value is None else _plain(key, value)
        for key, value in document.items()
    }
    unsent = {"Status": Nil("map[string]interface {}"), "UsageData": Nil("*volume.UsageData"),
              "ClusterVolume": Nil("*volume.ClusterVolume")}
    return Struct("volume.Volume", {**unsent, **fields}, marshal=fields)


def _with_empty_ones(go_type: str, document: Mapping[str, Any]) -> Struct:
    """Return a struct that has the fields that the daemon leaves out; its JSON leaves them out."""
    fields = _struct(go_type, document).fields
    return _whole(go_type, fields, fields)


def _whole(go_type: str, fields: Mapping[str, object], marshal: Mapping[str, object]) -> Struct:
    return Struct(go_type, {**_LEFT_OUT[go_type], **fields}, marshal=marshal)


def _struct(go_type: str, document: Mapping[str, Any]) -> Struct:
    return Struct(go_type, {key: _plain(key, value) for key, value in document.items()})


def _health_check(document: Mapping[str, Any]) -> Struct:
    fields: dict[str, object] = {
        key: Int64(document.get(key, 0)) for key in (*_SPANS, "Retries")}
    fields = {"Test": StringSlice(document.get("Test", ())), **fields}
    spans = {key: format_duration(document.get(key, 0)) for key in _SPANS}
    marshal = {key: value for key, value in fields.items() if value}
    return Struct("*container.HealthConfig", fields, marshal=marshal, printed={**fields, **spans})


def _plain(key: str, value: Any) -> object:
    """Return a field's value with the Go type that printing and messages depend on."""
    if key == "Healthcheck" and value is not None:
        return _health_check(value)
    if key in ("ExposedPorts", "Volumes") and isinstance(value, Mapping):
        return {each: Struct("struct {}", {}) for each in sorted(value)}
    if value is None:
        return Nil(_NIL_TYPES.get(key, "[]string"))
    if isinstance(value, bool) or not isinstance(value, int | list | tuple | Mapping):
        return value
    if isinstance(value, int):
        return Int64(value)
    if isinstance(value, Mapping):
        if key in _STRING_MAPS or (value and all(isinstance(each, str) for each in value.values())):
            return StringMap(sorted(value.items()))
        return dict(sorted(value.items()))
    if all(isinstance(each, str) for each in value):
        return StringSlice(value)
    return list(value)
