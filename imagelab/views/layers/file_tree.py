"""The files of a layer, or of the layers up to one, a folder at a time, and what changed there."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, Kind, Node, directory
from imagelab.model.tree import join_path
from imagelab.views.files import ADDED, CHANGED, REMOVED
from imagelab.views.layers import overlay
from imagelab.views.layers.hidden import Hidden, hidden_by
from imagelab.views.layers.overlay import Found, Hider, Through

#: What is as it was.
UNCHANGED = ""
#: Rows of one folder that are listed at a time.
MAX_ROWS = 200


class Mode(enum.Enum):
    """Which files are listed, and what their marks compare with.

    ``LAYER``: the entries of one layer, whiteouts as such; compared with the layers below it.
    ``MERGED``: what one sees from a layer on down, and what it hides; compared likewise.
    ``IMAGE``: what one sees from the topmost layer, and all that was ever hidden; compared with
    the lowest layer.
    """

    LAYER = "layer"
    MERGED = "merged"
    IMAGE = "image"


@dataclass(frozen=True)
class Selection:
    """What is looked at.

    Attributes:
        top: the layer; in mode ``IMAGE`` the topmost one.
        mode: see there.
    """

    top: Layer
    mode: Mode = Mode.LAYER

    @cached_property
    def base(self) -> Layer | None:
        """The layer with all below that marks compare with; None for nothing at all."""
        return self.top.stack[0] if self.mode is Mode.IMAGE else self.top.parent

    @cached_property
    def changing(self) -> tuple[Layer, ...]:
        """The layers that marks tell of, the topmost first."""
        depth = self.base.depth if self.base else 0
        return self.top.stack[depth:][::-1]

    @cached_property
    def floor(self) -> int:
        """Number of the layer up to which nothing counts as changed."""
        return self.base.depth if self.base else 0


@dataclass(frozen=True)
class Place:
    """A folder, as the layers that show through in it.

    Attributes:
        path: of the folder; ``""`` is the root.
        now: from the selected layer on down.
        before: from the layer that marks compare with on down.
        changing: those that marks tell of, as far as they have entries in it.
    """

    path: str
    now: Through
    before: Through
    changing: Through

    def inside(self, path: str) -> Place:
        """Return a folder in this one."""
        changing = tuple(each for each in self.changing if overlay.holds(each, path))
        return Place(path, overlay.inside(self.now, path), overlay.inside(self.before, path),
                     changing)

    @property
    def same(self) -> bool:
        """Whether all that was to be seen before still is, unless an entry here says otherwise."""
        kept = len(self.before)
        return not kept or self.now[-kept:] == self.before

    @property
    def names(self) -> Collection[str]:
        """Every name that is or was here."""
        through = {each.chain_id: each for each in (*self.now, *self.before, *self.changing)}
        return overlay.shown_names(tuple(through.values()), self.path)

    @property
    def touched(self) -> Collection[str]:
        """The names here at which something may have changed."""
        return overlay.shown_names(self.changing, self.path) if self.same else self.names


@dataclass(frozen=True)
class Row:
    """A file or folder.

    Attributes:
        path: without a leading slash.
        node: what it is; what it was if it is gone; in mode ``LAYER`` also a whiteout.
        layer: the layer that it comes from.
        mark: ``+``, ``~``, ``-`` or nothing.
        holds: whether it is a folder with something to list in it.
        hider: for what is gone, what hid it.
        hidden: what this very entry hides of lower layers, if it does.
    """

    path: str
    node: Node
    layer: Layer
    mark: str = UNCHANGED
    holds: bool = False
    hider: Hider | None = None
    hidden: Hidden | None = None


def place(selection: Selection, folder: str) -> Place:
    """Return a folder of what is looked at."""
    here = Place("", overlay.root(selection.top), overlay.root(selection.base),
                 selection.changing)
    for path in (*overlay.folders(folder)[1:], folder) if folder else ():
        here = here.inside(path)
    return here


def names(selection: Selection, here: Place) -> list[str]:
    """Return the names that may have a row, in the order of their bytes."""
    found = here.names
    if selection.mode is Mode.LAYER:
        found = overlay.names(selection.top, here.path)
    return sorted(found, key=lambda name: name.encode("utf-8", "surrogateescape"))


def rows(selection: Selection, here: Place, listed: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of names in a folder, worked out one by one."""
    for name in listed:
        if found := row(selection, here, join_path(here.path, name)):
            yield found


def row(selection: Selection, here: Place, path: str) -> Row | None:
    """Return the row of a path; None if there is nothing to tell.

    Args:
        selection: what is looked at.
        here: the folder that it is in.
        path: the path.
    """
    if selection.mode is Mode.LAYER and is_whiteout(selection.top, path):
        return _whiteout(selection, here, path)
    now = overlay.look(here.now, path)
    found = now or seen_before(here, path)
    if found is None:
        return None
    mark = mark_of(now, overlay.look(here.before, path), selection.floor)
    made = Row(path, found.node, found.layer, mark, holds=_holds(selection, here, found, path))
    return _explained(selection, made)


def is_change(selection: Selection, here: Place, path: str) -> bool:
    """Whether a path has a mark."""
    now, old = overlay.look(here.now, path), overlay.look(here.before, path)
    if now is None and old is None:
        return seen_before(here, path) is not None
    return bool(mark_of(now, old, selection.floor))


def _whiteout(selection: Selection, here: Place, path: str) -> Row:
    old = overlay.look(here.before, path)
    hider = Hider(overlay.Cause.WHITEOUT, path, selection.top.depth)
    hidden = hidden_by(selection.top, path) if old else None
    return Row(path, WHITEOUT, selection.top, REMOVED if old else UNCHANGED, False, hider, hidden)


def _holds(selection: Selection, here: Place, found: Found, path: str) -> bool:
    if selection.mode is Mode.LAYER:
        return overlay.holds(selection.top, path)
    return found.node.is_directory and any(
        overlay.holds(layer, path) for layer in (*here.now, *here.before, *here.changing))


def _explained(selection: Selection, made: Row) -> Row:
    """Add to a row what hides it, and what its own entry hides."""
    if made.mark == REMOVED:
        hider = overlay.first_hider(selection.top, Found(made.node, made.layer), made.path)
        by_itself = hider is not None and hider.path == made.path
        layer = selection.top.stack[hider.depth - 1] if hider and by_itself else None
        return replace(made, hider=hider, hidden=hidden_by(layer, made.path) if layer else None)
    for layer in selection.changing:
        if (node := layer.changes.get(made.path)) and (node.opaque or not node.is_directory):
            return replace(made, hidden=hidden_by(layer, made.path))
    return made


def seen_before(here: Place, path: str) -> Found | None:
    """Return what a path was that is gone: before, or in a layer since."""
    if old := overlay.look(here.before, path):
        return old
    for layer in here.changing:
        node = layer.changes.get(path)
        if node is not None and node.kind is not Kind.WHITEOUT:
            return Found(node, layer)
        if overlay.makes(layer, path):
            return Found(directory(), layer)
    return None


def mark_of(now: Found | None, old: Found | None, floor: int) -> str:
    """Return the mark of a path.

    Args:
        now: what it shows.
        old: what it showed before.
        floor: number of the layer up to which nothing counts as changed.
    """
    if now is None:
        return REMOVED
    if old is None:
        return ADDED
    if now.layer.depth <= floor:
        return UNCHANGED
    if now.node.is_directory and old.node.is_directory:
        return CHANGED if now.node.opaque or _facts(now.node) != _facts(old.node) else UNCHANGED
    return CHANGED


def _facts(folder: Node) -> tuple[object, ...]:
    """What a directory is apart from its time, which changes with whatever is put in it."""
    return folder.mode, folder.uid, folder.gid, folder.xattrs


def is_whiteout(layer: Layer, path: str) -> bool:
    """Whether all that a layer says of a path is that it is gone."""
    node = layer.changes.get(path)
    return node is not None and node.kind is Kind.WHITEOUT and not overlay.makes(layer, path)
