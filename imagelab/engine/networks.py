"""Networks: the three that every daemon has, and what ties containers to them.

The documents follow a daemon that had its bridge from an earlier start, so ``bridge`` names its
gateway.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from imagelab.engine import links
from imagelab.engine.filters import Filters, check_names, labels_match
from imagelab.engine.go_regexp import go_search
from imagelab.engine.lookup import find_container
from imagelab.engine.ports import exposed_ports, publish
from imagelab.formats.gotime import SECOND, format_time
from imagelab.model.container import Container, Endpoint
from imagelab.model.node import file
from imagelab.model.outcome import BadRequest, EngineError, Event, NotFound, Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget

#: Name of the machine that containers seem to run on; those on its network share it.
HOST_NAME = "imagelab"
BRIDGE = "bridge"
GATEWAY = "172.17.0.1"
_PREFIX = 16
_SUBNET = f"172.17.0.0/{_PREFIX}"
#: The networks and their drivers, by name.
_DRIVERS = {BRIDGE: "bridge", "host": "host", "none": "null"}
#: When they were made: as long ago as the lessons' clock goes back.
_CREATED = format_time(1_772_442_000 * SECOND)
_BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}
_MAC = r"|[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}"
_HOSTS = (
    "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
)


def network_id(name: str) -> str:
    """Return the ID of a network: the same in every lab."""
    return _hash(f"network {name}")


def network_of(container: Container) -> str:
    """Return the network that a container belongs to, as ``docker ps`` names it."""
    return network_of_mode(container.host_config.network_mode)


def network_of_mode(mode: str) -> str:
    """Return the network that a ``NetworkMode`` means."""
    return BRIDGE if mode == "default" else mode


def network_event(container: Container, action: str, now: int) -> Event:
    """Return an event of the network that a container belongs to."""
    name = network_of(container)
    attributes = {"container": container.id, "name": name, "type": _DRIVERS.get(name, "")}
    return Event("network", action, network_id(name), attributes, now)


def join(state: State, name: str, *, now: int) -> Outcome[None]:
    """Put a container that is about to start into its network.

    The bridge gives the lowest address that is free; ports are published there only. Where that
    fails the container keeps the reason, and exit code 128 if it never ran.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    if container.is_running:
        return Outcome(state, None)
    try:
        return Outcome(state.with_container(_connected(state, container, now)), None)
    except EngineError as error:
        failed = replace(
            container, error=error.message, exit_code=container.exit_code or 128)
        return Outcome(state.with_container(failed), None, (), error)


def _connected(state: State, container: Container, now: int) -> Container:
    name = network_of(container)
    if name not in _DRIVERS:
        raise NotFound(f"network {name} not found")
    endpoint = Endpoint(name, _hash(f"endpoint {container.id} {now}"))
    others = links.running(state, container) if name == BRIDGE else []
    if name == BRIDGE:
        if not re.fullmatch(_MAC, container.config.mac_address):
            raise BadRequest(f"address {container.config.mac_address}: invalid MAC address")
        endpoint = replace(
            endpoint, address=_free_address(state), ports=publish(state, container, endpoint.id),
            variables=links.variables(container, others))
    lines = _extra_hosts(container) + links.host_lines(others)
    return replace(
        container, endpoint=endpoint, mounts=_with_hosts(container, endpoint, lines, now))


def _free_address(state: State) -> str:
    taken = {each.endpoint.address for each in state.containers.values()
             if each.endpoint and each.is_running}
    for number in range(2, (1 << (32 - _PREFIX)) - 1):
        address = f"172.17.{number >> 8}.{number & 255}"
        if address not in taken:
            return address
    raise EngineError("no available IPv4 addresses on this network's address pools: "
                      f"{BRIDGE} ({network_id(BRIDGE)})")


def _extra_hosts(container: Container) -> str:
    """Return the lines of ``/etc/hosts`` that the user asked for."""
    pairs = (each.partition(":") for each in container.host_config.settings.get("ExtraHosts") or ())
    return "".join(f"{GATEWAY if address == 'host-gateway' else address}\t{name}\n"
                   for name, _, address in pairs)


def _with_hosts(
    container: Container, endpoint: Endpoint, lines: str, now: int,
) -> dict[str, Any]:
    """Return the mounts with ``/etc/hosts`` as each start writes it."""
    own = f"{endpoint.address}\t{container.config.hostname}\n" if endpoint.address else ""
    return {**container.mounts, "etc/hosts": {"": file((_HOSTS + lines + own).encode(), mtime=now)}}


def mac_address(address: str) -> str:
    """Return the hardware address that the bridge gives with an IPv4 address."""
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def _mac_of(container: Container) -> str:
    endpoint = container.endpoint
    return container.config.mac_address or mac_address(endpoint.address if endpoint else "")


# --- networks ------------------------------------------------------------------------------


def list_networks(state: State, filters: Filters | None = None) -> list[dict[str, Any]]:
    """Return the networks by name, as ``GET /networks`` does.

    Raises:
        BadRequest: a filter is unknown or has a value that it does not take.
    """
    filters = filters or {}
    check_names(filters, ("dangling", "driver", "id", "label", "name", "scope", "type"))
    kinds = filters.get("type", ())
    for kind in kinds:
        if kind not in ("builtin", "custom"):
            raise EngineError(f"invalid filter: 'type'='{kind}'")
    custom_only = bool(kinds) and "builtin" not in kinds
    if custom_only or _dangling(filters.get("dangling", ())):
        return []
    return [_document(state, name) for name in sorted(_DRIVERS) if _matches(name, filters)]


def _dangling(values: Sequence[str]) -> bool:
    """Whether only networks without containers are wanted: these three never count as such."""
    for value in values:
        if value not in ("true", "1", "false", "0"):
            raise BadRequest("invalid value for filter 'dangling', must be \"true\" (or \"1\"), "
                             "or \"false\" (or \"0\")")
    return any(value in ("true", "1") for value in values)


def _matches(name: str, filters: Filters) -> bool:
    budget = Budget()

    def any_of(key: str, text: str) -> bool:
        patterns = filters.get(key, ())
        return not patterns or any(
            each in text or go_search(each, (text,), budget) for each in patterns)

    return (
        any_of("name", name) and any_of("id", network_id(name))
        and _DRIVERS[name] in filters.get("driver", (_DRIVERS[name],))
        and "local" in filters.get("scope", ("local",))
        and labels_match(filters, None)
    )


def inspect_network(state: State, text: str) -> dict[str, Any]:
    """Return a network as ``GET /networks/…`` does: by ID, name or prefix of an ID.

    Raises:
        NotFound: there is no such network.
    """
    names = [name for name in _DRIVERS if text in (name, network_id(name))]
    names = names or [name for name in _DRIVERS if text and network_id(name).startswith(text)]
    if len(names) != 1:
        raise NotFound(f"network {text} not found")
    return _document(state, names[0])


def remove_network(state: State, name: str) -> None:
    """Refuse to remove a network: those that every daemon has stay.

    Raises:
        NotFound: there is no such network.
        EngineError: 403, in the daemon's words.
    """
    found = inspect_network(state, name)["Name"]
    raise EngineError(f"{found} is a pre-defined network and cannot be removed", 403)


def _document(state: State, name: str) -> dict[str, Any]:
    is_bridge = name == BRIDGE
    pool = [{"Subnet": _SUBNET, "Gateway": GATEWAY}] if is_bridge else []
    inside = [each for each in state.containers.values()
              if each.is_running and each.endpoint and each.endpoint.network == name]
    return {
        "Name": name,
        "Id": network_id(name),
        "Created": _CREATED,
        "Scope": "local",
        "Driver": _DRIVERS[name],
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": pool},
        "Internal": False,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {each.id: _member(each) for each in sorted(inside, key=lambda c: c.id)},
        "Options": dict(_BRIDGE_OPTIONS) if is_bridge else {},
        "Labels": {},
    }


def _member(container: Container) -> dict[str, str]:
    endpoint = container.endpoint
    assert endpoint is not None, "it runs"
    address = endpoint.address
    return {
        "Name": container.name,
        "EndpointID": endpoint.id,
        "MacAddress": _mac_of(container) if address else "",
        "IPv4Address": f"{address}/{_PREFIX}" if address else "",
        "IPv6Address": "",
    }


# --- a container's side --------------------------------------------------------------------


def network_settings(container: Container) -> dict[str, Any]:
    """Return what ``docker inspect`` shows of a container's network."""
    endpoint = container.endpoint
    sandbox = _hash(f"sandbox {endpoint.id}") if endpoint else ""
    key = "default" if endpoint and endpoint.network == "host" else sandbox[:12]
    return {
        "Bridge": "", "SandboxID": sandbox, "HairpinMode": False, "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0, "Ports": _port_map(container),
        "SandboxKey": f"/var/run/docker/netns/{key}" if endpoint else "",
        "SecondaryIPAddresses": None, "SecondaryIPv6Addresses": None,
        **_default_addresses(container), "Networks": networks(container),
    }


def networks(container: Container) -> dict[str, dict[str, Any]]:
    """Return a container's networks by name, as the Engine API lists them."""
    addresses = _addresses(container)
    mac = addresses.pop("MacAddress")
    return {network_of(container): {
        "IPAMConfig": None, "Links": None, "Aliases": None,
        "NetworkID": network_id(container.endpoint.network) if container.endpoint else "",
        **{name: addresses[name] for name in _NETWORK_ORDER},
        "MacAddress": mac, "DriverOpts": None,
    }}


_NETWORK_ORDER = (
    "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address",
    "GlobalIPv6PrefixLen",
)


def _default_addresses(container: Container) -> dict[str, Any]:
    """Return the addresses once more, outside of ``Networks``: only those of the bridge."""
    if network_of(container) == BRIDGE:
        return _addresses(container)
    return _addresses(replace(container, endpoint=None))


def _addresses(container: Container) -> dict[str, Any]:
    endpoint = container.endpoint if container.is_running else None
    address = endpoint.address if endpoint else ""
    return {
        "EndpointID": endpoint.id if endpoint else "",
        "Gateway": GATEWAY if address else "",
        "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
        "IPAddress": address, "IPPrefixLen": _PREFIX if address else 0,
        "IPv6Gateway": "", "MacAddress": _mac_of(container) if address else "",
    }


def _port_map(container: Container) -> dict[str, list[dict[str, str]] | None]:
    """Return the ports of a container on the bridge; null for those that are only exposed."""
    endpoint = container.endpoint
    if endpoint is None or endpoint.network != BRIDGE or not container.is_running:
        return {}
    exposed = {*exposed_ports(container), *endpoint.ports}
    return {
        port: [{"HostIp": each.host_ip, "HostPort": each.host_port}
               for each in endpoint.ports[port]] if port in endpoint.ports else None
        for port in sorted(exposed)
    }


def listed_ports(container: Container) -> list[dict[str, Any]]:
    """Return the ports of a container as the Engine API lists them, published ones first."""
    rows: list[dict[str, Any]] = []
    for port, bindings in _port_map(container).items():
        number, _, protocol = port.partition("/")
        own = {"PrivatePort": int(number), "Type": protocol}
        rows += [
            {"IP": each["HostIp"], **own, "PublicPort": int(each["HostPort"])}
            for each in bindings or ()
        ] or [own]
    return sorted(rows, key=lambda row: ("IP" not in row, row["PrivatePort"]))


def _hash(text: str) -> str:
    return hashlib.sha256(f"imagelab {text}".encode()).hexdigest()
