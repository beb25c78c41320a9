"""Networks, and the places that containers have in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Network:
    """A network.

    Attributes:
        name: no two networks have the same.
        id: 64 hexadecimal digits.
        created: time of creation, nanoseconds since 1970.
        driver: ``bridge``, ``host`` or ``null``.
        subnet: its addresses, ``172.18.0.0/16``; empty where it gives none.
        gateway: the address of the host in it.
        pool: what its maker said of the addresses, under the keys of the Engine API; empty where
            the daemon chose them.
        ipam_options: what was said to the driver of addresses; None for nothing.
        options: what was said to the driver.
        labels: what its maker wrote on it.
        internal: whether it leads nowhere else.
        attachable: whether services could be attached to it, which the lab has none of.
    """

    name: str
    id: str
    created: int
    driver: str = "bridge"
    subnet: str = ""
    gateway: str = ""
    pool: Mapping[str, Any] = field(default_factory=dict)
    ipam_options: Mapping[str, str] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
