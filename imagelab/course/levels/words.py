"""What a level says to its learner, as plain text with backticks around what is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagelab.course.levels.check import told
from imagelab.course.levels.level import Level
from imagelab.course.levels.library import following
from imagelab.course.levels.play import Play
from imagelab.messages import text
from imagelab.views.words import printable


@dataclass(frozen=True)
class Place:
    """Where a level is played: the keys of what is said there of the things around it.

    Attributes:
        how: where to type, and how to check.
        files: where the level's files are.
        next: how to begin the next level; empty where that is not said in words.
    """

    how: str
    files: str
    next: str


NOTEBOOK = Place("level.how_card", "level.files", "level.next")
PAGE = Place("level.how_page", "level.files_page", "")


def title(level: Level, language: str) -> str:
    """Return a level's ID and title."""
    return text("level.task", language, id=level.id, title=printable(level.texts[language].title))


def about(level: Level, language: str) -> str:
    """Say how hard a level is."""
    hard = text(f"level.difficulty_{level.difficulty}", language)
    return text("level.about", language, difficulty=hard, par=level.par)


def task(level: Level, language: str, place: Place = NOTEBOOK) -> list[str]:
    """Return what is to be done, a paragraph each."""
    files = [text(place.files, language, folder=f"{level.id}/")] if level.files else []
    return [*paragraphs(level.texts[language].task), *files]


def no_files(error: OSError, language: str) -> str:
    """Say that a level's files cannot be written."""
    return text("level.no_files", language, file=printable(str(error.filename)),
                reason=printable(error.strerror or str(error)))


def heading(play: Play, language: str) -> str:
    """Say whether the last check found the level solved."""
    return text("level.solved" if play.solved else "level.open", language, id=play.level.id)


def result(play: Play, language: str, place: Place = NOTEBOOK) -> list[str]:
    """Return what there is to say of the last check, a paragraph each.

    Of a solved level that is what it took, what was to be learnt, and what comes next; else the
    message of the wrong attempt that this is.
    """
    found = play.verdict
    if found is None:
        return []
    if not found.passed:
        return paragraphs(found.wrong.says[language]) if found.wrong else []
    explained = paragraphs(play.level.texts[language].explanation)
    return [_cost(play, found.commands, language), *explained, *_next(play.level, language, place)]


def missing(play: Play, language: str) -> list[str]:
    """Return what the last check found to differ, one by one."""
    found = play.verdict.differences if play.verdict else ()
    return [printable(each) for each in told(play.level, found, language)]


def paragraphs(data: str) -> list[str]:
    """Return a level's text a paragraph each: an empty line stands between two."""
    return [printable(each) for each in re.split(r"\n\s*\n", data.strip()) if each]


def lines(data: str) -> str:
    """Return lines to type as they are, but for what cannot be seen in them."""
    return "".join(char if char.isprintable() or char == "\n" else " " if char == "\t" else "\ufffd"
                   for char in data.strip())


def _cost(play: Play, commands: int, language: str) -> str:
    if not play.counts:
        return text("level.not_counted", language)
    key = "par" if play.par_reached else "commands"
    return text(f"level.{key}", language, count=commands, par=play.level.par)


def _next(level: Level, language: str, place: Place) -> list[str]:
    after = following(level) if place.next else None
    return [] if after is None else [
        text(place.next, language, id=after.id, title=printable(after.texts[language].title))]
