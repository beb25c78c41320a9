"""The settings in ``HostConfig`` that a container cannot have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from imagelab.engine.signals import parse_signal
from imagelab.formats.addresses import is_address
from imagelab.model.config import Config
from imagelab.model.container import HostConfig, PortBindings
from imagelab.model.outcome import BadRequest, EngineError

_LEAST_MEMORY = 6 * 1024 * 1024
_MILLISECOND = 1_000_000
_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_RESTART = ("", "no", "always", "on-failure", "unless-stopped")
_RUNTIMES = ("", "runc", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux")
_CAPABILITIES = frozenset((
    "ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF",
    "CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID",
    "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE",
    "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE",
    "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME",
    "SYS_TTY_CONFIG", "WAKE_ALARM",
))
#: Drivers that a daemon has for logs; without any there is no log.
LOG_DRIVERS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local",
               "logentries", "none", "splunk", "syslog")
_COMMON_LOG_OPTIONS = ("mode", "max-buffer-size")
_LOG_OPTIONS = {
    "json-file": ("max-file", "max-size", "compress", "labels", "labels-regex", "env",
                  "env-regex", "tag", *_COMMON_LOG_OPTIONS),
    "local": ("max-file", "max-size", "compress", *_COMMON_LOG_OPTIONS),
}
#: Spans of a health check, as messages name them.
_SPANS = ("Interval", "Timeout", "StartPeriod")


def check_host_config(
    host_config: HostConfig, config: Config, *, update: bool = False,
) -> None:
    """Refuse settings that a container cannot have.

    With ``update`` they are changes: what they need may be set already.

    Raises:
        EngineError: in the daemon's words.
    """
    settings = host_config.settings
    for entry in config.env or ():
        if not entry.partition("=")[0]:
            raise BadRequest(f"invalid environment variable: {entry}")
    if config.stop_signal:
        parse_signal(config.stop_signal)
    _check_health(config.healthcheck or {})
    _check_hosts(settings.get("ExtraHosts") or ())
    _check_ports(host_config.port_bindings)
    _check_restart(host_config)
    for kind in ("CapAdd", "CapDrop"):
        for name in map(_capability, settings.get(kind) or ()):
            if name.removeprefix("CAP_") not in _CAPABILITIES:
                raise BadRequest(f'invalid {kind}: unknown capability: "{name}"')
    if settings.get("Isolation", "").lower() not in ("", "default"):
        raise BadRequest(
            f'Invalid isolation: "{settings["Isolation"]}" - linux only supports \'default\'')
    _check_memory(settings, update)
    _check_processors(settings)
    for key, what in (("IOMaximumIOps", "IOPs"), ("IOMaximumBandwidth", "bandwidth")):
        if settings.get(key):
            raise BadRequest(
                f"Invalid QoS settings: linux does not support configuration of maximum {what}")
    if settings.get("ShmSize", 0) < 0:
        raise BadRequest("SHM size can not be less than 0")
    score = settings.get("OomScoreAdj", 0)
    if not -1000 <= score <= 1000:
        raise BadRequest(f"Invalid value {score}, range for oom score adj is [-1000, 1000]")
    if settings.get("Runtime", "") not in _RUNTIMES:
        raise BadRequest(f"Unknown runtime specified {settings['Runtime']}")
    if settings.get("CgroupnsMode", "") not in ("", "host", "private"):
        raise BadRequest(f"invalid cgroup namespace mode: {settings['CgroupnsMode']}")
    if host_config.network_mode == "container:":
        raise BadRequest(
            "Invalid network mode: invalid container format container:<name|id>")
    if settings.get("UTSMode") == "host" and config.hostname:
        raise BadRequest("conflicting options: hostname and the UTS mode")
    _check_security(settings.get("SecurityOpt") or ())
    if settings.get("StorageOpt"):
        raise EngineError("--storage-opt is supported only for overlay over xfs with 'pquota' "
                          "mount option")
    _check_log(settings)


def _capability(name: str) -> str:
    name = name.upper()
    return name if name == "ALL" or name.startswith("CAP_") else f"CAP_{name}"


def _check_health(check: Mapping[str, Any]) -> None:
    for key in _SPANS:
        if check.get(key, 0) and check[key] < _MILLISECOND:
            raise BadRequest(f"{key} in Healthcheck cannot be less than 1ms")
    if check.get("Retries", 0) < 0:
        raise BadRequest("Retries in Healthcheck cannot be negative")


def _check_hosts(texts: Sequence[str]) -> None:
    for text in texts:
        name, colon, address = text.partition(":")
        if not colon or not name:
            raise BadRequest(f'bad format for add-host: "{text}"')
        if address != "host-gateway" and not is_address(address.strip()):
            raise BadRequest(f'invalid IP address in add-host: "{address}"')


def _check_ports(bindings: PortBindings) -> None:
    for port, places in bindings.items():
        number = port.partition("/")[0]
        if not _is_port(number):
            raise BadRequest(f'invalid port specification: "{number}"')
        for place in places:
            first, _, last = place.host_port.partition("-")
            if not all(_is_port(each) for each in (first or "0", last or "0")):
                raise BadRequest(f'invalid port specification: "{place.host_port}"')


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 1 << 16


def _check_restart(host_config: HostConfig) -> None:
    name = host_config.restart_policy
    policy = host_config.settings.get("RestartPolicy") or {}
    count = policy.get("MaximumRetryCount", 0)
    if name not in _RESTART:
        raise BadRequest(f"invalid restart policy '{name}'")
    if count and name not in ("", "on-failure"):
        raise BadRequest(
            f"maximum retry count cannot be used with restart policy '{name}'")
    if count < 0:
        raise BadRequest("maximum retry count cannot be negative")
    if host_config.auto_remove and name not in ("", "no"):
        raise BadRequest("can't create 'AutoRemove' container with restart policy")


def _check_security(options: Sequence[str]) -> None:
    for option in options:
        name, equals, _ = option.partition("=")
        if not equals:
            name, equals, _ = option.partition(":")
        if not equals and option not in ("no-new-privileges", "disable"):
            raise BadRequest(f'invalid --security-opt 1: "{option}"')
        if equals and name not in ("label", "apparmor", "seccomp", "no-new-privileges"):
            raise BadRequest(f'invalid --security-opt 2: "{option}"')


def _check_memory(settings: Mapping[str, Any], update: bool) -> None:
    memory, swap = settings.get("Memory", 0), settings.get("MemorySwap", 0)
    reservation = settings.get("MemoryReservation", 0)
    if memory and memory < _LEAST_MEMORY:
        raise BadRequest("Minimum memory limit allowed is 6MB")
    if memory > 0 and 0 < swap < memory:
        raise BadRequest("Minimum memoryswap limit should be larger than memory limit, see usage")
    if memory == 0 and swap > 0 and not update:
        raise BadRequest("You should always set the Memory limit when using Memoryswap limit, "
                         "see usage")
    if 0 < reservation < _LEAST_MEMORY:
        raise BadRequest("Minimum memory reservation allowed is 6MB")
    if memory > 0 and memory < reservation:
        raise BadRequest("Minimum memory limit can not be less than memory reservation limit, "
                         "see usage")
    if 0 < settings.get("KernelMemory", 0) < _LEAST_MEMORY:
        raise BadRequest("Minimum kernel memory limit allowed is 6MB")
    swappiness = settings.get("MemorySwappiness", -1)
    if not -1 <= swappiness <= 100:
        raise BadRequest(
            f"Invalid value: {swappiness}, valid memory swappiness range is 0-100")


def _check_processors(settings: Mapping[str, Any]) -> None:
    period, quota = settings.get("CpuPeriod", 0), settings.get("CpuQuota", 0)
    for value, title in ((period, "CPU Period"), (quota, "CPU Quota")):
        if settings.get("NanoCpus", 0) > 0 and value > 0:
            raise BadRequest(f"Conflicting options: Nano CPUs and {title} cannot both be set")
    if period and not 1000 <= period <= 1_000_000:
        raise BadRequest("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s "
                         "(i.e. 1000000)")
    if 0 < quota < 1000:
        raise BadRequest("CPU cfs quota can not be less than 1ms (i.e. 1000)")
    for key, title in (("CpusetCpus", "cpus"), ("CpusetMems", "mems")):
        text = settings.get(key, "")
        if text and not all(map(_is_range, text.split(","))):
            raise BadRequest(f"Invalid value {text} for cpuset {title}: invalid format: {text}")


def _is_range(text: str) -> bool:
    match = _RANGE.fullmatch(text)
    return match is not None and int(match[1]) <= int(match[2] or match[1])


def _check_log(settings: Mapping[str, Any]) -> None:
    log = settings.get("LogConfig") or {}
    driver, options = log.get("Type") or "json-file", log.get("Config") or {}
    if driver not in LOG_DRIVERS:
        raise BadRequest(
            f'error looking up logging plugin {driver}: plugin "{driver}" not found')
    if driver not in _LOG_OPTIONS:
        return
    for name in options:
        if name not in _LOG_OPTIONS[driver]:
            words = "{} log driver" if driver == "json-file" else "log driver {}"
            raise BadRequest(f"unknown log opt '{name}' for {words.format(driver)}")
