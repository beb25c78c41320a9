"""What the magics of levels show: paragraphs, each as HTML and as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.course.levels import words
from imagelab.course.levels.level import Level
from imagelab.course.levels.library import own
from imagelab.course.levels.play import Play
from imagelab.course.levels.read import build
from imagelab.course.markup import as_html
from imagelab.messages import text

_STYLE = "border-left:4px solid {colour};padding:.2em .8em;margin:.3em 0"
_COLOURS = {"✔": "#2b8a3e", "▢": "#e67700", "": "#0b7285"}


@dataclass(frozen=True)
class Note:
    """Paragraphs for a learner.

    Attributes:
        paragraphs: plain text, with backticks around what may be typed; the first is the heading.
        mark: ``✔`` done, ``▢`` open, or nothing.
        code: lines to type, shown as they are.
    """

    paragraphs: Sequence[str]
    mark: str = ""
    code: str = ""

    def _repr_html_(self) -> str:
        head, *rest = (as_html(each) for each in self.paragraphs)
        mark = f"<b>{self.mark}</b> " if self.mark else ""
        body = "".join(f'<div style="margin:.3em 0">{each}</div>' for each in rest)
        code = f"<pre>{as_html(self.code)}</pre>" if self.code else ""
        style = _STYLE.format(colour=_COLOURS[self.mark])
        return f'<div style="{style}">{mark}<b>{head}</b>{body}{code}</div>'

    def __repr__(self) -> str:
        """Return it as plain text."""
        mark = f"{self.mark} " if self.mark else ""
        return "\n".join(filter(None, (mark + "\n".join(self.paragraphs), self.code)))


def listed(language: str) -> Note:
    """Return the course's levels, a line each."""
    lines = []
    for data in own().values():
        level = build(data)
        hard = text(f"level.difficulty_{level.difficulty}", language)
        lines.append(f"`{level.id}` {level.texts[language].title} ({hard})")
    return Note([text("level.list", language), *lines])


def task(level: Level, language: str) -> Note:
    """Return what is to be done."""
    return Note(words.task(level, language))


def check(play: Play, language: str) -> Note:
    """Hold the lab against the level and return what that gave."""
    mark = "✔" if play.check().passed else "▢"
    return Note(words.verdict(play, language), mark)


def hint(play: Play, language: str) -> Note:
    """Give one more hint."""
    given = play.hint(language)
    if not given:
        return Note([text("level.no_more_hints", language)])
    count = len(play.level.texts[language].hints)
    return Note([text("level.hint", language, number=play.hints, count=count), given])


def solution(play: Play, language: str) -> Note:
    """Show the model solution."""
    return Note([text("level.solution", language, id=play.level.id)], code=play.solution())


def reset(play: Play, language: str) -> Note:
    """Go back to the beginning of the level."""
    play.reset()
    return Note([text("level.reset", language, id=play.level.id)])
