"""How many changes lie below each folder, counted once for what is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from imagelab.model.layer import Layer
from imagelab.model.node import Kind
from imagelab.model.tree import join_path
from imagelab.views import overlay
from imagelab.views.file_tree import (
    Mode,
    Place,
    Selection,
    is_whiteout,
    mark_of,
    place,
    seen_before,
)
from imagelab.views.files import ADDED, CHANGED, REMOVED


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
        found: dict[str, Counts] = {}
        _Count(selection, found).below(place(selection, ""))
        known[whole] = found
    return known[whole]


class _Count:
    """One count; it visits only the folders in which something may have changed."""

    def __init__(self, selection: Selection, found: dict[str, Counts]) -> None:
        self.top = selection.top
        self.floor = selection.floor
        self.found = found

    def below(self, here: Place) -> Counts:
        """Count what changed below a folder, and below those in it."""
        if here.same and not here.changing:
            return NONE
        if not here.before and here.now == here.changing == (self.top,):
            return Counts(added=self._added(here.path, overlay.index(self.top)))
        tally = {ADDED: 0, CHANGED: 0, REMOVED: 0}
        deeper = NONE
        whiteouts = 0
        for path, mark, is_folder in self._marks(here):
            if mark:
                tally[mark] += 1
            whiteouts += is_whiteout(self.top, path)
            if is_folder:
                deeper += self.below(here.inside(path))
        total = deeper + Counts(tally[ADDED], tally[CHANGED], tally[REMOVED], whiteouts)
        if total:
            self.found[here.path] = total
        return total

    def _added(self, folder: str, index: overlay.Index) -> int:
        """Count a folder of the topmost layer where there was nothing before: all is new."""
        added = 0
        for name in index.names[folder]:
            path = join_path(folder, name)
            node = self.top.changes.get(path)
            made = path in index.made
            if made or (node is not None and node.kind is not Kind.WHITEOUT):
                added += 1
            if path in index.names and (made or (node is not None and node.is_directory)):
                added += self._added(path, index)
        if added:
            self.found[folder] = Counts(added=added)
        return added

    def _marks(self, here: Place) -> Iterator[tuple[str, str, bool]]:
        for name in here.touched:
            path = join_path(here.path, name)
            now, old = overlay.look(here.now, path), overlay.look(here.before, path)
            found = now or old or seen_before(here, path)
            if found is not None:
                yield path, mark_of(now, old, self.floor), found.node.is_directory
