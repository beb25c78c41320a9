"""What an entry of a layer hides of the layers below: files, bytes, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from imagelab.model.layer import Layer
from imagelab.model.tree import parent_of
from imagelab.views.layers import overlay

_known: WeakKeyDictionary[Layer, dict[str, Hidden]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Hidden:
    """What is no longer seen.

    Attributes:
        cause: how it is hidden.
        by: number of the layer that hides it.
        files: how many, directories not counted.
        size: their bytes, hard links of a layer once.
        depths: numbers of the layers that they are from, the lowest first.
        is_folder: whether it was a folder with all in it.
    """

    cause: overlay.Cause
    by: int
    files: int
    size: int
    depths: tuple[int, ...]
    is_folder: bool = False


def hidden_by(layer: Layer, path: str) -> Hidden | None:
    """Return what an entry hides of what was seen without its layer; None if it is nothing.

    Args:
        layer: the layer that has the entry.
        path: the entry: a whiteout, an opaque directory, a file where another one was.
    """
    known = _known.setdefault(layer, {})
    if path not in known:
        found = _measure(layer, path)
        if found is None:
            return None
        known[path] = found
    return known[path]


def _measure(layer: Layer, path: str) -> Hidden | None:
    around = overlay.folder(layer.parent, parent_of(path))
    old = overlay.look(around, path)
    if old is None:
        return None
    cause = overlay.hides_inside(layer, path) if old.node.is_directory else None
    cause = cause or overlay.hides_itself(layer, path, old.node)
    if cause is None:
        return None
    found = [old]
    if old.node.is_directory:
        found += (each for _, each in overlay.paths(overlay.inside(around, path), path))
    return _sum(cause, layer.depth, found)


def _sum(cause: overlay.Cause, by: int, found: list[overlay.Found]) -> Hidden:
    files = [each for each in found if not each.node.is_directory]
    seen: set[tuple[int, int]] = set()
    size = 0
    for each in files:
        link = (each.layer.depth, each.node.inode)
        if each.node.inode and link in seen:
            continue
        seen.add(link)
        size += each.node.size
    depths = {each.layer.depth for each in files or found}
    return Hidden(cause, by, len(files), size, tuple(sorted(depths)), found[0].node.is_directory)
