"""The layers of ``debian:12``: the whole root filesystem, and the slim one."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes, file
from imagelab.registry.catalogue.dpkg import DEBIAN, install, without
from imagelab.registry.catalogue.packages import with_folders

_ASSEMBLED = parse_time("2025-05-20T00:00:00Z")
_SLIM = "etc/dpkg/dpkg.cfg.d/docker"


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the base system."""
    return install("debian-12", _ASSEMBLED, DEBIAN)


@lru_cache(maxsize=1)
def slim() -> Changes:
    """Return the base system without documentation and translations."""
    settings = (files(__package__) / "debian-12" / "slim.cfg").read_bytes()
    kept = without(rootfs(), settings.decode())
    return with_folders({**kept, _SLIM: file(settings, 0o644, _ASSEMBLED)}, _ASSEMBLED)
