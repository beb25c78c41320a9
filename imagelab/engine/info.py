"""``docker info`` and ``docker version``: what the lab is, in the shape of the Engine API.

Versions are those of the daemon whose behaviour the lab follows, and of what comes with it;
free texts (platform, operating system, name) say that it is a simulation.
"""

from __future__ import annotations

from typing import Any

from imagelab.engine.child_image import DOCKER_VERSION
from imagelab.engine.networks import HOST_NAME
from imagelab.formats.gotime import format_time
from imagelab.model.state import State
from imagelab.registry.accounts import INDEX

API_VERSION = "1.41"
#: Memory of the machine that containers seem to run on, in bytes.
MEMORY = 2 << 30
MIN_API_VERSION = "1.12"
_GIT_COMMIT = "5d6db84"
_GO_VERSION = "go1.19.7"
_BUILD_TIME = "2023-04-04T18:18:18.000000000+00:00"
#: What ``uname -r`` says in a container.
_KERNEL = "5.15.0"
_CONTAINERD = ("1.6.20", "2806fc1057397dbaeefbea0e4e17bddfbd388f38")
_RUNC = ("1.1.5", "v1.1.5-0-gf19387a")
_INIT = ("0.19.0", "de40ad0")
#: What the lab says that it is.
PLATFORM = "imagelab, a simulation of Docker Engine"
_LOGS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries",
         "splunk", "syslog")


def version() -> dict[str, Any]:
    """Return ``GET /version``."""
    engine = {
        "ApiVersion": API_VERSION, "Arch": "amd64", "BuildTime": _BUILD_TIME,
        "Experimental": "false", "GitCommit": _GIT_COMMIT, "GoVersion": _GO_VERSION,
        "KernelVersion": _KERNEL, "MinAPIVersion": MIN_API_VERSION, "Os": "linux",
    }
    others = {"containerd": _CONTAINERD, "runc": _RUNC, "docker-init": _INIT}
    return {
        "Platform": {"Name": PLATFORM},
        "Components": [
            {"Name": "Engine", "Version": DOCKER_VERSION, "Details": engine},
            *({"Name": name, "Version": number, "Details": {"GitCommit": commit}}
              for name, (number, commit) in others.items()),
        ],
        "Version": DOCKER_VERSION,
        "ApiVersion": API_VERSION,
        "MinAPIVersion": MIN_API_VERSION,
        "GitCommit": _GIT_COMMIT,
        "GoVersion": _GO_VERSION,
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": _KERNEL,
        "BuildTime": _BUILD_TIME,
    }


def info(state: State, *, now: int) -> dict[str, Any]:
    """Return ``GET /info``: counts out of the state, all else fixed."""
    statuses = [each.status for each in state.containers.values()]
    running, paused = statuses.count("running"), statuses.count("paused")
    limits = ("MemoryLimit", "SwapLimit", "KernelMemory", "KernelMemoryTCP", "CpuCfsPeriod",
              "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit", "IPv4Forwarding",
              "BridgeNfIptables", "BridgeNfIp6tables")
    return {
        "ID": ":".join(["IMAG", "ELAB"] * 6),
        "Containers": len(statuses),
        "ContainersRunning": running,
        "ContainersPaused": paused,
        "ContainersStopped": len(statuses) - running - paused,
        "Images": len(state.images),
        "Driver": "overlay2",
        "DriverStatus": [
            ["Backing Filesystem", "extfs"], ["Supports d_type", "true"],
            ["Native Overlay Diff", "true"], ["userxattr", "false"],
        ],
        "Plugins": {
            "Volume": ["local"], "Network": ["bridge", "host", "null"], "Authorization": None,
            "Log": list(_LOGS),
        },
        **dict.fromkeys(limits, True),
        "Debug": False,
        "NFd": 0,
        "OomKillDisable": True,
        "NGoroutines": 0,
        "SystemTime": format_time(now),
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "NEventsListener": 0,
        "KernelVersion": _KERNEL,
        "OperatingSystem": "imagelab (simulated)",
        "OSVersion": "",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": INDEX,
        "RegistryConfig": _registries(),
        "NCPU": 1,
        "MemTotal": MEMORY,
        "GenericResources": None,
        "DockerRootDir": "/var/lib/docker",
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "Name": HOST_NAME,
        "Labels": [],
        "ExperimentalBuild": False,
        "ServerVersion": DOCKER_VERSION,
        "Runtimes": {"io.containerd.runc.v2": {"path": "runc"},
                     "io.containerd.runtime.v1.linux": {"path": "runc"},
                     "runc": {"path": "runc"}},
        "DefaultRuntime": "runc",
        "Swarm": {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive",
                  "ControlAvailable": False, "Error": "", "RemoteManagers": None},
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        **{f"{name}Commit": {"ID": commit, "Expected": commit} for name, (_, commit) in (
            ("Containerd", _CONTAINERD), ("Runc", _RUNC), ("Init", _INIT))},
        "SecurityOptions": ["name=seccomp,profile=default"],
        "Warnings": None,
    }


def _registries() -> dict[str, Any]:
    from imagelab.model.reference import DEFAULT_DOMAIN

    hub = {"Name": DEFAULT_DOMAIN, "Mirrors": [], "Secure": True, "Official": True}
    return {
        "AllowNondistributableArtifactsCIDRs": [],
        "AllowNondistributableArtifactsHostnames": [],
        "InsecureRegistryCIDRs": ["127.0.0.0/8"],
        "IndexConfigs": {DEFAULT_DOMAIN: hub},
        "Mirrors": [],
    }
