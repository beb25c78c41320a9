"""The layer of ``ubuntu:22.04``."""

from __future__ import annotations

from functools import lru_cache

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue.dpkg import UBUNTU, install

_ASSEMBLED = parse_time("2025-05-02T14:35:02Z")


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the whole system."""
    return install("ubuntu-22.04", _ASSEMBLED, UBUNTU)
