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
from imagelab.registry.catalogue import busybox, hello_world, ubuntu_14_04

PINS = "pins.json"

#: What makes a layer's changes.
BUILDERS: Mapping[str, Callable[[], Changes]] = {
    "busybox/rootfs": busybox.rootfs,
    "hello-world/hello": hello_world.hello,
    "ubuntu-14.04/rootfs": ubuntu_14_04.rootfs,
    "ubuntu-14.04/policy": ubuntu_14_04.policy,
    "ubuntu-14.04/no-lists": ubuntu_14_04.no_lists,
    "ubuntu-14.04/universe": ubuntu_14_04.universe,
    "ubuntu-14.04/marker": ubuntu_14_04.marker,
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
