"""A mapping that never changes, cheap to copy with a change and to search by what its rows say."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Hashable,
    ItemsView,
    Iterable,
    Iterator,
    Mapping,
    ValuesView,
)
from math import isqrt
from typing import Any, Final, Generic, NamedTuple, Self, TypeVar, cast

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_GONE: Final[Any] = object()
#: Up to this many changes are looked up beside the rows before they are merged into new ones.
_FEW = 32


def most_changes(rows: int) -> int:
    """Return how many changes stand beside so many rows at most, before they are merged."""
    return max(_FEW, isqrt(rows))


class _Parts(NamedTuple, Generic[K, V]):
    """What a table consists of.

    Attributes:
        base: rows, the same mapping in all tables that came of one.
        changed: rows that are added to them, or stand in place of one that is not gone.
        gone: keys of rows of the base that are removed; of one that came back since, in
            ``changed``, its place is gone.
    """

    base: dict[K, V]
    changed: dict[K, V]
    gone: dict[K, None]


class Table(Mapping[K, V]):
    """Rows by key, in the order they came; a row that is replaced keeps its place.

    States hold thousands of images and each command makes another state. So a changed copy
    shares the rows of the table it came from and has the changes beside them; they are merged
    when they are more than the square root of the rows, which makes that what a change costs.
    """

    __slots__ = ("_indexes", "_merged", "_parts", "_size")

    def __init__(
        self, rows: Mapping[K, V] | None = None, **indexes: Callable[[V], Hashable],
    ) -> None:
        """Take rows, and for each index the function that says under what it lists a row."""
        base = dict(rows or {})
        self._parts: _Parts[K, V] = _Parts(base, {}, {})
        self._merged: dict[K, V] | None = base
        self._size = len(base)
        self._indexes: dict[str, _Index[K, V]] = {
            name: _Index.of(base, group_of) for name, group_of in indexes.items()}

    @property
    def parts(self) -> _Parts[K, V]:
        """What the table has in common with those it came from, and what not."""
        return self._parts

    def with_changes(self, changed: Mapping[K, V], gone: Iterable[K]) -> Self:
        """Return the table with rows removed, then others added or replaced.

        A table without changes gets these as its :attr:`parts`.
        """
        table = self
        for key in gone:
            table = table.without(key)
        for key, row in changed.items():
            table = table.with_row(key, row)
        return table

    def with_row(self, key: K, value: V) -> Self:
        """Return the table with a row added or replaced."""
        old = self._at(key)
        if old is value:
            return self
        base, changed, gone = self._parts
        parts = _Parts(base, {**changed, key: value}, gone)
        return self._changed(parts, self._size + (old is _GONE), {
            name: index.moved(key, old, value) for name, index in self._indexes.items()})

    def without(self, key: K) -> Self:
        """Return the table without a row; without one of that key it is the same."""
        old = self._at(key)
        if old is _GONE:
            return self
        base, changed, gone = self._parts
        if key in changed:
            changed = {each: row for each, row in changed.items() if each != key}
        if key in base:
            gone = {**gone, key: None}
        return self._changed(_Parts(base, changed, gone), self._size - 1, {
            name: index.moved(key, old, _GONE) for name, index in self._indexes.items()})

    def having(self, index: str, group: Hashable) -> Collection[K]:
        """Return the keys of the rows that an index lists under something."""
        keys = self._indexes[index].groups._at(group)
        return () if keys is _GONE else keys

    def _changed(self, parts: _Parts[K, V], size: int, indexes: dict[str, _Index[K, V]]) -> Self:
        copy = self.__class__.__new__(self.__class__)
        copy._parts, copy._merged, copy._size, copy._indexes = parts, None, size, indexes
        if len(parts.changed) + len(parts.gone) > most_changes(len(parts.base)):
            copy._parts = _Parts(copy._whole(), {}, {})
        return copy

    def _whole(self) -> dict[K, V]:
        """Return all rows as one dict."""
        if self._merged is None:
            base, changed, gone = self._parts
            kept = {key: row for key, row in base.items() if key not in gone} if gone else base
            self._merged = {**kept, **changed}
        return self._merged

    def __getitem__(self, key: K) -> V:
        row = self._at(key)
        if row is _GONE:
            raise KeyError(key)
        return cast(V, row)

    def __contains__(self, key: object) -> bool:
        return self._at(key) is not _GONE

    def _at(self, key: Any) -> Any:
        base, changed, gone = self._parts
        row = changed.get(key, _GONE)
        return base.get(key, _GONE) if row is _GONE and key not in gone else row

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        return iter(self._whole())

    def values(self) -> ValuesView[V]:
        """Return the rows without their keys."""
        return self._whole().values()

    def items(self) -> ItemsView[K, V]:
        """Return the rows with their keys."""
        return self._whole().items()

    def __repr__(self) -> str:
        return f"Table({self._whole()!r})"


class _Index(Generic[K, V]):
    """The keys of rows, grouped by what a function says of each row."""

    __slots__ = ("group_of", "groups")

    def __init__(
        self, group_of: Callable[[V], Hashable], groups: Table[Hashable, Table[K, None]],
    ) -> None:
        self.group_of = group_of
        self.groups = groups

    @classmethod
    def of(cls, rows: Mapping[K, V], group_of: Callable[[V], Hashable]) -> _Index[K, V]:
        keys: dict[Hashable, dict[K, None]] = {}
        for key, value in rows.items():
            keys.setdefault(group_of(value), {})[key] = None
        return cls(group_of, Table({group: Table(each) for group, each in keys.items()}))

    def moved(self, key: K, old: V, new: V) -> _Index[K, V]:
        """Return the index after a row was changed, added (no old) or removed (no new)."""
        source = _GONE if old is _GONE else self.group_of(old)
        target = _GONE if new is _GONE else self.group_of(new)
        if source == target:
            return self
        groups = self.groups
        if source is not _GONE:
            left = groups[source].without(key)
            groups = groups.with_row(source, left) if left else groups.without(source)
        if target is not _GONE:
            groups = groups.with_row(target, groups.get(target, _EMPTY).with_row(key, None))
        return _Index(self.group_of, groups)


_EMPTY: Table[Any, None] = Table()
