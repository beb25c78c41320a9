"""Addresses for networks, and in networks for containers: which are free, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from itertools import chain
from typing import Any

from imagelab.formats.addresses import is_address, is_ipv4
from imagelab.model.network import Network
from imagelab.model.outcome import EngineError, NotFound, Unsimulated

#: What a daemon gives networks of, in its order (libnetwork's pools for networks of one machine).
_POOLS = (
    *(IPv4Network(f"172.{number}.0.0/16") for number in range(17, 32)),
    *IPv4Network("192.168.0.0/16").subnets(new_prefix=20),
)
_FORBIDDEN = 403


def next_pool(taken: Iterable[str], gone: int) -> tuple[IPv4Network, int]:
    """Return the pool of a new network, and how many pools are gone through then.

    The daemon goes on behind the pool that it gave last, even where those before are free again.

    Args:
        taken: the subnets of all networks.
        gone: how many pools it had gone through before.

    Raises:
        NotFound: there is none left.
    """
    own = [IPv4Network(subnet) for subnet in taken if subnet]
    start = gone % len(_POOLS)
    for index in chain(range(start, len(_POOLS)), range(start)):
        if not any(_POOLS[index].overlaps(each) for each in own):
            return _POOLS[index], index + 1
    raise NotFound("could not find an available, non-overlapping IPv4 address pool among the "
                   "defaults to assign to the network")


def own_pool(text: str, taken: Iterable[str]) -> IPv4Network:
    """Return the pool that somebody chose for a network.

    Raises:
        EngineError: it is none, or another network has some of it.
    """
    if "/" in text and _is_ipv6(text):
        raise Unsimulated(f"imagelab does not simulate IPv6 (--subnet {text})")
    try:
        pool = IPv4Network(text, strict=False)
    except ValueError as error:
        raise EngineError(f"Invalid subnet {text} : invalid CIDR address: {text}") from error
    if "/" not in text:
        raise EngineError(f"Invalid subnet {text} : invalid CIDR address: {text}")
    if any(pool.overlaps(IPv4Network(each)) for each in taken if each):
        raise EngineError("Pool overlaps with other one on this address space", _FORBIDDEN)
    return pool


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Network(text, strict=False)
    except ValueError:
        return False
    return True


def with_own_pool(network: Network, pool: IPv4Network, asked: Mapping[str, Any]) -> Network:
    """Return a network with the addresses that somebody chose for it.

    Without a gateway it is the lowest address of those that containers get.

    Args:
        network: the new network.
        pool: its addresses.
        asked: what was said of them, under the keys of the Engine API.

    Raises:
        EngineError: an address is none, is not in the pool, or has a use already.
    """
    text = str(asked.get("Gateway") or "")
    if text and ("/" in text or not is_address(text)):
        raise EngineError(f"invalid gateway address {text} in Ipam configuration")
    part = _part(pool, str(asked.get("IPRange") or ""))
    kept = _ends(pool)
    if not text:
        text = _free(part, kept)
        if not text:
            raise EngineError("failed to allocate gateway (): No available addresses on this pool")
    elif not is_ipv4(text) or IPv4Address(text) not in pool:
        raise EngineError(
            f"failed to allocate gateway ({text}): Requested address is out of range")
    elif text in kept:
        raise EngineError(f"failed to allocate gateway ({text}): Address already in use")
    kept.add(text)
    for name, address in (asked.get("AuxiliaryAddresses") or {}).items():
        _check_kept(network, pool, kept, f"({name}:{address})", address)
        kept.add(address)
    return replace(network, subnet=str(pool), pool=asked, gateway=text)


def _check_kept(
    network: Network, pool: IPv4Network, kept: set[str], title: str, address: str,
) -> None:
    """Refuse an address that no container is to get."""
    if not is_ipv4(address):
        raise EngineError(
            f"non parsable secondary ip address {title} passed for network {network.name}")
    if IPv4Address(address) not in pool:
        raise EngineError(
            f"auxiliary address: {title} must belong to the master pool: {pool}", _FORBIDDEN)
    if address in kept:
        raise EngineError(
            f"failed to allocate secondary ip address {title}: Address already in use")


def with_pool(network: Network, pool: IPv4Network) -> Network:
    """Return a network with addresses that the daemon chose for it."""
    return replace(network, subnet=str(pool), gateway=str(pool[1]))


def _ends(pool: IPv4Network) -> set[str]:
    """Return the addresses that no machine has."""
    return {str(pool.network_address), str(pool.broadcast_address)}


def _part(pool: IPv4Network, text: str) -> range:
    """Return the addresses that containers get, as numbers.

    Of a range that is not in the pool the daemon looks at the part that is the machine's.

    Raises:
        EngineError: it is no range.
    """
    if not text:
        return range(int(pool.network_address), int(pool.broadcast_address) + 1)
    try:
        part = IPv4Network(text, strict=False)
        if "/" not in text:
            raise ValueError
    except ValueError as error:
        raise EngineError(
            f'failed to parse pool request for address space "LocalDefault" pool "{pool}" subpool '
            f'"{text}": Invalid Address SubPool') from error
    first, last = (int(pool.network_address) | (int(each) & int(pool.hostmask))
                   for each in (part.network_address, part.broadcast_address))
    return range(first, last + 1)


def _free(part: range, kept: AbstractSet[str]) -> str:
    """Return the lowest address that is free; empty for none."""
    found = (text for number in part if (text := str(IPv4Address(number))) not in kept)
    return next(found, "")


def free_address(network: Network, taken: set[str], wish: str) -> str:
    """Return an address of a network that is free: the lowest, or the one that is wished for.

    Raises:
        EngineError: there is none, or it is not to be had.
    """
    pool = IPv4Network(network.subnet)
    auxiliary = (network.pool.get("AuxiliaryAddresses") or {}).values()
    kept = {network.gateway, *auxiliary, *_ends(pool), *taken}
    if wish:
        if not is_ipv4(wish):
            raise EngineError(f"Invalid IPv4 address: {wish})")
        if IPv4Address(wish) not in pool:
            raise EngineError(f"Invalid address {wish}: It does not belong to any of this "
                              "network's subnets")
        if wish in kept:
            raise EngineError("Address already in use", _FORBIDDEN)
        return wish
    if found := _free(_part(pool, str(network.pool.get("IPRange") or "")), kept):
        return found
    raise EngineError("no available IPv4 addresses on this network's address pools: "
                      f"{network.name} ({network.id})")
