"""The list of the course's levels, lesson by lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from imagelab.course.levels.level import Level
from imagelab.course.levels.library import own
from imagelab.course.levels.read import build
from imagelab.course.markup import as_html
from imagelab.docker.table import columns
from imagelab.messages import text
from imagelab.views.html import Html, tag
from imagelab.views.words import printable

#: Tells what stands beside a level, by its ID: that it is solved, for one; nothing if empty.
Mark = Callable[[str], str]
_CELL = "text-align:left;padding:.15em .8em .15em 0"
_NUMBER = "text-align:right;padding:.15em .8em .15em 0"


@dataclass(frozen=True)
class Listing:
    """A table with a heading; rows of one cell begin a lesson.

    Attributes:
        heading: with backticks around what is typed.
        head: of the columns.
        rows: cells as plain text; the last but one is a number.
    """

    heading: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def _repr_html_(self) -> Html:
        head = tag("tr", [tag("th", each, scope="col", style=_CELL) for each in self.head])
        return tag("div", tag("b", as_html(self.heading)),
                   tag("table", tag("thead", head), tag("tbody", map(self._row, self.rows)),
                       style="margin:.3em 0;border-collapse:collapse"))

    def _row(self, cells: Sequence[str]) -> Html:
        if len(cells) == 1:
            return tag("tr", tag("th", cells[0], scope="rowgroup", colspan=len(self.head),
                                 style=f"{_CELL};padding-top:.6em"))
        identifier, title, hard, par, mark = cells
        return tag("tr", tag("th", tag("code", identifier), scope="row", style=_CELL),
                   tag("td", title, style=_CELL), tag("td", hard, style=_CELL),
                   tag("td", par, style=_NUMBER), tag("td", mark, style=_CELL))

    def __repr__(self) -> str:
        """Return it as plain text, its columns below each other."""
        lines = iter(columns([self.head, *(each for each in self.rows if len(each) > 1)]))
        return "\n".join([self.heading, next(lines), *(
            next(lines) if len(each) > 1 else f"\n{each[0]}" for each in self.rows)])


def listed(language: str, mark: Mark = lambda _: "") -> Listing:
    """Return the course's levels.

    Args:
        language: of the texts.
        mark: see :data:`Mark`.
    """
    head = [text(f"level.column_{each}", language)
            for each in ("id", "title", "difficulty", "par", "mark")]
    heading = text("level.list", language, first=next(iter(own())))
    return Listing(heading, head, list(_rows(language, mark)))


def _rows(language: str, mark: Mark) -> Iterator[Sequence[str]]:
    levels = map(build, own().values())
    for lesson, of_lesson in groupby(levels, key=lambda level: level.lesson):
        yield [lesson]
        yield from (_cells(each, language, mark) for each in of_lesson)


def _cells(level: Level, language: str, mark: Mark) -> Sequence[str]:
    return [level.id, printable(level.texts[language].title),
            text(f"level.difficulty_{level.difficulty}", language), str(level.par),
            mark(level.id)]
