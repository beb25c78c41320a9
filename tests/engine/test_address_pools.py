"""Addresses of networks, and of the first container there; as a daemon 20.10.24 has them."""

from __future__ import annotations

from typing import Any

import pytest

from imagelab.engine.address_pools import free_address, own_pool, with_own_pool
from imagelab.model.network import Network
from imagelab.model.outcome import EngineError, Unsimulated

NEW = Network("new", "1" * 64, 0)
POOL = "10.9.0.0/16"
NONE = "failed to allocate gateway (): No available addresses on this pool"
SUBPOOL = ('failed to parse pool request for address space "LocalDefault" pool "10.9.0.0/16" '
           'subpool "{}": Invalid Address SubPool')


def network(subnet: str, **asked: Any) -> Network:
    return with_own_pool(NEW, own_pool(subnet, ()), {"Subnet": subnet, **asked})


@pytest.mark.parametrize(("subnet", "asked", "gateway", "first"), [
    (POOL, {}, "10.9.0.1", "10.9.0.2"),
    ("10.9.0.9/16", {}, "10.9.0.1", "10.9.0.2"),
    ("10.9.0.0/30", {}, "10.9.0.1", "10.9.0.2"),
    (POOL, {"IPRange": "10.9.1.7/24"}, "10.9.1.0", "10.9.1.1"),
    (POOL, {"IPRange": "10.199.0.0/24"}, "10.9.0.1", "10.9.0.2"),
    (POOL, {"IPRange": "10.0.0.0/8"}, "10.9.0.1", "10.9.0.2"),
    (POOL, {"IPRange": "10.9.3.0/24", "Gateway": "10.9.9.9"}, "10.9.9.9", "10.9.3.0"),
    (POOL, {"IPRange": "10.9.3.0/24", "Gateway": "10.9.3.0"}, "10.9.3.0", "10.9.3.1"),
    (POOL, {"AuxiliaryAddresses": {"a": "10.9.0.2"}}, "10.9.0.1", "10.9.0.3"),
])
def test_what_a_network_has(subnet: str, asked: dict[str, Any], gateway: str, first: str) -> None:
    made = network(subnet, **asked)
    assert (made.gateway, free_address(made, set(), "")) == (gateway, first)
    assert made.pool == {"Subnet": subnet, **asked}


@pytest.mark.parametrize(("subnet", "asked", "status", "message"), [
    (POOL, {"IPRange": "x"}, 500, SUBPOOL.format("x")),
    (POOL, {"IPRange": "10.9.0.0/33"}, 500, SUBPOOL.format("10.9.0.0/33")),
    (POOL, {"IPRange": "10.9.0.0/32"}, 500, NONE),
    ("10.9.0.0/31", {}, 500, NONE),
    ("10.9.0.0/32", {}, 500, NONE),
    (POOL, {"Gateway": "10.9.0.0"}, 500,
     "failed to allocate gateway (10.9.0.0): Address already in use"),
    (POOL, {"Gateway": "10.9.255.255"}, 500,
     "failed to allocate gateway (10.9.255.255): Address already in use"),
    (POOL, {"Gateway": "::1"}, 500,
     "failed to allocate gateway (::1): Requested address is out of range"),
    (POOL, {"Gateway": "10.9.0.7/24"}, 500,
     "invalid gateway address 10.9.0.7/24 in Ipam configuration"),
    (POOL, {"Gateway": "fe80::/64"}, 500,
     "invalid gateway address fe80::/64 in Ipam configuration"),
    (POOL, {"Gateway": "10.09.0.1"}, 500,
     "invalid gateway address 10.09.0.1 in Ipam configuration"),
    (POOL, {"AuxiliaryAddresses": {"a": "x"}}, 500,
     "non parsable secondary ip address (a:x) passed for network new"),
    (POOL, {"AuxiliaryAddresses": {"a": "10.199.0.1"}}, 403,
     "auxiliary address: (a:10.199.0.1) must belong to the master pool: 10.9.0.0/16"),
    (POOL, {"AuxiliaryAddresses": {"a": "10.9.0.1"}}, 500,
     "failed to allocate secondary ip address (a:10.9.0.1): Address already in use"),
])
def test_what_cannot_be(subnet: str, asked: dict[str, Any], status: int, message: str) -> None:
    with pytest.raises(EngineError) as refused:
        network(subnet, **asked)
    assert (refused.value.status, refused.value.message) == (status, message)


def test_a_range_of_one_address_is_the_gateways() -> None:
    made = network(POOL, IPRange="10.9.0.2/32")
    assert made.gateway == "10.9.0.2"
    with pytest.raises(EngineError, match="no available IPv4 addresses"):
        free_address(made, set(), "")


def test_there_is_no_ipv6() -> None:
    with pytest.raises(Unsimulated):
        own_pool("fd00::/64", ())
