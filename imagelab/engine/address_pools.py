"""Addresses for networks, and in networks for containers: which are free, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from itertools import chain

from imagelab.model.network import Network
from imagelab.model.outcome import EngineError, NotFound

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
    try:
        pool = IPv4Network(text, strict=False)
    except ValueError as error:
        raise EngineError(f"Invalid subnet {text} : invalid CIDR address: {text}") from error
    if "/" not in text:
        raise EngineError(f"Invalid subnet {text} : invalid CIDR address: {text}")
    if any(pool.overlaps(IPv4Network(each)) for each in taken if each):
        raise EngineError("Pool overlaps with other one on this address space", _FORBIDDEN)
    return pool


def own_gateway(text: str, pool: IPv4Network) -> str:
    """Return the gateway that somebody chose.

    Raises:
        EngineError: it is none of the pool's addresses.
    """
    try:
        if IPv4Address(text) in pool:
            return text
    except ValueError as error:
        raise EngineError(f"invalid gateway address {text}") from error
    raise EngineError(f"failed to allocate gateway ({text}): Requested address is out of range")


def first_host(pool: IPv4Network) -> str:
    """Return the lowest address of a pool that a machine may have."""
    return str(pool[min(1, pool.num_addresses - 1)])


def is_ipv4(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def free_address(network: Network, taken: set[str], wish: str) -> str:
    """Return an address of a network that is free: the lowest, or the one that is wished for.

    Raises:
        EngineError: there is none, or it is not to be had.
    """
    pool = IPv4Network(network.subnet)
    kept = {network.gateway, *(network.pool.get("AuxiliaryAddresses") or {}).values()}
    if wish:
        if not is_ipv4(wish):
            raise EngineError(f"Invalid IPv4 address: {wish})")
        if IPv4Address(wish) not in pool:
            raise EngineError(f"Invalid address {wish}: It does not belong to any of this "
                              "network's subnets")
        if wish in taken or wish in kept:
            raise EngineError("Address already in use", _FORBIDDEN)
        return wish
    part = IPv4Network(network.pool.get("IPRange") or network.subnet, strict=False)
    ends = {pool.network_address, pool.broadcast_address}
    for number in range(part.num_addresses):
        address = part[number]
        if address not in ends and str(address) not in taken and str(address) not in kept:
            return str(address)
    raise EngineError("no available IPv4 addresses on this network's address pools: "
                      f"{network.name} ({network.id})")
