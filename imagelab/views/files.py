"""What a layer changes, file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.model.layer import Layer
from imagelab.model.node import Changes, Kind, Node
from imagelab.model.tree import parent_of

ADDED, CHANGED, REMOVED = "+", "~", "-"


@dataclass(frozen=True)
class FileChange:
    """A path that a layer adds, changes or removes.

    Attributes:
        kind: ``+`` added, ``~`` changed, ``-`` removed.
        path: absolute path; a directory's ends with a slash.
    """

    kind: str
    path: str


def file_changes(changes: Changes, below: Layer | None) -> tuple[FileChange, ...]:
    """Return what some changes do to the layers below, sorted by path.

    Directories that are only there for something in them are left out.
    """
    folders = {parent_of(path) for path in changes if path}
    found = (_change(path, node, below, path in folders) for path, node in sorted(changes.items()))
    return tuple(filter(None, found))


def _change(path: str, node: Node, below: Layer | None, holds: bool) -> FileChange | None:
    known = _is_there(below, path)
    if node.kind is Kind.WHITEOUT:
        return FileChange(REMOVED, f"/{path}") if known else None
    if node.is_directory:
        if not path or (not node.opaque and (holds or known)):
            return None
        path += "/"
    return FileChange(CHANGED if known else ADDED, f"/{path}")


def _is_there(layer: Layer | None, path: str) -> bool:
    """Whether a path exists in the merged view, without building that view."""
    while layer is not None:
        node = layer.changes.get(path)
        if node is not None:
            return node.kind is not Kind.WHITEOUT
        if any(_hides(layer.changes.get(folder)) for folder in _folders(path)):
            return False
        layer = layer.parent
    return False


def _folders(path: str) -> Iterator[str]:
    while path := parent_of(path):
        yield path


def _hides(folder: Node | None) -> bool:
    """Whether an entry for a directory hides what lower layers have in it."""
    return folder is not None and (folder.opaque or not folder.is_directory)
