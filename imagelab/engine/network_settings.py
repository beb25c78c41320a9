"""What is told of a container's places in networks: ``NetworkSettings``, and ports in lists."""

from __future__ import annotations

from typing import Any

from imagelab.engine.endpoints import ASKED
from imagelab.engine.fixed_ids import fixed_id
from imagelab.engine.networks import BRIDGE, endpoints_of, mac_of
from imagelab.engine.ports import exposed_ports
from imagelab.model.container import Container, Endpoint

_NETWORK_ORDER = (
    "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6Address",
    "GlobalIPv6PrefixLen",
)


def network_settings(container: Container) -> dict[str, Any]:
    """Return what ``docker inspect`` shows of a container's network."""
    own = endpoints_of(container)
    first = next((each for each in own.values() if each.id), None)
    sandbox = fixed_id(f"sandbox {first.id}") if first else ""
    key = "default" if "host" in own else sandbox[:12]
    return {
        "Bridge": "", "SandboxID": sandbox, "HairpinMode": False, "LinkLocalIPv6Address": "",
        "LinkLocalIPv6PrefixLen": 0, "Ports": _port_map(container),
        "SandboxKey": f"/var/run/docker/netns/{key}" if first else "",
        "SecondaryIPAddresses": None, "SecondaryIPv6Addresses": None,
        **_default_addresses(container), "Networks": networks(container),
    }


def networks(container: Container) -> dict[str, dict[str, Any]]:
    """Return a container's networks by name, as the Engine API lists them."""
    return {name: _network(container, endpoint)
            for name, endpoint in sorted(endpoints_of(container).items())}


def listed_networks(container: Container) -> dict[str, dict[str, Any]]:
    """Return the same as lists of containers have it: nothing of what was asked for but IPAM."""
    return {name: {**each, "Links": None, "Aliases": None, "DriverOpts": None}
            for name, each in networks(container).items()}


def _network(container: Container, endpoint: Endpoint) -> dict[str, Any]:
    addresses = _addresses(container, endpoint)
    mac = addresses.pop("MacAddress")
    ipam, linked, options = (endpoint.settings.get(key) for key in ASKED)
    return {
        "IPAMConfig": ipam, "Links": linked,
        "Aliases": None if endpoint.aliases is None else list(endpoint.aliases),
        "NetworkID": endpoint.network_id,
        **{name: addresses[name] for name in _NETWORK_ORDER},
        "MacAddress": mac, "DriverOpts": options,
    }


def _default_addresses(container: Container) -> dict[str, Any]:
    """Return the addresses once more, outside of ``Networks``: only those of the bridge."""
    return _addresses(container, endpoints_of(container).get(BRIDGE) or Endpoint(BRIDGE))


def _addresses(container: Container, endpoint: Endpoint) -> dict[str, Any]:
    if not container.is_running:
        endpoint = Endpoint(endpoint.network)
    return {
        "EndpointID": endpoint.id,
        "Gateway": endpoint.gateway,
        "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
        "IPAddress": endpoint.address, "IPPrefixLen": endpoint.prefix,
        "IPv6Gateway": "", "MacAddress": mac_of(container, endpoint),
    }


def _port_map(container: Container) -> dict[str, list[dict[str, str]] | None]:
    """Return the ports of a container on a bridge; null for those that are only exposed."""
    published = container.published
    has_bridge = any(each.address for each in endpoints_of(container).values())
    if not has_bridge or not container.is_running:
        return {}
    return {
        port: [{"HostIp": each.host_ip, "HostPort": each.host_port}
               for each in published[port]] if port in published else None
        for port in sorted({*exposed_ports(container), *published})
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
