"""The settings in ``HostConfig`` that the lab only keeps account of: checked, completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagelab.engine.signals import parse_signal
from imagelab.model.config import Config
from imagelab.model.container import HostConfig
from imagelab.model.outcome import BadRequest, EngineError

_LEAST_MEMORY = 6 * 1024 * 1024
_MILLISECOND = 1_000_000
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
#: Spans of a health check, as messages name them.
_SPANS = ("Interval", "Timeout", "StartPeriod")


def settled(host_config: HostConfig) -> HostConfig:
    """Return a new container's settings with what engine 20.10 makes of those left open.

    Swap is as large again as memory. With the host's IPC or all privileges no labels confine it,
    unless it was given its own; with all privileges no path is kept from it either.
    """
    settings = dict(host_config.settings)
    if settings.get("Memory", 0) > 0 and not settings.get("MemorySwap"):
        settings["MemorySwap"] = 2 * settings["Memory"]
    privileged, options = settings.get("Privileged"), settings.get("SecurityOpt") or ()
    if (privileged or settings.get("IpcMode") == "host") and not any(
            each.partition("=")[0] == "label" for each in options):
        settings["SecurityOpt"] = [*options, "label=disable"]
    if privileged:
        settings |= {"MaskedPaths": None, "ReadonlyPaths": None}
    return replace(host_config, settings=settings)


def check_host_config(
    host_config: HostConfig, config: Config, *, update: bool = False,
) -> None:
    """Refuse settings that a container cannot have.

    With ``update`` they are changes: what they need may be set already.

    Raises:
        EngineError: in the daemon's words.
    """
    settings = host_config.settings
    if config.stop_signal:
        parse_signal(config.stop_signal)
    _check_health(config.healthcheck or {})
    _check_restart(host_config)
    for kind in ("CapAdd", "CapDrop"):
        for name in settings.get(kind) or ():
            if name.removeprefix("CAP_") not in _CAPABILITIES:
                raise BadRequest(f'invalid {kind}: unknown capability: "{name}"')
    _check_memory(settings, update)
    _check_processors(settings)
    score = settings.get("OomScoreAdj", 0)
    if not -1000 <= score <= 1000:
        raise BadRequest(f"Invalid value {score}, range for oom score adj is [-1000, 1000]")
    if settings.get("Runtime", "") not in _RUNTIMES:
        raise BadRequest(f"Unknown runtime specified {settings['Runtime']}")
    if settings.get("Isolation", "") not in ("", "default"):
        raise BadRequest(
            f'Invalid isolation: "{settings["Isolation"]}" - linux only supports \'default\'')
    if settings.get("StorageOpt"):
        raise EngineError("--storage-opt is supported only for overlay over xfs with 'pquota' "
                          "mount option")
    _check_log_options(settings)


def _check_health(check: Mapping[str, Any]) -> None:
    for key in _SPANS:
        if 0 < check.get(key, 0) < _MILLISECOND:
            raise BadRequest(f"{key} in Healthcheck cannot be less than 1ms")


def _check_restart(host_config: HostConfig) -> None:
    name = host_config.restart_policy
    count = host_config.settings.get("RestartPolicy", {}).get("MaximumRetryCount", 0)
    if name not in _RESTART:
        raise BadRequest(f"invalid restart policy '{name}'")
    if count and name != "on-failure":
        raise BadRequest(
            f"maximum retry count cannot be used with restart policy '{name}'")
    if count < 0:
        raise BadRequest("maximum retry count cannot be negative")


def _check_memory(settings: Mapping[str, Any], update: bool) -> None:
    memory, swap = settings.get("Memory", 0), settings.get("MemorySwap", 0)
    reservation = settings.get("MemoryReservation", 0)
    if 0 < memory < _LEAST_MEMORY:
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


def _check_log_options(settings: Mapping[str, Any]) -> None:
    log = settings.get("LogConfig") or {}
    known = ("max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex",
             "tag", "mode", "max-buffer-size")
    for name in log.get("Config") or {}:
        if name not in known:
            raise EngineError(f"unknown log opt '{name}' for {log['Type']} log driver")
