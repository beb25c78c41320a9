"""What a container may be asked to be that the lab does not follow: one rule for all doors.

These wishes would change files, addresses or output in a way that the lab does not follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.engine.mounts import check_in_memory, chosen, host_folder
from imagelab.formats.addresses import is_ipv4
from imagelab.model.container import HostConfig
from imagelab.model.outcome import BadRequest, Unsimulated

#: Keys of ``HostConfig``, and the client's flags for them.
_SETTINGS = {
    "Devices": "--device", "DeviceRequests": "--gpus",
}
#: Keys of the addresses of a place in a network, likewise.
_ADDRESSES = {"IPv6Address": "--ip6", "LinkLocalIPs": "--link-local-ip"}
#: Keys of a network, likewise.
_NETWORK = {
    "ConfigFrom": "--config-from", "ConfigOnly": "--config-only", "EnableIPv6": "--ipv6",
    "Ingress": "--ingress", "Scope": "--scope",
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


def check_network(driver: str, more: Mapping[str, Any]) -> None:
    """Refuse a network of a kind that the lab has nothing of.

    Args:
        driver: its driver.
        more: what is said of it, under the keys of the Engine API.

    Raises:
        Unsimulated: with a line that names what.
    """
    if driver in ("overlay", "macvlan", "ipvlan"):
        raise Unsimulated(f"imagelab does not simulate networks of the driver {driver}")
    for key, flag in _NETWORK.items():
        if more.get(key) not in (None, False, "", "local", {}):
            raise Unsimulated(f"imagelab does not simulate {key} ({flag}) of a network")


def check_endpoints(endpoints: Mapping[str, Any]) -> None:
    """Refuse places in networks that a container cannot have, or that the lab does not follow.

    Args:
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
        address = (endpoint.get("IPAMConfig") or {}).get("IPv4Address")
        if address and not is_ipv4(address):
            raise BadRequest(f"invalid IPv4 address: {address}")
        check_endpoint(endpoint)


def check_endpoint(endpoint: Mapping[str, Any]) -> None:
    """Refuse a place in a network that the lab does not follow.

    Args:
        endpoint: ``EndpointSettings`` of the Engine API.

    Raises:
        Unsimulated: with a line that names what.
    """
    addresses = endpoint.get("IPAMConfig") or {}
    for key, flag in _ADDRESSES.items():
        if addresses.get(key):
            raise _unsimulated(key, flag)


def _unsimulated(key: str, flag: str) -> Unsimulated:
    return Unsimulated(f"imagelab does not simulate {key} ({flag})")
