"""Layers that service images put on a distribution, out of lists in the catalogue.

A list is that of :mod:`~imagelab.registry.catalogue.packages`; each of its packages is one layer,
or a part of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from imagelab.model.node import Changes, Node, directory, file
from imagelab.registry.catalogue.packages import nodes_of, read, with_folders

#: What makes a layer's changes, by the layer's name.
Layers = Mapping[str, Callable[[], Changes]]


def layers(folder: str, *names: str) -> Layers:
    """Return layers that are each one package of a list, named ``folder/package``."""
    return {f"{folder}/{name}": partial(layer, folder, name) for name in names}


def layer(folder: str, *names: str) -> dict[str, Node]:
    """Return a layer out of some packages of a list.

    Args:
        folder: of the catalogue, with ``packages.txt`` and ``files/``.
        names: the packages.

    Raises:
        ValueError: a line of the list makes no sense, or it lacks one of the packages.
    """
    packages = [package for package in read(folder) if package.name in names]
    if len(packages) != len(names):
        raise ValueError(f"{folder} lacks one of {', '.join(names)}")
    return with_folders(nodes_of(packages), packages[0].mtime)


def account(
    base: Changes, name: str, number: int, *, group: int | None = None, home: str = "/nonexistent",
    shell: str = "/usr/sbin/nologin", when: int,
) -> dict[str, Node]:
    """Return what adding a user and a group of the same name changes.

    Args:
        base: the root filesystem that the image stands on.
        name: of the user and the group.
        number: the user's.
        group: the group's number; the user's if not given.
        home: the user's home directory, which is not made.
        shell: the user's.
        when: the time, nanoseconds since 1970.
    """
    group = number if group is None else group
    lines = {
        "etc/passwd": f"{name}:x:{number}:{group}::{home}:{shell}\n",
        "etc/group": f"{name}:x:{group}:\n",
        "etc/shadow": f"{name}:!:20228::::::\n",
        "etc/gshadow": f"{name}:!::\n",
    }
    changed: dict[str, Node] = {}
    for path, line in lines.items():
        before = base.get(path)
        if before is not None:
            after = file(before.content.read() + line.encode(), before.mode, when)
            changed[path] = replace(after, uid=before.uid, gid=before.gid)
    return {"etc": directory(0o755, when), **changed}
