"""The layers of ``ubuntu:14.04``: a root filesystem, and what four small steps change in it."""

from __future__ import annotations

import re
from functools import lru_cache

from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.node import Changes, file
from imagelab.registry.catalogue import ubuntu_steps
from imagelab.registry.catalogue.dpkg import UBUNTU, install

_ASSEMBLED = parse_time("2017-09-13T22:03:11Z")
_STEPS = parse_time("2017-09-13T23:26:20Z")
_UNIVERSE = re.compile(rb"^#\s*(deb.*universe)$", re.MULTILINE)


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the base system."""
    return install("ubuntu-14.04", _ASSEMBLED, UBUNTU)


def policy() -> Changes:
    """Return what keeps services from starting, and makes apt and dpkg lean."""
    return ubuntu_steps.policy(rootfs(), _STEPS + SECOND)


def no_lists() -> Changes:
    """Return the package lists' removal."""
    return ubuntu_steps.no_lists(rootfs(), _STEPS + SECOND)


def universe() -> Changes:
    """Return apt's sources with those of universe switched on."""
    when = _STEPS + 2 * SECOND
    sources = rootfs()["etc/apt/sources.list"].content.read()
    switched_on = _UNIVERSE.sub(rb"\1", sources)
    changed = {"etc/apt/sources.list": file(switched_on, 0o644, when)}
    return ubuntu_steps.with_folders(changed, rootfs(), when)


def marker() -> Changes:
    """Return the note that this system is a container."""
    return ubuntu_steps.marker(rootfs(), _STEPS + 2 * SECOND)
