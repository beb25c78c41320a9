"""A table for notebooks and consoles: HTML that needs no style sheet, and the same as text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from imagelab.docker.table import columns, display_width
from imagelab.views.html import Html, tag

_LEFT = "text-align:left"
_RIGHT = "text-align:right"


@dataclass(frozen=True)
class Table:
    """A table with lines above and below it.

    Attributes:
        head: names of the columns; none for no table at all.
        rows: their cells' texts.
        numbers: places of the columns that hold numbers.
        caption: the line above; empty for none.
        notes: the lines below.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Collection[int] = ()
    caption: str = ""
    notes: Sequence[str] = ()

    def _repr_html_(self) -> str:
        head = tag("tr", self._cells("th", self.head))
        body = [tag("tr", self._cells("td", row)) for row in self.rows]
        # What stands in a table is text: no part of it is a formula.
        table = tag("table", tag("thead", head), tag("tbody", body),
                    class_="tex2jax_ignore mathjax_ignore")
        return str(tag("div", tag("p", tag("b", self.caption)) if self.caption else None,
                       table if self.head else None, [tag("p", note) for note in self.notes]))

    def _cells(self, name: str, row: Sequence[str]) -> list[Html]:
        # HTML would draw two spaces together.
        return [tag(name, each.replace("  ", "\xa0\xa0"),
                    style=_RIGHT if at in self.numbers else _LEFT)
                for at, each in enumerate(row)]

    def __repr__(self) -> str:
        """Return it as plain text, its columns lined up."""
        rows = [[*self.head], *([*row] for row in self.rows)] if self.head else []
        for at in self.numbers if rows else ():
            widest = max(display_width(row[at]) for row in rows)
            for row in rows:
                row[at] = " " * (widest - display_width(row[at])) + row[at]
        return "\n".join([*filter(None, [self.caption]), *columns(rows), *self.notes])
