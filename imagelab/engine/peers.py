"""Whom a container's processes reach over its networks, and by which names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from imagelab.engine import links
from imagelab.engine.networks import all_networks, endpoints_of, members, network_named
from imagelab.model.container import Container, Endpoint
from imagelab.model.network import Network
from imagelab.model.state import State

if TYPE_CHECKING:
    from imagelab.shell.streams import Peers, Reach


def peers_of(state: State, container: Container) -> Peers:
    """Return whom a container's processes reach.

    The daemon tells names in networks that were made, not on its own bridge.
    """
    from imagelab.shell.streams import Peers

    return Peers(partial(_find, state, container), partial(_reach, state, container))


# --- names ---------------------------------------------------------------------------------


def _find(state: State, container: Container, name: str) -> str:
    """Return the address of a name; empty if the daemon's name server knows none.

    A link of one's own comes before others' names. What is behind a dot may be a network.
    """
    for text, only in _readings(name):
        places = [(network, _links(place)) for network, place in _named(state, container)
                  if only in ("", network.name)]
        for network, own in places:
            if text in own and (address := _address(state, network, own[text])):
                return address
        for network, own in places:
            if text not in own and (address := _address(state, network, text)):
                return address
    return ""


def _readings(name: str) -> Iterator[tuple[str, str]]:
    """Yield a name, and each of its beginnings up to a dot with what is behind that."""
    yield name, ""
    end = len(name)
    while (end := name.rfind(".", 0, end)) >= 0:
        yield name[:end], name[end + 1:]


def _named(state: State, container: Container) -> Iterator[tuple[Network, Endpoint]]:
    """Yield a container's places in networks whose members have names."""
    for place in endpoints_of(container).values():
        network = state.networks.get(place.network)
        if network is not None and place.address:
            yield network, place


def _links(place: Endpoint) -> Mapping[str, str]:
    """Return the names of others by what a container calls them in a network."""
    found = map(links.parsed, place.settings.get("Links") or ())
    return {each.alias: each.name for each in found}


def _address(state: State, network: Network, name: str) -> str:
    wanted = name.lower()
    return next((place.address for other, place in members(state, network)
                 if wanted in map(str.lower, _told(other, place))), "")


def _told(container: Container, place: Endpoint) -> Iterator[str]:
    """Yield the names that a container has for others."""
    if not container.anonymous:
        yield container.name
    yield from place.aliases or ()


# --- addresses -----------------------------------------------------------------------------


def _reach(state: State, container: Container, address: str) -> Reach:
    """Return what becomes of a packet that is sent to an address.

    The lab's machine is one that has the internet. It passes nothing from one network to another,
    and has an address of its own in each.
    """
    from imagelab.shell.streams import Reach

    target = IPv4Address(address)
    if target.is_loopback:
        return Reach.NEAR
    is_host = "host" in (places := endpoints_of(container))
    found = (network_named(state, each.network) for each in places.values() if each.address)
    own = all_networks(state) if is_host else [each for each in found if each is not None]
    if not own:
        return Reach.NOWHERE
    if any(address == each.gateway for each in all_networks(state)):
        return Reach.NEAR
    for network in own:
        if network.subnet and target in IPv4Network(network.subnet):
            answers = any(place.address == address for _, place in members(state, network))
            return Reach.NEAR if answers else Reach.NOBODY
    leads_out = is_host or not all(each.internal for each in own)
    is_public = target.is_global and not target.is_multicast
    return Reach.FAR if leads_out and is_public else Reach.NOBODY
