"""From the flags of ``docker run`` to the Engine API's ``HostConfig`` and health check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from imagelab.docker.command import ClientError
from imagelab.docker.commands.limit_flags import KEYS
from imagelab.docker.flags import Parsed
from imagelab.docker.network_flag import places

#: Flags whose value is one of the API's as it is.
_PLAIN = {
    **KEYS,
    "cgroup-parent": "CgroupParent", "ipc": "IpcMode", "isolation": "Isolation",
    "oom-kill-disable": "OomKillDisable", "oom-score-adj": "OomScoreAdj",
    "privileged": "Privileged", "runtime": "Runtime", "shm-size": "ShmSize",
    "pid": "PidMode", "read-only": "ReadonlyRootfs", "userns": "UsernsMode", "uts": "UTSMode",
    "volume-driver": "VolumeDriver",
}
#: Lists that the client sends empty, not as nothing.
_EMPTY = (
    "Dns", "DnsOptions", "DnsSearch", "BlkioWeightDevice", "BlkioDeviceReadBps",
    "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices", "Ulimits",
)
_LISTS = {
    "add-host": "ExtraHosts", "cap-add": "CapAdd", "cap-drop": "CapDrop",
    "device-cgroup-rule": "DeviceCgroupRules", "dns": "Dns", "dns-option": "DnsOptions",
    "dns-search": "DnsSearch", "group-add": "GroupAdd", "link": "Links", "mount": "Mounts",
    "security-opt": "SecurityOpt", "ulimit": "Ulimits", "volumes-from": "VolumesFrom",
}
#: Lists of devices, with what else is said of each.
_DEVICES = {
    "blkio-weight-device": ("BlkioWeightDevice", "Weight"),
    "device-read-bps": ("BlkioDeviceReadBps", "Rate"),
    "device-read-iops": ("BlkioDeviceReadIOps", "Rate"),
    "device-write-bps": ("BlkioDeviceWriteBps", "Rate"),
    "device-write-iops": ("BlkioDeviceWriteIOps", "Rate"),
}
_SPANS = {
    "health-interval": "Interval", "health-timeout": "Timeout",
    "health-start-period": "StartPeriod",
}
_MODES = {"cgroupns": ("CGROUP", ("host", "private")), "userns": ("USER", ("host",))}


def host_settings(parsed: Parsed) -> dict[str, Any]:
    """Return the keys of ``HostConfig`` that flags set, apart from those with fields of their own.

    Raises:
        ClientError: a value cannot be, in the client's words.
    """
    _check(parsed)
    settings: dict[str, Any] = {key: [] for key in _EMPTY}
    settings |= {key: parsed[name] for name, key in _PLAIN.items() if parsed[name]}
    settings |= {key: list(parsed[name]) for name, key in _LISTS.items() if parsed[name]}
    for name, (key, what) in _DEVICES.items():
        settings[key] = [{"Path": path, what: rate} for path, rate in parsed[name]]
    if parsed["device"]:
        settings["Devices"] = [{"PathOnHost": text.partition(":")[0]} for text in parsed["device"]]
    if parsed["gpus"]:
        settings["DeviceRequests"] = [{"Count": -1, "Capabilities": [["gpu"]]}]
    if parsed["tmpfs"]:
        settings["Tmpfs"] = {
            path: options for path, _, options in (
                text.partition(":") for text in parsed["tmpfs"])}
    _unconfine(settings)
    if "memory-swappiness" in parsed.given and parsed["memory-swappiness"] != -1:
        settings["MemorySwappiness"] = parsed["memory-swappiness"]
    if parsed["cidfile"]:
        settings["ContainerIDFile"] = parsed["cidfile"]
    if "init" in parsed.given:
        settings["Init"] = parsed["init"]
    if parsed["sysctl"]:
        settings["Sysctls"] = pairs(parsed["sysctl"])
    if parsed["log-driver"] or parsed["log-opt"]:
        settings["LogConfig"] = {
            "Type": parsed["log-driver"] or "json-file", "Config": pairs(parsed["log-opt"])}
    for key in ("CapAdd", "CapDrop"):
        if key in settings:
            settings[key] = sorted({_capability(name) for name in settings[key]})
    if parsed["ulimit"]:
        last = {each["Name"]: each for each in parsed["ulimit"]}
        settings["Ulimits"] = [last[name] for name in sorted(last)]
    if parsed["storage-opt"]:
        settings["StorageOpt"] = pairs(parsed["storage-opt"])
    return settings


def _unconfine(settings: dict[str, Any]) -> None:
    """Do what ``--security-opt systempaths=unconfined`` says, of which the daemon knows nothing."""
    options = settings.get("SecurityOpt", [])
    if "systempaths=unconfined" in options:
        settings |= {"MaskedPaths": [], "ReadonlyPaths": [], "SecurityOpt": [
            each for each in options if each != "systempaths=unconfined"]}


def restart_policy(parsed: Parsed) -> tuple[str, int]:
    """Return name and count of ``on-failure:3``.

    Raises:
        ClientError: the count is no number.
    """
    name, colon, count = parsed["restart"].partition(":")
    if not colon:
        return name, 0
    sign = count[:1] if count[:1] in ("+", "-") else ""
    digits = count.removeprefix(sign)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise ClientError(
            "invalid restart policy format: maximum retry count must be an integer")
    return name, int(count)


def _capability(name: str) -> str:
    name = name.upper()
    return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """Return ``key=value`` texts as a mapping."""
    return {key: value for key, _, value in (text.partition("=") for text in texts)}


def _check(parsed: Parsed) -> None:
    if parsed["pull"] not in ("", "always", "missing", "never"):
        raise ClientError(f"invalid pull option: '{parsed['pull']}': must be one of "
                          '"always", "missing" or "never"')
    swappiness = parsed["memory-swappiness"]
    if not -1 <= swappiness <= 100:
        raise ClientError(
            f"invalid value: {swappiness}. Valid memory swappiness range is 0-100")
    for name, (kind, values) in _MODES.items():
        if parsed[name] and parsed[name] not in values:
            raise ClientError(f"--{name}: invalid {kind} mode")
    for text in parsed["security-opt"]:
        if text != "no-new-privileges" and "=" not in text and ":" not in text:
            raise ClientError(f'Invalid --security-opt: "{text}"')
    if not all("=" in text for text in parsed["storage-opt"]):
        raise ClientError("invalid storage option")
    places(parsed)
    if parsed["log-driver"] == "none" and parsed["log-opt"]:
        raise ClientError("invalid logging opts for driver none")


def healthcheck(parsed: Parsed) -> Mapping[str, Any] | None:
    """Return the health check that flags ask for; None for the image's own.

    Raises:
        ClientError: flags contradict each other, or a number is negative.
    """
    spans = {key: parsed[name] for name, key in _SPANS.items() if parsed[name]}
    retries, command = parsed["health-retries"], parsed["health-cmd"]
    if parsed["no-healthcheck"]:
        if spans or retries or command:
            raise ClientError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    for name in (*_SPANS, "health-retries"):
        if parsed[name] < 0:
            raise ClientError(f"--{name} cannot be negative")
    check = {**({"Test": ["CMD-SHELL", command]} if command else {}), **spans,
             **({"Retries": retries} if retries else {})}
    return check or None
