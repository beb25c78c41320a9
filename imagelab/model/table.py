"""A mapping that never changes, cheap to copy with a change and to search by what its rows say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any, Final, Generic, Self, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_GONE: Final[Any] = object()
_UNCHANGED: Final[Any] = object()
#: Up to this many changes are looked up beside the rows before they are merged into new ones.
_FEW = 32


class Table(Mapping[K, V]):
    """Rows by key, in the order they came; a row that is replaced keeps its place.

    States hold thousands of images and each command makes another state. So a changed copy
    shares the rows of the table it came from and has the changes beside them; they are merged
    when they are more than the square root of the rows, which makes that what a change costs.
    """

    __slots__ = ("_indexes", "_parts", "_size")

    def __init__(
        self, rows: Mapping[K, V] | None = None, **indexes: Callable[[V], Hashable],
    ) -> None:
        """Take rows, and for each index the function that says under what it lists a row."""
        base = dict(rows or {})
        self._parts: tuple[dict[K, V], dict[K, V]] = (base, {})
        self._size = len(base)
        self._indexes: dict[str, _Index[K, V]] = {
            name: _Index.of(base, group_of) for name, group_of in indexes.items()}

    def with_row(self, key: K, value: V) -> Self:
        """Return the table with a row added or replaced."""
        old = self._at(key)
        if old is value:
            return self
        base, changed = self._parts
        if old is _GONE and key in changed:  # removed a moment ago: it comes back as the last row
            base, changed = self._whole(), {}
        return self._changed(base, {**changed, key: value}, self._size + (old is _GONE), {
            name: index.moved(key, old, value) for name, index in self._indexes.items()})

    def without(self, key: K) -> Self:
        """Return the table without a row; without one of that key it is the same."""
        old = self._at(key)
        if old is _GONE:
            return self
        base, changed = self._parts
        return self._changed(base, {**changed, key: _GONE}, self._size - 1, {
            name: index.moved(key, old, _GONE) for name, index in self._indexes.items()})

    def having(self, index: str, group: Hashable) -> Collection[K]:
        """Return the keys of the rows that an index lists under something."""
        keys = self._indexes[index].groups._at(group)
        return () if keys is _GONE else keys

    def _changed(
        self, base: dict[K, V], changed: dict[K, V], size: int,
        indexes: dict[str, _Index[K, V]],
    ) -> Self:
        copy = self.__class__.__new__(self.__class__)
        copy._parts, copy._size, copy._indexes = (base, changed), size, indexes
        if len(changed) > _FEW and len(changed) ** 2 > len(base):
            copy._whole()
        return copy

    def _whole(self) -> dict[K, V]:
        """Return all rows as one dict, and keep them so."""
        base, changed = self._parts
        if changed:
            base = {**base, **changed}
            for key, value in changed.items():
                if value is _GONE:
                    del base[key]
            self._parts = (base, {})
        return base

    def __getitem__(self, key: K) -> V:
        base, changed = self._parts
        value = changed.get(key, _UNCHANGED)
        if value is _GONE:
            raise KeyError(key)
        return base[key] if value is _UNCHANGED else value

    def __contains__(self, key: object) -> bool:
        return self._at(key) is not _GONE

    def _at(self, key: Any) -> Any:
        base, changed = self._parts
        value = changed.get(key, _UNCHANGED)
        return base.get(key, _GONE) if value is _UNCHANGED else value

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
