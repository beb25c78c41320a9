"""The document of ``POST /containers/create`` as engine 20.10 declares it, field by field."""

from __future__ import annotations

from dataclasses import replace

from imagelab.api.go_types import Kind, flag, listed, mapped, nothing, number, struct, text, words

_TEXTS = listed(text())
_PAIRS = mapped(text())
_FLAG, _TEXT, _NUMBER = flag(), text(), number()
_PORT_MAP = mapped(listed(struct(
    "nat.PortBinding", {"HostIp": _TEXT, "HostPort": _TEXT}, filled=True)), "nat.PortMap")
_RATES = listed(struct(
    "blkiodev.ThrottleDevice", {"Path": _TEXT, "Rate": number("uint64")}, filled=True),
    "[]*blkiodev.ThrottleDevice")
_SPAN = number("time.Duration")

_HEALTH = struct("container.HealthConfig", {
    "Test": _TEXTS, "Interval": _SPAN, "Timeout": _SPAN, "StartPeriod": _SPAN,
    "Retries": number("int"),
})
CONFIG: dict[str, Kind] = {
    "Hostname": _TEXT, "Domainname": _TEXT, "User": _TEXT, "AttachStdin": _FLAG,
    "AttachStdout": _FLAG, "AttachStderr": _FLAG,
    "ExposedPorts": mapped(nothing(), "nat.PortSet"), "Tty": _FLAG, "OpenStdin": _FLAG,
    "StdinOnce": _FLAG, "Env": _TEXTS, "Cmd": words(), "Healthcheck": _HEALTH,
    "ArgsEscaped": _FLAG, "Image": _TEXT, "Volumes": mapped(nothing()), "WorkingDir": _TEXT,
    "Entrypoint": words(), "NetworkDisabled": _FLAG, "MacAddress": _TEXT, "OnBuild": _TEXTS,
    "Labels": _PAIRS, "StopSignal": _TEXT, "StopTimeout": number("int"), "Shell": words(),
}

RESTART_POLICY = struct(
    "container.RestartPolicy", {"Name": _TEXT, "MaximumRetryCount": number("int")}, filled=True)
#: What a container may use: the part of ``HostConfig`` that ``POST …/update`` has as well.
RESOURCES: dict[str, Kind] = {
    "CpuShares": _NUMBER, "Memory": _NUMBER, "NanoCpus": _NUMBER, "CgroupParent": _TEXT,
    "BlkioWeight": number("uint16", 16),
    "BlkioWeightDevice": listed(struct(
        "blkiodev.WeightDevice", {"Path": _TEXT, "Weight": number("uint16", 16)}, filled=True),
        "[]*blkiodev.WeightDevice"),
    "BlkioDeviceReadBps": _RATES, "BlkioDeviceWriteBps": _RATES, "BlkioDeviceReadIOps": _RATES,
    "BlkioDeviceWriteIOps": _RATES, "CpuPeriod": _NUMBER, "CpuQuota": _NUMBER,
    "CpuRealtimePeriod": _NUMBER, "CpuRealtimeRuntime": _NUMBER, "CpusetCpus": _TEXT,
    "CpusetMems": _TEXT,
    "Devices": listed(struct("container.DeviceMapping", {
        "PathOnHost": _TEXT, "PathInContainer": _TEXT, "CgroupPermissions": _TEXT}, filled=True)),
    "DeviceCgroupRules": _TEXTS,
    "DeviceRequests": listed(struct("container.DeviceRequest", {
        "Driver": _TEXT, "Count": number("int"), "DeviceIDs": _TEXTS,
        "Capabilities": listed(_TEXTS), "Options": _PAIRS}, filled=True)),
    "KernelMemory": _NUMBER, "KernelMemoryTCP": _NUMBER, "MemoryReservation": _NUMBER,
    "MemorySwap": _NUMBER, "MemorySwappiness": _NUMBER, "OomKillDisable": _FLAG,
    "PidsLimit": _NUMBER,
    "Ulimits": listed(struct(
        "units.Ulimit", {"Name": _TEXT, "Hard": _NUMBER, "Soft": _NUMBER}, filled=True),
        "[]*units.Ulimit"),
    "CpuCount": _NUMBER, "CpuPercent": _NUMBER, "IOMaximumIOps": number("uint64"),
    "IOMaximumBandwidth": number("uint64"),
}
_MOUNT = struct("mount.Mount", {
    "Type": text("mount.Type"), "Source": _TEXT, "Target": _TEXT, "ReadOnly": _FLAG,
    "Consistency": text("mount.Consistency"),
    "BindOptions": struct("mount.BindOptions", {
        "Propagation": text("mount.Propagation"), "NonRecursive": _FLAG}),
    "VolumeOptions": struct("mount.VolumeOptions", {
        "NoCopy": _FLAG, "Labels": _PAIRS,
        "DriverConfig": struct("mount.Driver", {"Name": _TEXT, "Options": _PAIRS})}),
    "TmpfsOptions": struct("mount.TmpfsOptions", {
        "SizeBytes": _NUMBER, "Mode": number("uint32", 32)}),
})
HOST_CONFIG = struct("container.HostConfig", {
    "Binds": _TEXTS, "ContainerIDFile": _TEXT,
    "LogConfig": struct("container.LogConfig", {"Type": _TEXT, "Config": _PAIRS}, filled=True),
    "NetworkMode": text("container.NetworkMode"), "PortBindings": _PORT_MAP,
    "RestartPolicy": RESTART_POLICY, "AutoRemove": _FLAG, "VolumeDriver": _TEXT,
    "VolumesFrom": _TEXTS, "CapAdd": words(), "CapDrop": words(),
    "CgroupnsMode": text("container.CgroupnsMode"), "Dns": _TEXTS, "DnsOptions": _TEXTS,
    "DnsSearch": _TEXTS, "ExtraHosts": _TEXTS, "GroupAdd": _TEXTS,
    "IpcMode": text("container.IpcMode"), "Cgroup": text("container.CgroupSpec"),
    "Links": _TEXTS, "OomScoreAdj": number("int"), "PidMode": text("container.PidMode"),
    "Privileged": _FLAG, "PublishAllPorts": _FLAG, "ReadonlyRootfs": _FLAG,
    "SecurityOpt": _TEXTS, "StorageOpt": _PAIRS, "Tmpfs": _PAIRS,
    "UTSMode": text("container.UTSMode"), "UsernsMode": text("container.UsernsMode"),
    "ShmSize": _NUMBER, "Sysctls": _PAIRS, "Runtime": _TEXT,
    "ConsoleSize": listed(number("uint"), "[2]uint", 2),
    "Isolation": text("container.Isolation"), **RESOURCES, "Mounts": listed(_MOUNT),
    "MaskedPaths": _TEXTS, "ReadonlyPaths": _TEXTS, "Init": _FLAG,
})
#: A container's place in a network.
ENDPOINT = struct("network.EndpointSettings", {
    "IPAMConfig": struct("network.EndpointIPAMConfig", {
        "IPv4Address": _TEXT, "IPv6Address": _TEXT, "LinkLocalIPs": _TEXTS}),
    "Links": _TEXTS, "Aliases": _TEXTS, "NetworkID": _TEXT, "EndpointID": _TEXT,
    "Gateway": _TEXT, "IPAddress": _TEXT, "IPPrefixLen": number("int"), "IPv6Gateway": _TEXT,
    "GlobalIPv6Address": _TEXT, "GlobalIPv6PrefixLen": number("int"), "MacAddress": _TEXT,
    "DriverOpts": _PAIRS,
})
CREATE = struct("runconfig.ContainerConfigWrapper", {
    **CONFIG, "HostConfig": HOST_CONFIG,
    "NetworkingConfig": struct(
        "network.NetworkingConfig", {"EndpointsConfig": mapped(
            replace(ENDPOINT, empty=None), "map[string]*network.EndpointSettings")}),
})
UPDATE = struct("container.UpdateConfig", {**RESOURCES, "RestartPolicy": RESTART_POLICY})
