"""How many changes lie below each folder, counted once for what is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from imagelab.model.layer import Layer
from imagelab.model.node import Kind
from imagelab.model.tree import join_path, parent_of
from imagelab.views.files import ADDED, CHANGED, REMOVED
from imagelab.views.layers import overlay
from imagelab.views.layers.file_tree import (
    Mode,
    Place,
    Selection,
    is_whiteout,
    mark_of,
    place,
    seen_before,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Changes below a folder: as many as rows have that mark when all is open.

    Attributes:
        added: rows marked ``+``.
        changed: rows marked ``~``.
        removed: rows marked ``-``; each file in a removed folder is one.
        whiteouts: of the selected layer alone.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    whiteouts: int = 0

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.added or self.changed or self.removed or self.whiteouts)

    def __add__(self, other: Counts) -> Counts:
        """Return both together."""
        return Counts(self.added + other.added, self.changed + other.changed,
                      self.removed + other.removed, self.whiteouts + other.whiteouts)


NONE = Counts()
_known: WeakKeyDictionary[Layer, dict[bool, Mapping[str, Counts]]] = WeakKeyDictionary()


def counts(selection: Selection) -> Mapping[str, Counts]:
    """Return the changes below each folder that has any, the root's under ``""``."""
    known = _known.setdefault(selection.top, {})
    whole = selection.mode is Mode.IMAGE
    if whole not in known:
        known[whole] = _summed(_visited(selection))
    return known[whole]


def _summed(visited: list[tuple[str, Counts]]) -> dict[str, Counts]:
    """Add to each folder's changes those below it; folders come parents first."""
    found: dict[str, Counts] = {}
    for path, own in reversed(visited):
        total = found.get(path, NONE) + own
        if total:
            found[path] = total
            if path:
                found[parent_of(path)] = found.get(parent_of(path), NONE) + total
    return found


def _visited(selection: Selection) -> list[tuple[str, Counts]]:
    """Return the folders in which something may have changed, each with its own changed rows."""
    visited: list[tuple[str, Counts]] = []
    todo = [place(selection, "")]
    while todo:
        here = todo.pop()
        if here.same and not here.changing:
            continue
        if not here.before and here.now == here.changing == (selection.top,):
            visited += _all_new(selection.top, here.path)
            continue
        tally = {ADDED: 0, CHANGED: 0, REMOVED: 0}
        whiteouts = 0
        for path, mark, is_folder in _marks(here, selection.floor):
            if mark:
                tally[mark] += 1
            whiteouts += is_whiteout(selection.top, path)
            if is_folder:
                todo.append(here.inside(path))
        visited.append(
            (here.path, Counts(tally[ADDED], tally[CHANGED], tally[REMOVED], whiteouts)))
    return visited


def _marks(here: Place, floor: int) -> Iterator[tuple[str, str, bool]]:
    for name in here.touched:
        path = join_path(here.path, name)
        now, old = overlay.look(here.now, path), overlay.look(here.before, path)
        found = now or old or seen_before(here, path)
        if found is not None:
            yield path, mark_of(now, old, floor), found.node.is_directory


def _all_new(layer: Layer, folder: str) -> Iterator[tuple[str, Counts]]:
    """Count a layer's own folder where there was nothing before: quick, for so is all of a base."""
    index = overlay.index(layer)
    todo = [folder]
    while todo:
        here = todo.pop()
        added = 0
        for name in index.names.get(here, ()):
            path = join_path(here, name)
            node = layer.changes.get(path)
            made = path in index.made
            added += made or (node is not None and node.kind is not Kind.WHITEOUT)
            if path in index.names and (made or (node is not None and node.is_directory)):
                todo.append(path)
        yield here, Counts(added)
