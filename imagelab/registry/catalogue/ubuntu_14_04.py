"""The layers of ``ubuntu:14.04``: a root filesystem, and what four small steps change in it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.node import WHITEOUT, Changes, Node, directory, file
from imagelab.model.tree import Tree, parent_of
from imagelab.registry.catalogue.packages import install

_ASSEMBLED = parse_time("2017-09-13T22:03:11Z")
_STEPS = parse_time("2017-09-13T23:26:20Z")
_UNIVERSE = re.compile(rb"^#\s*(deb.*universe)$", re.MULTILINE)
_ARCHIVES = "/var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb"
_CLEAN = f'{{ "rm -f {_ARCHIVES} /var/cache/apt/*.bin || true"; }};'
_DIVERSION = "/sbin/initctl\n/sbin/initctl.distrib\n:\n"


@lru_cache(maxsize=1)
def rootfs() -> Changes:
    """Return the base system."""
    return install(files(__package__) / "ubuntu-14.04", _ASSEMBLED)


def policy() -> Changes:
    """Return what keeps services from starting, and makes apt and dpkg lean."""
    when = _STEPS + SECOND
    apt = "etc/apt/apt.conf.d/docker-"
    lines = {
        "etc/dpkg/dpkg.cfg.d/docker-apt-speedup": "force-unsafe-io\n",
        apt + "autoremove-suggests": 'Apt::AutoRemove::SuggestsImportant "false";\n',
        apt + "clean": (
            f"DPkg::Post-Invoke {_CLEAN}\nAPT::Update::Post-Invoke {_CLEAN}\n"
            'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n'),
        apt + "gzip-indexes":
            'Acquire::GzipIndexes "true"; Acquire::CompressionTypes::Order:: "gz";\n',
        apt + "no-languages": 'Acquire::Languages "none";\n',
        "var/lib/dpkg/diversions": _DIVERSION,
    }
    changed: dict[str, Node] = {
        path: file(text.encode(), 0o644, when) for path, text in lines.items()}
    changed["usr/sbin/policy-rc.d"] = file(b"#!/bin/sh\nexit 101\n", 0o755, when)
    changed["sbin/initctl"] = file(b"#!/bin/sh\nexit 0\n", 0o755, when)
    changed["sbin/initctl.distrib"] = rootfs()["sbin/initctl"]
    return _with_folders(changed, when)


def no_lists() -> Changes:
    """Return the package lists' removal."""
    lists = "var/lib/apt/lists"
    when = _STEPS + SECOND
    names = Tree().over(rootfs()).names(lists)
    return _with_folders({f"{lists}/{name}": WHITEOUT for name in names}, when)


def universe() -> Changes:
    """Return apt's sources with those of universe switched on."""
    when = _STEPS + 2 * SECOND
    sources = rootfs()["etc/apt/sources.list"].content.read()
    switched_on = _UNIVERSE.sub(rb"\1", sources)
    return _with_folders({"etc/apt/sources.list": file(switched_on, 0o644, when)}, when)


def marker() -> Changes:
    """Return the note that this system is a container."""
    when = _STEPS + 2 * SECOND
    note = "run/systemd"
    return _with_folders({
        note: directory(0o755, when), f"{note}/container": file(b"docker\n", 0o644, when),
    }, when)


def _with_folders(changed: Changes, when: int) -> Changes:
    """Add the folders above, as a storage driver copies them up; the nearest one is changed."""
    nodes = dict(changed)
    for path in changed:
        nearest = parent_of(path)
        folder = nearest
        while folder:
            below = rootfs().get(folder) or directory(0o755)
            if folder == nearest:
                nodes[folder] = replace(below, mtime=when)
            else:
                nodes.setdefault(folder, below)
            folder = parent_of(folder)
    return nodes
