"""What the steps after the root filesystem change in older images of Ubuntu."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.node import WHITEOUT, Changes, Node, directory, file
from imagelab.model.tree import Tree, parent_of

_ARCHIVES = "/var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb"
_CLEAN = f'{{ "rm -f {_ARCHIVES} /var/cache/apt/*.bin || true"; }};'
_DIVERSION = "/sbin/initctl\n/sbin/initctl.distrib\n:\n"


def policy(rootfs: Changes, when: int) -> Changes:
    """Return what keeps services from starting, and makes apt and dpkg lean."""
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
    if "sbin/initctl" in rootfs:
        changed["sbin/initctl.distrib"] = rootfs["sbin/initctl"]
    return with_folders(changed, rootfs, when)


def no_lists(rootfs: Changes, when: int) -> Changes:
    """Return the package lists' removal."""
    lists = "var/lib/apt/lists"
    names = sorted(Tree().over(rootfs).names(lists))
    return with_folders({f"{lists}/{name}": WHITEOUT for name in names}, rootfs, when)


def marker(rootfs: Changes, when: int) -> Changes:
    """Return the note that this system is a container."""
    note = "run/systemd"
    return with_folders({
        note: directory(0o755, when), f"{note}/container": file(b"docker\n", 0o644, when),
    }, rootfs, when)


def with_folders(changed: Changes, rootfs: Changes, when: int) -> Changes:
    """Add the folders above, as a storage driver copies them up; the nearest one is changed."""
    nodes = dict(changed)
    for path in changed:
        nearest = parent_of(path)
        folder = nearest
        while folder:
            below = rootfs.get(folder) or directory(0o755)
            if folder == nearest:
                nodes[folder] = replace(below, mtime=when)
            else:
                nodes.setdefault(folder, below)
            folder = parent_of(folder)
    return nodes
