"""What a container may be asked to be that the lab does not follow: one rule for all doors.

These wishes would change files, addresses or output in a way that the lab does not follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.engine.mounts import check_in_memory, chosen, host_folder
from imagelab.engine.networks import network_of_mode
from imagelab.model.container import HostConfig
from imagelab.model.outcome import BadRequest, Unsimulated

#: Keys of ``HostConfig``, and the client's flags for them.
_SETTINGS = {
    "Devices": "--device", "DeviceRequests": "--gpus",
}
#: Keys of a place in a network, likewise.
_ENDPOINT = {
    "IPAMConfig": "--ip", "Links": "--link", "Aliases": "--network-alias",
    "DriverOpts": "--network driver-opt=…",
}
_HARMLESS_LOGS = ("", "json-file", "local", "none")


def check_simulated(host_config: HostConfig, *, host_folders: bool = False) -> None:
    """Refuse settings of a container that the lab does not follow.

    Args:
        host_config: the settings.
        host_folders: whether a folder of the host may be one of the machine that the lab plays.

    Raises:
        BadRequest: something cannot be mounted.
        Unsimulated: with a line that names one.
    """
    settings = host_config.settings
    for key, flag in _SETTINGS.items():
        if settings.get(key):
            raise _unsimulated(key, flag)
    driver = (settings.get("LogConfig") or {}).get("Type", "")
    if driver not in _HARMLESS_LOGS:
        raise Unsimulated(f"imagelab does not simulate the log driver {driver} (--log-driver)")
    for mode, what in (
            (host_config.network_mode, "a network"), (settings.get("IpcMode"), "IPC"),
            (settings.get("PidMode"), "processes")):
        if mode and mode.startswith("container:"):
            raise Unsimulated(f"imagelab does not simulate containers that share {what}")
    check_in_memory(host_config)
    for mount in chosen(host_config):
        if mount.folder and not host_folders:
            raise host_folder(mount.folder)


def check_endpoints(host_config: HostConfig, endpoints: Mapping[str, Any]) -> None:
    """Refuse places in networks that a container cannot have, or that the lab does not follow.

    Args:
        host_config: says which network it is in.
        endpoints: by network, ``EndpointsConfig`` of the Engine API.

    Raises:
        BadRequest: in the daemon's words.
        Unsimulated: with a line that names what.
    """
    if len(endpoints) > 1:
        raise BadRequest(
            f"Container cannot be connected to network endpoints: {', '.join(endpoints)}")
    for name, endpoint in endpoints.items():
        if endpoint is None:
            raise BadRequest(f"no EndpointSettings for {name}")
        for key, flag in _ENDPOINT.items():
            if endpoint.get(key):
                raise _unsimulated(key, flag)
        if network_of_mode(name) != network_of_mode(host_config.network_mode):
            raise Unsimulated("imagelab does not simulate a container in another network than "
                              "its NetworkMode says")


def _unsimulated(key: str, flag: str) -> Unsimulated:
    return Unsimulated(f"imagelab does not simulate {key} ({flag})")
