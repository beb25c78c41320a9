"""The layers of the catalogue by name, and their pinned digests.

Hashing an image of 188 MB takes longer than a pull should, so the digests are kept in
``pins.json``; ``python -m imagelab.registry.pin`` writes them anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from imagelab.model.node import Changes
from imagelab.registry.catalogue import (
    alpine_3_10,
    alpine_3_20,
    alpine_3_21,
    buildpack_deps,
    busybox,
    community,
    debian_12,
    hello_world,
    httpd,
    mysql,
    nginx,
    node,
    python,
    redis,
    registry_2_8,
    ubuntu_14_04,
    ubuntu_16_04,
    ubuntu_22_04,
    ubuntu_24_04,
)

PINS = "pins.json"

#: What makes a layer's changes.
BUILDERS: Mapping[str, Callable[[], Changes]] = {
    "alpine-3.10/rootfs": alpine_3_10.rootfs,
    "alpine-3.20/rootfs": alpine_3_20.rootfs,
    "alpine-3.21/rootfs": alpine_3_21.rootfs,
    "busybox/rootfs": busybox.rootfs,
    "busybox-1.36/rootfs": busybox.stable,
    "busybox-musl/rootfs": busybox.musl,
    "debian-12/rootfs": debian_12.rootfs,
    "debian-12-slim/rootfs": debian_12.slim,
    "hello-world/hello": hello_world.hello,
    "ubuntu-14.04/rootfs": ubuntu_14_04.rootfs,
    "ubuntu-14.04/policy": ubuntu_14_04.policy,
    "ubuntu-14.04/no-lists": ubuntu_14_04.no_lists,
    "ubuntu-14.04/universe": ubuntu_14_04.universe,
    "ubuntu-14.04/marker": ubuntu_14_04.marker,
    "ubuntu-16.04/rootfs": ubuntu_16_04.rootfs,
    "ubuntu-16.04/policy": ubuntu_16_04.policy,
    "ubuntu-16.04/no-lists": ubuntu_16_04.no_lists,
    "ubuntu-16.04/marker": ubuntu_16_04.marker,
    "ubuntu-22.04/rootfs": ubuntu_22_04.rootfs,
    "ubuntu-24.04/rootfs": ubuntu_24_04.rootfs,
    **buildpack_deps.LAYERS,
    **community.LAYERS,
    **httpd.LAYERS,
    **mysql.LAYERS,
    **nginx.LAYERS,
    **node.LAYERS,
    **python.LAYERS,
    **redis.LAYERS,
    **registry_2_8.LAYERS,
}


@dataclass(frozen=True)
class Pin:
    """What a layer's tar is known by.

    Attributes:
        diff_id: SHA-256 of the canonical layer tar, ``sha256:…``.
        size: bytes of that tar.
    """

    diff_id: str
    size: int


@lru_cache(maxsize=1)
def pins() -> Mapping[str, Pin]:
    """Return the pins of all layers."""
    data = json.loads((files(__package__) / PINS).read_bytes())
    return {name: Pin(**pin) for name, pin in data.items()}
