"""The layers of ``ubuntu:16.04``: a root filesystem, and what three small steps change in it."""

from __future__ import annotations

from functools import lru_cache

from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue import ubuntu_steps
from imagelab.registry.catalogue.dpkg import UBUNTU, install

_ASSEMBLED = parse_time("2021-08-30T22:12:09Z")
_STEPS = parse_time("2021-08-31T01:21:28Z")


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the base system."""
    return install("ubuntu-16.04", _ASSEMBLED, UBUNTU)


def policy() -> Changes:
    """Return what keeps services from starting, and makes apt and dpkg lean."""
    return ubuntu_steps.policy(rootfs(), _STEPS)


def no_lists() -> Changes:
    """Return the package lists' removal."""
    return ubuntu_steps.no_lists(rootfs(), _STEPS + SECOND)


def marker() -> Changes:
    """Return the note that this system is a container."""
    return ubuntu_steps.marker(rootfs(), _STEPS + SECOND)
