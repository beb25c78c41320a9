"""What the magics of levels show: a heading and what follows, as HTML and as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.course.levels import maps, words
from imagelab.course.levels.level import Level
from imagelab.course.levels.play import Play
from imagelab.course.markup import as_html
from imagelab.messages import text
from imagelab.views.html import EMPTY, Html, tag

_COLOURS = {"✔": "#2b8a3e", "▢": "#e67700", "": "#0b7285"}


@dataclass(frozen=True)
class Note:
    """Something said to a learner: plain text, with backticks around what may be typed.

    Attributes:
        heading: of it.
        paragraphs: what follows.
        points: a list after those.
        mark: ``✔`` done, ``▢`` open, or nothing.
        code: lines to type, shown as they are.
        more: what stands below, in HTML only.
    """

    heading: str
    paragraphs: Sequence[str] = ()
    points: Sequence[str] = ()
    mark: str = ""
    code: str = ""
    more: Html = EMPTY

    def _repr_html_(self) -> Html:
        style = f"border-left:4px solid {_COLOURS[self.mark]};padding:.2em .8em;margin:.3em 0"
        return tag(
            "div", tag("b", f"{self.mark} " if self.mark else None, as_html(self.heading)),
            [tag("div", as_html(each), style="margin:.3em 0") for each in self.paragraphs],
            tag("ul", [tag("li", as_html(each)) for each in self.points],
                style="margin:.3em 0") if self.points else None,
            tag("pre", self.code, style="margin:.3em 0;font-family:monospace")
            if self.code else None,
            self.more, style=style)

    def __repr__(self) -> str:
        """Return it as plain text."""
        heading = f"{self.mark} {self.heading}" if self.mark else self.heading
        points = (f"- {each}" for each in self.points)
        return "\n".join(filter(None, (heading, *self.paragraphs, *points, self.code)))


def task(level: Level, language: str) -> Note:
    """Return what is to be done, and how to go on."""
    return Note(words.title(level, language), [
        words.about(level, language), *words.task(level, language), text("level.how", language)])


def check(play: Play, language: str) -> Note:
    """Hold the lab against the level and return what that gave."""
    play.check()
    points, mark, more = words.missing(play, language), "✔", EMPTY
    if points:
        mark, more = "▢", maps.still(play, language)
    paragraphs = words.result(play, language)
    if points:
        paragraphs.append(text("level.differs", language))
    return Note(words.heading(play, language), paragraphs, points, mark, more=more)


def hint(play: Play, language: str) -> Note:
    """Give one more hint."""
    given = play.hint(language)
    if not given:
        return Note(text("level.no_more_hints", language))
    count = len(play.level.texts[language].hints)
    return Note(text("level.hint", language, number=play.hints, count=count),
                words.paragraphs(given))


def solution(play: Play, language: str) -> Note:
    """Show the model solution."""
    code = words.lines(play.solution())
    key = "solution_late" if play.solution_shown else "solution"
    return Note(text(f"level.{key}", language, id=play.level.id), code=code)


def reset(play: Play, language: str) -> Note:
    """Go back to the beginning of the level."""
    play.reset()
    return Note(text("level.reset", language, id=play.level.id))
