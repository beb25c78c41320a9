"""Bytes of an image's layers that nobody can see any more.

A layer is never changed. Whatever a higher layer overwrites or removes stays in it, on the disk
and in every push and pull: that is the waste.

    wasted     = bytes of all layers - bytes of the files that the merged view shows
    efficiency = 1 - wasted / bytes of all layers

Bytes are counted as layers' sizes are (:func:`imagelab.model.node.size_of`): symbolic links weigh
their target, and a file with several hard links in a layer counts once; it is wasted when none of
its names shows it any more. Removing a folder, or making it opaque, wastes all that was in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from weakref import WeakKeyDictionary

from imagelab.model.layer import Layer
from imagelab.model.node import Kind, Node, file
from imagelab.model.tree import join_path
from imagelab.views.layers import overlay
from imagelab.views.layers.overlay import Cause, Hider, Index

#: Spots that are kept apart from the sums.
MAX_SPOTS = 50
_FILE = file(b"")


@dataclass(frozen=True)
class LayerWaste:
    """A layer's share.

    Attributes:
        depth: number of the layer, counted from 1 at the bottom.
        size: bytes of the layer.
        wasted: those of them that are not seen.
    """

    depth: int
    size: int
    wasted: int


@dataclass(frozen=True)
class Spot:
    """What one entry of a layer made waste of.

    Attributes:
        hider: the entry.
        files: how many lower copies it hides; directories and further names of a file not counted.
        size: their bytes.
        depths: numbers of the layers that hold these, the lowest first.
    """

    hider: Hider
    files: int
    size: int
    depths: tuple[int, ...]


@dataclass(frozen=True)
class Waste:
    """An image's waste.

    Attributes:
        layers: the share of each, the lowest first.
        spots: the biggest, the biggest first.
        more: how many spots are not in that list.
    """

    layers: tuple[LayerWaste, ...]
    spots: tuple[Spot, ...] = ()
    more: int = 0

    @property
    def total(self) -> int:
        """Bytes of all layers."""
        return sum(each.size for each in self.layers)

    @property
    def wasted(self) -> int:
        """Bytes that are not seen."""
        return sum(each.wasted for each in self.layers)

    @property
    def efficiency(self) -> float:
        """The share of the bytes that are seen; 1.0 where there are none."""
        return 1 - self.wasted / self.total if self.total else 1.0


_known: WeakKeyDictionary[Layer, Waste] = WeakKeyDictionary()


def waste(top: Layer) -> Waste:
    """Return what is wasted in the layers up to one; worked out once."""
    found = _known.get(top)
    if found is None:
        found = _known[top] = _measure(top)
    return found


def _measure(top: Layer) -> Waste:
    search = _Search()
    search.walk([_Below(layer, overlay.index(layer)) for layer in reversed(top.stack)])
    shares = tuple(
        LayerWaste(layer.depth, layer.size, layer.size - search.visible.get(layer.depth, 0))
        for layer in top.stack)
    spots = sorted(search.spots(), key=lambda spot: (-spot.size, spot.hider.path))
    return Waste(shares, tuple(spots[:MAX_SPOTS]), max(0, len(spots) - MAX_SPOTS))


@dataclass(frozen=True, slots=True)
class _Below:
    """A layer that has entries in a folder, and what hides all of them from above, if anything."""

    layer: Layer
    index: Index
    hider: Hider | None = None


_Folder: TypeAlias = tuple[str, Sequence[_Below]]


@dataclass
class _Tally:
    files: int = 0
    size: int = 0
    depths: set[int] = field(default_factory=set)


class _Search:
    """One walk over all entries of all layers, folder by folder."""

    def __init__(self) -> None:
        self.visible: dict[int, int] = {}
        self._seen: set[tuple[int, int]] = set()  # files with several names that were counted
        self._lost: list[tuple[Hider, int, Node]] = []

    def walk(self, layers: Sequence[_Below]) -> None:
        """Look at everything in the layers, which come with the topmost first."""
        todo: list[_Folder] = [("", _inside("", layers))]
        while todo:
            folder, here = todo.pop()
            look = self._alone if len(here) == 1 else self._together
            # In order, so that it is always the same one of several names that a file is lost by.
            todo += reversed(list(look(folder, here)))

    def _together(self, folder: str, layers: Sequence[_Below]) -> Iterator[_Folder]:
        """Look at a folder, and yield those in it."""
        found: set[str] = set().union(*(each.index.names[folder] for each in layers))
        for name in sorted(found):
            path = join_path(folder, name)
            self._copies(path, layers)
            if deeper := _inside(path, layers):
                yield path, deeper

    def _alone(self, folder: str, layers: Sequence[_Below]) -> Iterator[_Folder]:
        """Look at a folder of one layer alone: so are most, and most of a base."""
        (here,) = layers
        index = here.index
        for name in sorted(index.names[folder]):
            path = join_path(folder, name)
            node = here.layer.changes.get(path)
            if node is not None and node.kind not in (Kind.WHITEOUT, Kind.DIRECTORY):
                shadow = Hider(Cause.REPLACED, path, here.layer.depth)
                self._take(here.layer, node,
                           _nearest(shadow if path in index.made else None, here.hider))
            if path in index.names:
                yield path, layers

    def _copies(self, path: str, layers: Sequence[_Below]) -> None:
        """Tell which layer's copy of a path is seen, and what hides the others."""
        above: Hider | None = None
        for each in layers:
            node = each.layer.changes.get(path)
            if node is None and path not in each.index.made:
                continue
            cause = overlay.hides_itself(each.layer, path, _FILE)
            own = Hider(cause, path, each.layer.depth) if cause else None
            if node is not None and node.kind not in (Kind.WHITEOUT, Kind.DIRECTORY):
                # A layer's own folder of that name can be in the way too.
                shadow = own if cause is Cause.REPLACED else None
                self._take(each.layer, node, _nearest(shadow, _nearest(each.hider, above)))
            above = own or above

    def _take(self, layer: Layer, node: Node, hider: Hider | None) -> None:
        if hider is not None:
            self._lost.append((hider, layer.depth, node))
            return
        if node.inode:
            if (layer.depth, node.inode) in self._seen:
                return
            self._seen.add((layer.depth, node.inode))
        self.visible[layer.depth] = self.visible.get(layer.depth, 0) + node.size

    def spots(self) -> Iterable[Spot]:
        """Return what each hiding entry made waste of."""
        tallies: dict[Hider, _Tally] = {}
        for hider, depth, node in self._lost:
            if node.inode:
                if (depth, node.inode) in self._seen:
                    continue
                self._seen.add((depth, node.inode))
            tally = tallies.setdefault(hider, _Tally())
            tally.files += 1
            tally.size += node.size
            tally.depths.add(depth)
        return (Spot(hider, tally.files, tally.size, tuple(sorted(tally.depths)))
                for hider, tally in tallies.items())


def _inside(path: str, layers: Sequence[_Below]) -> list[_Below]:
    """Return the layers with entries in a folder, given those of the folder around it."""
    found: list[_Below] = []
    if not any(path in each.index.names for each in layers):
        return found
    above: Hider | None = None
    for each in layers:
        if path in each.index.names:
            found.append(_Below(each.layer, each.index, _nearest(each.hider, above)))
        if cause := overlay.hides_inside(each.layer, path):
            above = Hider(cause, path, each.layer.depth)
    return found


def _nearest(outer: Hider | None, inner: Hider | None) -> Hider | None:
    """Return which of two hid something first: the one in the lower layer, else the outer one."""
    if outer is None or inner is None:
        return outer or inner
    return inner if inner.depth < outer.depth else outer
