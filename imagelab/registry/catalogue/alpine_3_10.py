"""The layer of ``alpine:3.10``."""

from __future__ import annotations

from functools import lru_cache

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue.apk import install

_ASSEMBLED = parse_time("2021-04-14T10:25:24Z")


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the whole system."""
    return install("alpine-3.10", _ASSEMBLED)
