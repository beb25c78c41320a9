"""A container's places in networks: asked for, and taken at its start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagelab.engine import links
from imagelab.engine.address_pools import free_address
from imagelab.engine.fixed_ids import fixed_id
from imagelab.engine.lookup import find_container
from imagelab.engine.networks import (
    BRIDGE,
    BUILTIN,
    endpoints_of,
    find_network,
    members,
    network_id,
    network_named,
    network_of_mode,
    placed,
)
from imagelab.engine.ports import publish
from imagelab.engine.unsimulated import check_endpoint
from imagelab.model.container import Container, Endpoint
from imagelab.model.network import Network
from imagelab.model.node import file
from imagelab.model.outcome import BadRequest, EngineError, Event, NotFound, Outcome
from imagelab.model.state import State

_HOSTS = (
    "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
)
_MAC = r"|[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}"
_FORBIDDEN = 403
_HOST = "container cannot be disconnected from host network or connected to host network"
#: Of a place, what a user may ask for, as the Engine API has it where nothing was.
ASKED = ("IPAMConfig", "Links", "DriverOpts")


def has_joined(container: Container) -> bool:
    """Whether a container has ever been put into its networks, as its first start does."""
    return any(each.id for each in (container.endpoints or {}).values())


def network_events(container: Container, action: str, now: int) -> tuple[Event, ...]:
    """Return events of the networks that a container was in at its last start."""
    return tuple(_event(container, each, action, now)
                 for each in endpoints_of(container).values()
                 if each.network_id or each.network in BUILTIN)


def _event(container: Container, endpoint: Endpoint, action: str, now: int) -> Event:
    driver = BUILTIN[endpoint.network].driver if endpoint.network in BUILTIN else BRIDGE
    attributes = {"container": container.id, "name": endpoint.network, "type": driver}
    return Event("network", action, endpoint.network_id or network_id(endpoint.network),
                 attributes, now)


# --- asked for -----------------------------------------------------------------------------


def with_endpoints(
    state: State, container: Container, asked: Mapping[str, Any],
) -> Container:
    """Return a new container with what was asked for of its network.

    Args:
        state: the lab.
        container: its ``network_mode`` names a network, which need not be there yet.
        asked: places by the names of networks, as ``EndpointsConfig`` of the Engine API.
    """
    mode = container.host_config.network_mode
    name, identifier = network_of_mode(mode), ""
    if name not in BUILTIN:
        try:
            network = find_network(state, name)
            name, identifier = network.name, network.id
        except EngineError:
            pass  # its start tells
    for given, wish in asked.items():
        own = name if given in ("default", mode, identifier) else given
        return replace(container, endpoints={own: _asked(own, wish)})
    return container if name in (BRIDGE, mode) else replace(
        container, endpoints={name: Endpoint(name)})


def _asked(network: str, wish: Mapping[str, Any]) -> Endpoint:
    aliases = wish.get("Aliases")
    return Endpoint(network, aliases=None if aliases is None else tuple(aliases),
                    settings={key: wish[key] for key in ASKED if wish.get(key) is not None})


def _wish(endpoint: Endpoint) -> str:
    return str((endpoint.settings.get("IPAMConfig") or {}).get("IPv4Address") or "")


def connect(
    state: State, network_text: str, name: str, wish: Mapping[str, Any], *, now: int,
) -> Outcome[None]:
    """Put a container into one more network, at once if it runs.

    For one that does not, the network need not be there before its start.

    Args:
        state: the lab.
        network_text: the network.
        name: the container.
        wish: what is asked for, as ``EndpointConfig`` of the Engine API.
        now: the time.

    Raises:
        NotFound: there is no such network or container.
        EngineError: they do not go together.
    """
    check_endpoint(wish)
    container = find_container(state, name)
    before = endpoints_of(container)
    try:
        network = find_network(state, network_text)
    except NotFound:
        if container.is_running:
            raise
        rest = {network_text: _asked(network_text, wish)}
        return Outcome(state.with_container(replace(container, endpoints={**before, **rest})), None)
    _check_pair(container, before, network)
    asked = _checked(container, network, _asked(network.name, wish))
    if network.name in before:
        if not container.is_running:
            return Outcome(state, None)
        raise EngineError(f"endpoint with name {container.name} already exists in network "
                          f"{network.name}", _FORBIDDEN)
    if not container.is_running:
        changed = replace(container, endpoints={**before, network.name: asked})
        return Outcome(state.with_container(changed), None)
    endpoint = _taken(state, container, asked, now)
    changed = _arranged(state, container, {**before, network.name: endpoint})
    changed = _with_hosts(changed, _hosts(container) + _host_line(changed, endpoint), now)
    return Outcome(state.with_container(changed), None,
                   (_event(changed, endpoint, "connect", now),))


def _check_pair(container: Container, there: Mapping[str, Endpoint], network: Network) -> None:
    """Refuse a network that a container cannot be in beside those that it is in."""
    if network.name in there:
        return
    if container.host_config.network_mode == "host":
        raise BadRequest("container sharing network namespace with another container or host "
                         "cannot be connected to any other network")
    if network.name == "host":
        raise BadRequest(_HOST)
    if there and "none" in (network.name, *there):
        raise BadRequest("container cannot be connected to multiple networks with one of the "
                         "networks in private (none) mode")


def disconnect(
    state: State, network_text: str, name: str, *, now: int, force: bool = False,
) -> Outcome[None]:
    """Take a container out of a network; with ``force`` out of one that is gone, too.

    One that does not run is taken out of any.

    Raises:
        NotFound: there is no such network or container.
        EngineError: the container is not in it, or stays in it for life.
    """
    try:
        container = find_container(state, name)
    except NotFound as error:
        if not force:
            raise
        find_network(state, network_text)
        raise NotFound(f"endpoint {name} not found") from error
    network: Network | None = None
    try:
        network = find_network(state, network_text)
    except NotFound:
        if container.is_running and not force:
            raise
    own = network.name if network else network_text
    before = endpoints_of(container)
    is_live = container.is_running and network is not None
    if own not in before:
        raise EngineError(f"container {container.id} is not connected to "
                          f"{'' if is_live else 'the '}network {own}")
    if own == "host" and is_live:
        raise BadRequest(_HOST)
    rest = {key: each for key, each in before.items() if key != own}
    changed = replace(container, endpoints=rest)
    if container.is_running:
        # The daemon takes away all that has the container's name.
        end = f"\t{container.config.hostname}\n"
        kept = [each for each in _hosts(container).splitlines(True) if not each.endswith(end)]
        changed = _with_hosts(_arranged(state, container, rest), "".join(kept), now)
    told = 0 if network is None else 2 if is_live else 1  # as the daemon does
    gone = _event(container, placed(before[own], network), "disconnect", now) if network else None
    return Outcome(state.with_container(changed), None, (gone,) * told if gone else ())


# --- taken ---------------------------------------------------------------------------------


def join(state: State, name: str, *, now: int) -> Outcome[None]:
    """Put a container that is about to start into its networks.

    Each gives the lowest address that is free; one of them publishes the ports. Where that fails
    the container keeps the reason, and exit code 128 if it never ran.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    if container.is_running:
        return Outcome(state, None)
    try:
        # The daemon's own bridge comes first, also in ``/etc/hosts``.
        places = sorted(endpoints_of(container).values(), key=lambda each: each.network != BRIDGE)
        taken = {each.network: _taken(state, container, each, now) for each in places}
        others: list[tuple[str, Container]] = []
        if BRIDGE in taken:
            others = links.running(state, container)
            told = links.variables(container, others)
            taken[BRIDGE] = replace(taken[BRIDGE], variables=told)
        started = _arranged(state, container, taken)
        lines = "".join(_host_line(started, each) for each in taken.values())
        text = _HOSTS + _extra_hosts(container) + links.host_lines(others) + lines
        return Outcome(state.with_container(_with_hosts(started, text, now)), None)
    except EngineError as error:
        failed = replace(
            container, error=error.message, exit_code=container.exit_code or 128)
        return Outcome(state.with_container(failed), None, (), error)


def _taken(state: State, container: Container, endpoint: Endpoint, now: int) -> Endpoint:
    """Return a place that is a container's now.

    Raises:
        NotFound: there is no such network.
        EngineError: its addresses are taken, or it cannot give what is asked for.
    """
    network = network_named(state, endpoint.network)
    if network is None or endpoint.network_id not in ("", network.id):
        raise NotFound(f"network {endpoint.network_id or endpoint.network} not found")
    endpoint = _checked(container, network, endpoint)
    if network.subnet and not re.fullmatch(_MAC, container.config.mac_address):
        raise BadRequest(f"address {container.config.mac_address}: invalid MAC address")
    own = "" if network.name in BUILTIN else f" {network.id}"
    identifier = fixed_id(f"endpoint {container.id} {now}{own}")
    address = ""
    if network.subnet:
        taken = {each.address for _, each in members(state, network)}
        address = free_address(network, taken, _wish(endpoint))
    return placed(replace(endpoint, id=identifier, address=address, ports={}), network)


def _checked(container: Container, network: Network, endpoint: Endpoint) -> Endpoint:
    """Return a place that is asked for with all names that it has.

    Raises:
        BadRequest: the network cannot give what is asked for.
    """
    wish = _wish(endpoint)
    if network.name in BUILTIN:
        if endpoint.aliases:
            raise BadRequest("network-scoped alias is supported only for containers in user "
                             "defined networks")
        if wish:
            raise BadRequest(
                "user specified IP address is supported on user defined networks only")
        return endpoint
    if wish and not network.pool:
        raise BadRequest("user specified IP address is supported only when connecting to "
                         "networks with user configured subnets")
    hostname = container.config.hostname
    own = (container.id[:12], *([hostname] if hostname != container.name else []))
    return replace(endpoint, aliases=tuple(dict.fromkeys((*(endpoint.aliases or ()), *own))))


def _arranged(
    state: State, container: Container, endpoints: Mapping[str, Endpoint],
) -> Container:
    """Return a container in its networks, its ports published by one of them.

    That is the first by name, of those that are internal only if there is no other; as long as it
    stays the same, so do the ports.
    """
    def rank(endpoint: Endpoint) -> tuple[bool, str]:
        network = network_named(state, endpoint.network)
        return network is not None and network.internal, endpoint.network

    gate = min((each for each in endpoints.values() if each.address), key=rank, default=None)
    arranged = {name: replace(each, ports=each.ports if each is gate else {})
                for name, each in endpoints.items()}
    if gate is not None and not gate.ports:
        # What it had is free for the new ones.
        aside = state.with_container(replace(container, status="exited"))
        arranged[gate.network] = replace(gate, ports=publish(aside, container, gate.id))
    return replace(container, endpoints=arranged)


def _extra_hosts(container: Container) -> str:
    """Return the lines of ``/etc/hosts`` that the user asked for."""
    pairs = (each.partition(":") for each in container.host_config.settings.get("ExtraHosts") or ())
    gateway = BUILTIN[BRIDGE].gateway
    return "".join(f"{gateway if address == 'host-gateway' else address}\t{name}\n"
                   for name, _, address in pairs)


def _hosts(container: Container) -> str:
    """Return what ``/etc/hosts`` is."""
    node = container.mounts.get("etc/hosts", {}).get("")
    return node.content.read().decode("utf-8", "surrogateescape") if node else ""


def _host_line(container: Container, endpoint: Endpoint) -> str:
    return f"{endpoint.address}\t{container.config.hostname}\n" if endpoint.address else ""


def _with_hosts(container: Container, text: str, now: int) -> Container:
    hosts = {"": file(text.encode("utf-8", "surrogateescape"), mtime=now)}
    return replace(container, mounts={**container.mounts, "etc/hosts": hosts})
