"""``HostConfig`` as documents have it: Docker's keys in their order, with what stands for none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.model.container import HostConfig, PortBindings

#: Not shown where it was not set.
_LEFT_OUT: Any = object()
#: What engine 20.10 shows of a container for which nothing was set.
_DEFAULTS: Mapping[str, Any] = {
    "Binds": None, "ContainerIDFile": "", "LogConfig": {"Type": "json-file", "Config": {}},
    "NetworkMode": "", "PortBindings": None, "RestartPolicy": None, "AutoRemove": False,
    "VolumeDriver": "", "VolumesFrom": None, "CapAdd": None, "CapDrop": None,
    "CgroupnsMode": "host", "Dns": None, "DnsOptions": None, "DnsSearch": None,
    "ExtraHosts": None, "GroupAdd": None, "IpcMode": "private", "Cgroup": "", "Links": None,
    "OomScoreAdj": 0, "PidMode": "", "Privileged": False, "PublishAllPorts": False,
    "ReadonlyRootfs": False, "SecurityOpt": None, "StorageOpt": _LEFT_OUT, "Tmpfs": _LEFT_OUT,
    "UTSMode": "", "UsernsMode": "", "ShmSize": 64 << 20, "Sysctls": _LEFT_OUT,
    "Runtime": "runc", "ConsoleSize": [0, 0], "Isolation": "", "CpuShares": 0, "Memory": 0,
    "NanoCpus": 0, "CgroupParent": "", "BlkioWeight": 0, "BlkioWeightDevice": None,
    "BlkioDeviceReadBps": None, "BlkioDeviceWriteBps": None, "BlkioDeviceReadIOps": None,
    "BlkioDeviceWriteIOps": None, "CpuPeriod": 0, "CpuQuota": 0, "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0, "CpusetCpus": "", "CpusetMems": "", "Devices": None,
    "DeviceCgroupRules": None, "DeviceRequests": None, "KernelMemory": 0, "KernelMemoryTCP": 0,
    "MemoryReservation": 0, "MemorySwap": 0, "MemorySwappiness": None, "OomKillDisable": False,
    "PidsLimit": None, "Ulimits": None, "CpuCount": 0, "CpuPercent": 0, "IOMaximumIOps": 0,
    "IOMaximumBandwidth": 0, "Mounts": _LEFT_OUT,
    "MaskedPaths": [
        "/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
        "/sys/firmware",
    ],
    "ReadonlyPaths": [
        "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ],
    "Init": _LEFT_OUT,
}
#: Values of a request that the daemon takes for none.
_NOTHING: Mapping[str, tuple[Any, ...]] = {
    "CgroupnsMode": ("",), "IpcMode": ("",), "MemorySwappiness": (-1,), "Runtime": ("",),
    "ShmSize": (0,), "StorageOpt": ({},), "Sysctls": ({},), "Tmpfs": ({},), "Mounts": ([],),
}


#: What :class:`HostConfig` has a place of its own for; in the settings only what that cannot say.
_OWN = ("Binds", "PortBindings", "RestartPolicy")


def without_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that say something, under the keys that 20.10 knows."""
    return {
        key: settings[key] for key, usual in _DEFAULTS.items()
        if key in settings and (key in _OWN or (
            settings[key] != usual and settings[key] not in _NOTHING.get(key, ())))
    }


def document(host_config: HostConfig) -> dict[str, Any]:
    """Return ``HostConfig`` as ``GET /containers/…/json`` has it."""
    own = host_config
    values = {
        **_DEFAULTS, "Binds": list(own.binds) or None, "NetworkMode": own.network_mode,
        "PortBindings": _port_bindings(own.port_bindings),
        "RestartPolicy": {"Name": own.restart_policy, "MaximumRetryCount": 0},
        "AutoRemove": own.auto_remove, "PublishAllPorts": own.publish_all_ports, **own.settings,
    }
    return {key: value for key, value in values.items() if value is not _LEFT_OUT}


def _port_bindings(ports: PortBindings) -> dict[str, list[dict[str, str]]]:
    return {
        port: [{"HostIp": each.host_ip, "HostPort": each.host_port} for each in ports[port]]
        for port in sorted(ports)
    }
