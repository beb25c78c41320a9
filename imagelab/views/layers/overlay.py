"""A stack of layers seen as one file system, a folder at a time.

A merged :class:`~imagelab.model.tree.Tree` of every layer would copy its index of all paths per
layer. A view only ever shows a few folders, so it asks the layers themselves: each has an index
of its own entries, made once, and a folder is known by the layers that show through in it.

Rules: OCI image layer spec ("Whiteouts"), the same as the merged tree's.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from imagelab.model.layer import Layer
from imagelab.model.node import Changes, Kind, Node, directory
from imagelab.model.tree import join_path, parent_of

#: The layers that show through in a folder, the topmost first.
Through = tuple[Layer, ...]
_NO_NAMES: frozenset[str] = frozenset()
_IMPLIED = directory()
# Layers are compared by ChainID, and what is kept of one holds none of them.
_indexes: WeakKeyDictionary[Layer, Index] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Found:
    """What a path shows.

    Attributes:
        node: what is there.
        layer: the layer that it comes from.
    """

    node: Node
    layer: Layer


class Cause(enum.Enum):
    """Why a lower layer's path is not seen any more."""

    CHANGED = "changed"
    WHITEOUT = "whiteout"
    OPAQUE = "opaque"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Hider:
    """What hides a path of a lower layer.

    Attributes:
        cause: how.
        path: the entry that does it: the path itself, or a directory that it is in.
        depth: number of the layer with that entry, counted from 1 at the bottom.
    """

    cause: Cause
    path: str
    depth: int


@dataclass(frozen=True, slots=True)
class Index:
    """A layer's own entries.

    Attributes:
        names: those in each folder, whiteouts and all; a folder that is only there for something
            in it is one of them.
        made: the folders that something is put into, so that they have to be folders.
    """

    names: Mapping[str, Collection[str]]
    made: Collection[str]


def names(layer: Layer, folder: str) -> Collection[str]:
    """Return the names of a layer's own entries in a folder: see :class:`Index`."""
    return index(layer).names.get(folder, _NO_NAMES)


def holds(layer: Layer, folder: str) -> bool:
    """Whether a layer has entries in a folder, if only whiteouts."""
    return folder in index(layer).names


def makes(layer: Layer, folder: str) -> bool:
    """Whether a layer puts something into a folder, so that it has to be one."""
    return folder in index(layer).made


def index(layer: Layer) -> Index:
    """Return the index of a layer's own entries, made at the first call."""
    found = _indexes.get(layer)
    if found is None:
        found = _indexes[layer] = _indexed(layer.changes)
    return found


def _indexed(changes: Changes) -> Index:
    found: dict[str, set[str]] = {}
    made: set[str] = set()
    for path, node in changes.items():
        real = node.kind is not Kind.WHITEOUT
        while path:
            folder, _, name = path.rpartition("/")
            known = folder in found
            found.setdefault(folder, set()).add(name)
            if known and (not real or folder in made):
                break
            if real:
                made.add(folder)
            path = folder
    return Index(found, made)


def root(top: Layer | None) -> Through:
    """Return the layers that show through in the root directory."""
    return _through(top.stack[::-1] if top else (), "")


def inside(through: Through, path: str) -> Through:
    """Return the layers that show through in a directory; none if it is no directory.

    Args:
        through: the layers that show through in the directory that it is in.
        path: the directory.
    """
    return _through(through, path)


def _through(layers: Through, path: str) -> Through:
    shown = []
    for layer in layers:
        node = layer.changes.get(path)
        if holds(layer, path) or (node is not None and node.is_directory):
            shown.append(layer)
        if node is not None and (not node.is_directory or node.opaque):
            break
    return tuple(shown)


def folder(top: Layer | None, path: str) -> Through:
    """Return the layers that show through in a directory, found from the root."""
    through = root(top)
    for here in (*folders(path)[1:], path) if path else ():
        through = inside(through, here)
    return through


def folders(path: str) -> tuple[str, ...]:
    """Return the directories that a path is in: the root, ``""``, and so on inwards."""
    found = []
    while path:
        path = parent_of(path)
        found.append(path)
    return tuple(reversed(found))


def look(through: Through, path: str) -> Found | None:
    """Return what a path shows; None for nothing.

    Args:
        through: the layers that show through in the directory that it is in.
        path: the path; not the root.
    """
    implied: Layer | None = None
    for layer in through:
        node = layer.changes.get(path)
        made = makes(layer, path)
        if node is not None and node.is_directory:
            return Found(node, layer)
        if node is not None and not made and implied is None:
            return None if node.kind is Kind.WHITEOUT else Found(node, layer)
        if made:
            implied = layer
        if node is not None:
            break
    return Found(_IMPLIED, implied) if implied else None


def find(top: Layer | None, path: str) -> Found | None:
    """Return what a path shows, found from the root; None for nothing."""
    return look(folder(top, parent_of(path)), path)


def paths(through: Through, path: str) -> Iterator[tuple[str, Found]]:
    """Yield everything below a directory, in no order worth relying on.

    Args:
        through: the layers that show through in it.
        path: the directory.
    """
    stack = [(path, through)]
    while stack:
        here, layers = stack.pop()
        for name in shown_names(layers, here):
            below = join_path(here, name)
            found = look(layers, below)
            if found is None:
                continue
            yield below, found
            if found.node.is_directory:
                stack.append((below, inside(layers, below)))


def shown_names(through: Through, path: str) -> Collection[str]:
    """Return every name that layers have in a folder, whiteouts' too."""
    if len(through) == 1:
        return names(through[0], path)
    return set().union(*(names(layer, path) for layer in through))


def hider(layer: Layer, path: str, lower: Node) -> Hider | None:
    """Return what in a layer hides a path of the layers below; None for nothing.

    A directory on a directory hides nothing: the two are merged.

    Args:
        layer: the layer above.
        path: the path.
        lower: what the layers below have there.
    """
    for here in folders(path):
        if cause := hides_inside(layer, here):
            return Hider(cause, here, layer.depth)
    cause = hides_itself(layer, path, lower)
    return Hider(cause, path, layer.depth) if cause else None


def hides_inside(layer: Layer, path: str) -> Cause | None:
    """Return why a layer hides all that lower ones have in a directory; None if it does not."""
    node = layer.changes.get(path)
    if node is None or (node.is_directory and not node.opaque):
        return None
    if node.kind is Kind.WHITEOUT:
        return Cause.WHITEOUT
    return Cause.OPAQUE if node.is_directory else Cause.REPLACED


def hides_itself(layer: Layer, path: str, lower: Node) -> Cause | None:
    """Return why a layer hides the one node that lower ones have at a path, or None."""
    node = layer.changes.get(path)
    if node is not None and node.kind is Kind.WHITEOUT:
        return Cause.WHITEOUT
    if makes(layer, path) or (node is not None and node.is_directory):
        return None if lower.is_directory else Cause.REPLACED
    if node is None:
        return None
    return Cause.REPLACED if lower.is_directory else Cause.CHANGED


def first_hider(top: Layer, found: Found, path: str) -> Hider | None:
    """Return what first hid a node of a layer, up to a higher layer; None if nothing did."""
    above: list[Layer] = []
    layer: Layer | None = top
    while layer is not None and layer.depth > found.layer.depth:
        above.append(layer)
        layer = layer.parent
    return next(filter(None, (hider(each, path, found.node) for each in reversed(above))), None)
