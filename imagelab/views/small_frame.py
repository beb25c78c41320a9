"""The tables of ``lab.frames`` where pandas is not installed: shown alike, and good for little.

What the lessons do with a DataFrame, these do too, by the same names and with the same result;
whatever else is asked of them says that it needs pandas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeAlias

from imagelab.docker.table import display_width
from imagelab.formats.gotime import SECOND
from imagelab.messages import text
from imagelab.views.table import Table

#: Rows that are shown whole, and how many at each end of a longer table, as pandas shows them.
MOST_ROWS = 60
_ENDS = 5
#: Characters of a cell, and columns of a line, of which pandas shows no more.
MOST_CHARACTERS = 49
_LINE = 80
#: Characters of what stands in front of the columns, such as a digest.
_MOST_IN_FRONT = 1000
_DOTS = "..."
_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})

_Text: TypeAlias = str


class NeedsPandas(AttributeError, TypeError):
    """Something was asked of a small table that pandas alone can do; the message says so."""


class _Small:
    """What a small table and its columns refuse, instead of giving another answer than pandas."""

    def __init__(self, language: _Text) -> None:
        self._language = language

    def _refuse(self, *_: object) -> NoReturn:
        raise NeedsPandas(text("frames.needs_pandas", self._language))

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __mod__ = __neg__ = __invert__ = _refuse
    __and__ = __or__ = __xor__ = __setitem__ = __delitem__ = _refuse

    def __getattr__(self, name: _Text) -> Any:
        if name.startswith("_"):  # Python and IPython ask for many that need not be there
            raise AttributeError(name)
        self._refuse()


class SmallColumn(_Small):
    """The values of a column."""

    def __init__(self, values: Sequence[Any], language: _Text) -> None:
        """Hold values, all of one kind.

        Args:
            values: see there.
            language: of what it says about pandas.
        """
        super().__init__(language)
        self._values = list(values)

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            return SmallColumn(self._values[key], self._language)
        if type(key) is not int:
            self._refuse()
        if not 0 <= key < len(self._values):
            raise KeyError(key)
        return self._values[key]

    def sum(self) -> int:
        """Return the sum of numbers; True counts for one."""
        if not all(isinstance(each, int) for each in self._values):
            self._refuse()
        return sum(self._values)

    def tolist(self) -> list[Any]:
        """Return the values."""
        return list(self._values)

    def __repr__(self) -> _Text:
        """Return the values below each other."""
        return repr(SmallFrame({"": self._values}, self._language))

    @property
    def str(self) -> _Letters:
        """The letters of texts: ``.str[7:19]``."""
        if not all(isinstance(each, _Text) for each in self._values):
            self._refuse()
        return _Letters(self._values, self._language)


class _Letters(_Small):
    def __init__(self, values: Sequence[_Text], language: _Text) -> None:
        super().__init__(language)
        self._values = values

    def __getitem__(self, key: slice) -> SmallColumn:
        if not isinstance(key, slice):
            self._refuse()
        return SmallColumn([each[key] for each in self._values], self._language)


class SmallFrame(_Small):
    """A table."""

    def __init__(
        self, columns: Mapping[_Text, Sequence[Any]], language: _Text,
        index: Mapping[_Text, Sequence[Any]] | None = None,
    ) -> None:
        """Hold columns of the same length.

        Args:
            columns: values by name.
            language: of what is said about pandas.
            index: what stands in front of the columns, likewise; numbers if there is none.
        """
        super().__init__(language)
        self._columns = {name: list(values) for name, values in columns.items()}
        count = len(next(iter(self._columns.values()), ()))
        self._index = dict(index) if index is not None else {"": range(count)}

    @property
    def columns(self) -> list[_Text]:
        """Names of the columns."""
        return list(self._columns)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns there are."""
        return len(self), len(self._columns)

    def __len__(self) -> int:
        return len(next(iter(self._index.values())))

    def __iter__(self) -> Iterator[_Text]:
        """Go through the names of the columns, as pandas does."""
        return iter(self._columns)

    def __getitem__(self, key: Any) -> Any:
        """Return a column by its name, or a table of some columns by a list of names."""
        if isinstance(key, list) and all(isinstance(name, _Text) for name in key):
            return SmallFrame({name: self._columns[name] for name in key}, self._language,
                              self._index)
        if not isinstance(key, _Text):
            self._refuse()
        return SmallColumn(self._columns[key], self._language)

    def __getattr__(self, name: _Text) -> Any:
        # A DataFrame's own `size` is how many cells it has.
        if not name.startswith("_") and name != "size" and name in self._columns:
            return self[name]
        return super().__getattr__(name)

    def assign(self, **columns: Any) -> SmallFrame:
        """Return the table with columns added or replaced."""
        for values in columns.values():
            if not isinstance(values, SmallColumn | list) or len(values) != len(self):
                self._refuse()
        return SmallFrame(self._columns | columns, self._language, self._index)

    def map(self, function: Callable[[Any], Any]) -> SmallFrame:
        """Return the table with what a function makes of every cell."""
        return SmallFrame({name: [function(each) for each in values]
                           for name, values in self._columns.items()}, self._language, self._index)

    def rename(
        self, *, index: Callable[[Any], Any] | None = None, level: _Text = "", **other: object,
    ) -> SmallFrame:
        """Return the table with what a function makes of the values in front of the columns.

        Args:
            index: the function.
            level: name of the values.
            other: needs pandas.
        """
        if other or index is None or not level or level not in self._index:
            self._refuse()
        changed = {level: [index(each) for each in self._index[level]]}
        return SmallFrame(self._columns, self._language, {**self._index, **changed})

    def to_dict(self, orient: _Text = "") -> list[dict[_Text, Any]]:
        """Return the rows, each with its values by name: ``to_dict("records")``."""
        if orient != "records":
            self._refuse()
        return [dict(zip(self._columns, row, strict=True))
                for row in zip(*self._columns.values(), strict=True)]

    def _repr_html_(self) -> _Text:
        return self._shown(list(self._columns))._repr_html_()

    def __repr__(self) -> _Text:
        """Return it as text, columns in the middle left out if its lines would be too long."""
        names = list(self._columns)
        while len(names) > 1 and _width(self._shown(names)) > _LINE:
            names.pop(len(names) // 2)
        return repr(self._shown(names))

    def _shown(self, names: Sequence[_Text]) -> Table:
        """Return the table with some of its columns, as it is shown."""
        columns = [*self._index.items(), *((name, self._columns[name]) for name in names)]
        numbers = [at for at, (_, values) in enumerate(columns)
                   if all(type(each) is int for each in values)]
        heads = [_cell(name) for name, _ in columns]
        cells = [_cells(values, MOST_CHARACTERS if at >= len(self._index) else _MOST_IN_FRONT)
                 for at, (_, values) in enumerate(columns)]
        if len(names) < len(self._columns):
            at = len(self._index) + (len(names) + 1) // 2
            heads.insert(at, _DOTS)
            cells.insert(at, [_DOTS] * len(cells[0]))
            numbers = [each + (each >= at) for each in numbers]
        notes = [text("frames.small", self._language)]
        if len(names) < len(self._columns) or not 0 < len(self) <= MOST_ROWS:
            rows, width = self.shape
            notes.insert(0, text("frames.shape", self._language, rows=rows, columns=width))
        return Table(heads, list(zip(*cells, strict=True)), numbers, notes=notes)


def times(moments: Sequence[int | None]) -> list[str]:
    """Return moments, in nanoseconds since 1970, as pandas shows those of a column; None is NaT."""
    parts = [each % SECOND for each in moments if each is not None]
    digits = next(each for each in (0, 3, 6, 9) if not any(part % 10 ** (9 - each)
                                                           for part in parts))
    return ["NaT" if each is None else _time(each, digits) for each in moments]


def _time(moment: int, digits: int) -> str:
    seconds, rest = divmod(moment, SECOND)
    fraction = f".{rest:09}"[:digits + 1] if digits else ""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}{fraction}+00:00"


def _width(table: Table) -> int:
    """Return how many columns of a terminal the longest row takes."""
    return max(map(display_width, repr(replace(table, notes=())).split("\n")))


def _cells(values: Sequence[Any], most: int) -> list[str]:
    """Return the texts of a column; of a long one, of both its ends."""
    if len(values) <= MOST_ROWS:
        return [_cell(each, most) for each in values]
    first, last = _cells(values[:_ENDS], most), _cells(values[-_ENDS:], most)
    return [*first, _DOTS, *last]


def _cell(value: object, most: int = MOST_CHARACTERS) -> str:
    """Return a value as one line that says only what it shows, cut to so many characters."""
    shown = str(value)[:most + 1].translate(_ESCAPES)
    shown = "".join(char if char.isprintable() else "\ufffd" for char in shown)
    return shown if len(shown) <= most else shown[:most - len(_DOTS)] + _DOTS
