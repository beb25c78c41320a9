"""Which parts of states are kept already, and as which objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

#: By ``id()``: a part, held so that its ``id()`` is not used again, and its object.
_Shelf = dict[int, tuple[object, str]]


@dataclass
class _Remembered:
    """The parts of one state.

    Attributes:
        bases: by ``id()``, rows that tables have in common, their object, and the parts in them.
        others: the parts that are in none of those.
    """

    bases: dict[int, tuple[Mapping[Any, Any], str, _Shelf]] = field(default_factory=dict)
    others: _Shelf = field(default_factory=dict)

    def shelves(self) -> Iterator[_Shelf]:
        yield self.others
        for _, _, shelf in self.bases.values():
            yield shelf


class Memory:
    """Remembers the parts of the state that was kept last, and of the one being kept now."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._before = _Remembered()
        self._now = _Remembered()
        self._open = self._now.others
        self._shelves: list[_Shelf] = []

    def forget(self) -> None:
        """Forget all, since it may be kept no longer."""
        self._before = _Remembered()

    @contextmanager
    def state(self) -> Iterator[None]:
        """Keep a state as long as this lasts; what is not part of it is forgotten at the end."""
        self._now = _Remembered()
        self._open = self._now.others
        self._shelves = [self._open, *self._before.shelves()]
        yield
        self._before, self._now = self._now, _Remembered()
        self._shelves.clear()

    def is_noted(self, part: object) -> bool:
        """Whether a part belongs to the state being kept, as far as is known by now."""
        return id(part) in self._open or any(id(part) in each for each in self._now.shelves())

    def find(self, part: object) -> str:
        """Return a part's object; nothing if it is not known to be kept."""
        key = id(part)
        for shelf in self._shelves:
            if known := shelf.get(key):
                return known[1]
        return ""

    def note(self, part: object, object_id: str) -> None:
        """Remember the object of a part of the state being kept."""
        self._open[id(part)] = (part, object_id)

    def base(self, base: Mapping[Any, Any], put: Callable[[], str]) -> str:
        """Return the object of rows that tables have in common.

        Args:
            base: the rows.
            put: keeps them, if the state kept last had others, and returns their object.
        """
        known = self._before.bases.get(id(base))
        if known is None:
            shelf: _Shelf = {}
            self._open = shelf
            self._shelves.append(shelf)
            known = (base, put(), shelf)
            self._open = self._now.others
        self._now.bases[id(base)] = known
        return known[1]
