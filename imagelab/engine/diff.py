"""``docker diff``: how a container's files differ from its image's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.engine.rootfs import base_tree
from imagelab.model.container import Container
from imagelab.model.node import Kind, Node
from imagelab.model.tree import Tree, join_path

ADDED, CHANGED, DELETED = "A", "C", "D"


@dataclass(frozen=True)
class Change:
    """One line of ``docker diff``.

    Attributes:
        kind: ``A`` added, ``C`` changed, ``D`` deleted.
        path: absolute path.
    """

    kind: str
    path: str


def diff(container: Container) -> tuple[Change, ...]:
    """Compare a container's files with those of its image.

    The daemon walks both trees. A directory counts as changed when something in it did, and for
    a new owner or mode, not for a new time; a deleted directory is one line; a parent stands
    before what is in it (cases ``diff-01`` to ``diff-05``, ``commit-19``).
    """
    old = base_tree(container)
    new = old.over(container.changes)
    return tuple(_compare(old, new, ""))


def _compare(old: Tree, new: Tree, folder: str) -> Iterator[Change]:
    for name in sorted(old.names(folder) | new.names(folder)):
        path = join_path(folder, name)
        before, after = old.get(path), new.get(path)
        if after is None:
            yield Change(DELETED, f"/{path}")
        elif before is after:
            continue
        elif before is None:
            yield Change(ADDED, f"/{path}")
            yield from _compare(old, new, path)
        else:
            below = list(_compare(old, new, path)) if after.node.is_directory else []
            if below or _differs(before.node, after.node):
                yield Change(CHANGED, f"/{path}")
            yield from below


def _differs(old: Node, new: Node) -> bool:
    if (old.kind, old.mode, old.uid, old.gid, old.device) != (
            new.kind, new.mode, new.uid, new.gid, new.device):
        return True
    if new.kind is Kind.DIRECTORY:
        return False
    return _time_differs(old.mtime, new.mtime) or old.size != new.size


def _time_differs(old: int, new: int) -> bool:
    """Times agree when their seconds do and one of them has no fraction (a tar keeps none)."""
    second = 1_000_000_000
    if old // second != new // second:
        return True
    return bool(old % second and new % second and old != new)
