"""What a layer changes, file by file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

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
    seen = cache(partial(_seen, below))  # many paths are in one folder
    found = (
        _change(path, node, _is_there(seen, path), path in folders)
        for path, node in sorted(changes.items()))
    return tuple(filter(None, found))


def _change(path: str, node: Node, known: bool, holds: bool) -> FileChange | None:
    if node.kind is Kind.WHITEOUT:
        return FileChange(REMOVED, f"/{path}") if known else None
    if node.is_directory:
        if not path or (not node.opaque and (holds or known)):
            return None
        path += "/"
    return FileChange(CHANGED if known else ADDED, f"/{path}")


def _is_there(seen: Callable[[str], Sequence[Changes]], path: str) -> bool:
    """Whether a path exists in the merged view, without building that view."""
    for changes in seen(parent_of(path)):
        node = changes.get(path)
        if node is not None:
            return node.kind is not Kind.WHITEOUT
    return False


def _seen(layer: Layer | None, folder: str) -> Sequence[Changes]:
    """Return the changes of the layers that are seen in a folder, the topmost first."""
    folders = list(_folders(folder))
    found = []
    while layer is not None:
        found.append(layer.changes)
        if any(_hides(layer.changes.get(each)) for each in folders):
            break
        layer = layer.parent
    return found


def _folders(path: str) -> Iterator[str]:
    """Yield a folder and those that it is in; not the root."""
    while path:
        yield path
        path = parent_of(path)


def _hides(folder: Node | None) -> bool:
    """Whether an entry for a directory hides what lower layers have in it."""
    return folder is not None and (folder.opaque or not folder.is_directory)
