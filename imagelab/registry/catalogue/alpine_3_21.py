"""The layer of ``alpine:3.21``."""

from __future__ import annotations

from functools import lru_cache

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue.apk import install

_ASSEMBLED = parse_time("2025-02-14T03:28:36Z")


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the whole system."""
    return install("alpine-3.21", _ASSEMBLED)
