"""Networks: the three that every daemon has, and those that were made.

The documents follow a daemon that had its bridge from an earlier start, so ``bridge`` names its
gateway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from imagelab.engine.address_pools import next_pool, own_pool, with_own_pool, with_pool
from imagelab.engine.events import prune_event
from imagelab.engine.filters import Filters, check_names, labels_match, parse_until
from imagelab.engine.fixed_ids import fixed_id
from imagelab.engine.go_regexp import go_search
from imagelab.engine.unsimulated import check_network
from imagelab.formats.gotime import SECOND, format_time
from imagelab.model.container import Container, Endpoint
from imagelab.model.network import Network
from imagelab.model.outcome import BadRequest, Conflict, EngineError, Event, NotFound, Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget

#: Name of the machine that containers seem to run on; those on its network share it.
HOST_NAME = "imagelab"
BRIDGE = "bridge"
_DRIVER = "bridge"
#: When they were made: as long ago as the lessons' clock goes back.
_CREATED = 1_772_442_000 * SECOND
_BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}
_FORBIDDEN = 403


def network_id(name: str) -> str:
    """Return the ID of a network that every daemon has: the same in every lab."""
    return fixed_id(f"network {name}")


#: What every daemon has, by name.
BUILTIN: Mapping[str, Network] = {each.name: each for each in (
    Network(BRIDGE, network_id(BRIDGE), _CREATED, "bridge", "172.17.0.0/16", "172.17.0.1",
            options=_BRIDGE_OPTIONS),
    Network("host", network_id("host"), _CREATED, "host"),
    Network("none", network_id("none"), _CREATED, "null"),
)}


def placed(endpoint: Endpoint, network: Network) -> Endpoint:
    """Return a place in a network with what the network gives beside the address."""
    if not endpoint.address:
        return replace(endpoint, network_id=network.id)
    prefix = int(network.subnet.rpartition("/")[2])
    return replace(endpoint, network_id=network.id, prefix=prefix, gateway=network.gateway)


def mac_address(address: str) -> str:
    """Return the hardware address that a bridge gives with an IPv4 address."""
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))


def network_of_mode(mode: str) -> str:
    """Return the network that a ``NetworkMode`` means."""
    return BRIDGE if mode == "default" else mode


def endpoints_of(container: Container) -> Mapping[str, Endpoint]:
    """Return a container's places in networks, by the networks' names."""
    if container.endpoints is not None:
        return container.endpoints
    name = network_of_mode(container.host_config.network_mode)
    return {name: Endpoint(name)}


def mac_of(container: Container, endpoint: Endpoint) -> str:
    """Return a container's hardware address in a network; empty where it has no address at all.

    One of its own it has in the network of its ``NetworkMode`` alone.
    """
    if not endpoint.address:
        return ""
    is_first = endpoint.network == network_of_mode(container.host_config.network_mode)
    return (is_first and container.config.mac_address) or mac_address(endpoint.address)


def all_networks(state: State) -> list[Network]:
    """Return the networks by name."""
    return sorted((*BUILTIN.values(), *state.networks.values()), key=lambda each: each.name)


def network_named(state: State, name: str) -> Network | None:
    """Return a network by its whole name."""
    return BUILTIN.get(name) or state.networks.get(name)


def find_network(state: State, text: str) -> Network:
    """Return a network by ID, name or beginning of an ID.

    Raises:
        NotFound: there is no such network.
        BadRequest: several begin so.
    """
    networks = all_networks(state)
    found = [each for each in networks if each.id == text] or [
        each for each in networks if each.name == text] or [
        each for each in networks if text and each.id.startswith(text)]
    if len(found) > 1:
        raise BadRequest(f"network {text} is ambiguous ({len(found)} matches found based on ID "
                         "prefix)")
    if not found:
        raise NotFound(f"network {text} not found")
    return found[0]


def members(state: State, network: Network) -> Iterator[tuple[Container, Endpoint]]:
    """Yield the running containers in a network, by ID, each with its place there."""
    for container in sorted(state.containers.values(), key=lambda each: each.id):
        endpoint = (container.endpoints or {}).get(network.name)
        if container.is_running and endpoint and endpoint.network_id == network.id:
            yield container, endpoint


# --- looking -------------------------------------------------------------------------------


def list_networks(state: State, filters: Filters | None = None) -> list[dict[str, Any]]:
    """Return the networks by name, as ``GET /networks`` does: without their containers.

    Raises:
        EngineError: a filter is unknown or has a value that it does not take.
    """
    filters = filters or {}
    check_names(filters, ("dangling", "driver", "id", "label", "name", "scope", "type"))
    kinds = filters.get("type", ())
    for kind in kinds:
        if kind not in ("builtin", "custom"):
            raise EngineError(f"invalid filter: 'type'='{kind}'")
    dangling = _dangling(filters.get("dangling", ()))
    chosen = (each for each in all_networks(state) if _matches(each, filters))
    return [_document(each, ()) for each in chosen
            # As the daemon, which looks at no containers here.
            if dangling in (None, each.name not in BUILTIN)
            and (not kinds or ("builtin" if each.name in BUILTIN else "custom") in kinds)]


def _dangling(values: Sequence[str]) -> bool | None:
    """Whether only networks that were made are wanted, or only those that were not."""
    for value in values:
        if value not in ("true", "1", "false", "0"):
            raise BadRequest("invalid value for filter 'dangling', must be \"true\" (or \"1\"), "
                             "or \"false\" (or \"0\")")
    return any(value in ("true", "1") for value in values) if values else None


def _matches(network: Network, filters: Filters) -> bool:
    budget = Budget()

    def any_of(key: str, text: str) -> bool:
        patterns = filters.get(key, ())
        return not patterns or any(
            each in text or go_search(each, (text,), budget) for each in patterns)

    return (
        any_of("name", network.name) and any_of("id", network.id)
        and network.driver in filters.get("driver", (network.driver,))
        and "local" in filters.get("scope", ("local",))
        and labels_match(filters, network.labels)
    )


def inspect_network(state: State, text: str) -> dict[str, Any]:
    """Return a network as ``GET /networks/…`` does.

    Raises:
        EngineError: see :func:`find_network`.
    """
    network = find_network(state, text)
    return _document(network, members(state, network))


def _document(
    network: Network, inside: Iterator[tuple[Container, Endpoint]] | tuple[()],
) -> dict[str, Any]:
    chosen = {"Subnet": network.subnet, "Gateway": network.gateway} if network.subnet else {}
    pool = network.pool or chosen
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": format_time(network.created),
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default",
                 "Options": None if network.ipam_options is None else dict(network.ipam_options),
                 "Config": [dict(pool)] if pool else []},
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {container.id: _member(container, endpoint)
                       for container, endpoint in inside},
        "Options": dict(sorted(network.options.items())),
        "Labels": dict(sorted(network.labels.items())),
    }


def _member(container: Container, endpoint: Endpoint) -> dict[str, str]:
    address = endpoint.address
    return {
        "Name": container.name,
        "EndpointID": endpoint.id,
        "MacAddress": mac_of(container, endpoint),
        "IPv4Address": f"{address}/{endpoint.prefix}" if address else "",
        "IPv6Address": "",
    }


# --- making and removing -------------------------------------------------------------------


@dataclass(frozen=True)
class NewNetwork:
    """What a new network is to be; see :class:`Network`.

    Attributes:
        name: its name.
        driver: empty for the daemon's own.
        pools: what is said of its addresses, under the keys of the Engine API.
        ipam_driver: what is to give its addresses; empty for the daemon's own.
        ipam_options: what that is told; None for nothing.
        options: what the driver is told.
        labels: what is to be written on it.
        internal: whether it is to lead nowhere else.
        attachable: see there.
        more: what else is said of it, under the keys of the Engine API, which the lab has nothing
            of: see :func:`imagelab.engine.unsimulated.check_network`.
    """

    name: str
    driver: str = ""
    pools: Sequence[Mapping[str, Any]] = ()
    ipam_driver: str = ""
    ipam_options: Mapping[str, str] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


def create_network(
    state: State, identifier: str, wish: NewNetwork, *, now: int,
) -> Outcome[str]:
    """Make a network and return its ID.

    Raises:
        Conflict: the name is taken.
        EngineError: it cannot be, in the daemon's words, or the lab does not simulate it.
    """
    _check_new(state, wish)
    subnets = [each.subnet for each in all_networks(state)]
    network = Network(
        wish.name, identifier, now, options=wish.options, labels=wish.labels,
        ipam_options=wish.ipam_options, internal=wish.internal, attachable=wish.attachable)
    if wish.pools:
        (asked,) = wish.pools
        network = with_own_pool(network, own_pool(str(asked.get("Subnet", "")), subnets), asked)
    else:
        pool, gone = next_pool(subnets, state.pools)
        state, network = replace(state, pools=gone), with_pool(network, pool)
    state = replace(state, networks={**state.networks, network.name: network})
    return Outcome(state, network.id, (_event(network, "create", now),))


def _check_new(state: State, wish: NewNetwork) -> None:
    if not wish.name.strip():
        raise EngineError(f"invalid name: {wish.name}")
    if wish.name in (*BUILTIN, "default"):
        raise EngineError(
            f"operation is not permitted on predefined {wish.name} network ", _FORBIDDEN)
    if wish.name in state.networks:
        raise Conflict(f"network with name {wish.name} already exists")
    if wish.driver in ("host", "null"):
        raise EngineError(f'only one instance of "{wish.driver}" network is allowed', _FORBIDDEN)
    check_network(wish.driver, wish.more)
    for driver, own in ((wish.driver, _DRIVER), (wish.ipam_driver, "default")):
        if driver not in ("", own):
            raise NotFound(f'plugin "{driver}" not found')
    if len(wish.pools) > 1:
        raise EngineError("bridge driver doesn't support multiple subnets", _FORBIDDEN)


def remove_network(state: State, text: str, *, now: int) -> Outcome[None]:
    """Remove a network; containers that do not run may be in it.

    Raises:
        NotFound: there is no such network.
        EngineError: every daemon has it, or a running container is in it.
    """
    network = find_network(state, text)
    if network.name in BUILTIN:
        raise EngineError(f"{network.name} is a pre-defined network and cannot be removed",
                          _FORBIDDEN)
    if any(members(state, network)):
        raise EngineError(f"error while removing network: network {network.name} id {network.id} "
                          "has active endpoints", _FORBIDDEN)
    return Outcome(_without(state, network), None, (_event(network, "destroy", now),))


def prune_networks(state: State, filters: Filters, *, now: int) -> Outcome[tuple[str, ...]]:
    """Remove the networks that no running container is in, and return their names.

    Raises:
        EngineError: a filter is unknown or has a value that it does not take.
    """
    check_names(filters, ("label", "label!", "until"))
    if len(filters.get("until", ())) > 1:
        raise EngineError("more than one until filter specified")
    until = parse_until(filters, now)
    gone = [each for each in state.networks.values()
            if not any(members(state, each)) and labels_match(filters, each.labels)
            and (until is None or each.created <= until)]
    for network in gone:
        state = _without(state, network)
    events = (*(_event(each, "destroy", now) for each in gone), prune_event("network", 0, now))
    return Outcome(state, tuple(each.name for each in gone), events)


def _without(state: State, network: Network) -> State:
    rest = {name: each for name, each in state.networks.items() if name != network.name}
    return replace(state, networks=rest)


def _event(network: Network, action: str, now: int) -> Event:
    return Event("network", action, network.id, {"name": network.name, "type": network.driver}, now)
