"""A learner's progress as a table, in HTML and in plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.course.levels.library import own
from imagelab.course.levels.read import build
from imagelab.course.progress.record import LevelProgress, Progress
from imagelab.docker.table import columns
from imagelab.messages import text
from imagelab.views.html import Html, tag

#: Columns, by the names of their texts.
_COLUMNS = ("level", "state", "commands", "attempts", "hints", "time")
_NUMBERS = _COLUMNS[2:]
_LEFT = "text-align:left"
_RIGHT = "text-align:right"


@dataclass(frozen=True)
class Table:
    """A table with a line above it.

    Attributes:
        caption: the line.
        head: names of the columns.
        rows: their texts.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def _repr_html_(self) -> str:
        head = tag("tr", [self._cell("th", number, name) for number, name in enumerate(self.head)])
        body = [tag("tr", [self._cell("td", number, each) for number, each in enumerate(row)])
                for row in self.rows]
        table = tag("table", tag("thead", head), tag("tbody", body)) if self.rows else ""
        return str(tag("div", tag("p", tag("b", self.caption)), table))

    @staticmethod
    def _cell(name: str, number: int, child: str) -> Html:
        is_number = _COLUMNS[number] in _NUMBERS
        return tag(name, child, style=_RIGHT if is_number else _LEFT)

    def __repr__(self) -> str:
        """Return it as plain text."""
        if not self.rows:
            return self.caption
        return "\n".join([self.caption, *columns([self.head, *self.rows])])


def table(progress: Progress, language: str) -> Table:
    """Return what a learner has reached: the course's levels in order, then other ones."""
    ids = [each for each in own() if each in progress.levels]
    ids += [each for each in progress.levels if each not in own()]
    solved = sum(level.solved for level in progress.levels.values())
    key = "caption" if ids else "none"
    caption = text(f"progress.{key}", language, solved=solved, count=len(own()))
    return Table(caption, [text(f"progress.{each}", language) for each in _COLUMNS],
                 [_row(each, progress.levels[each], language) for each in ids])


def _row(name: str, level: LevelProgress, language: str) -> list[str]:
    title = f"{name} {build(own()[name]).texts[language].title}" if name in own() else name
    return [title, text(f"progress.{_state(level)}", language), str(level.commands or "–"),
            str(level.attempts), str(level.hints), _time(level.seconds, language)]


def _state(level: LevelProgress) -> str:
    if level.solved:
        return "par" if level.par_reached else "solved"
    if level.solution_shown:
        return "shown"
    return "open" if level.attempts else "begun"


def _time(seconds: float, language: str) -> str:
    return text("progress.minutes", language, count=round(seconds / 60))
