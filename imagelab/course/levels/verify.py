"""Trying levels out: whether the solution passes, and all else fails with what it must say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from imagelab.course import lessons
from imagelab.course.levels import schema
from imagelab.course.levels.check import after, measure, told
from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.goals import KINDS
from imagelab.course.levels.level import Level
from imagelab.course.levels.read import build, variants
from imagelab.course.levels.start import begin
from imagelab.daemon import Daemon
from imagelab.messages import languages


def verify(data: Mapping[str, Any], name: str) -> list[str]:
    """Return all that is wrong with a level, a line each; nothing if it is in order.

    Args:
        data: the parsed file.
        name: what to call it.
    """
    try:
        schema.check(data, name)
    except LevelError as error:
        return str(error).splitlines()
    faults = [*_of_words(data)]
    for seed in range(variants(data)):
        try:
            found = list(_of_level(build(data, seed)))
        except (LevelError, OSError) as error:
            found = [str(error)]
        faults += [f"variant {seed + 1}: {each}" for each in found]
    return [f"{name}: {each}" for each in dict.fromkeys(faults)]


def _of_words(data: Mapping[str, Any]) -> Iterator[str]:
    """Hold the rows of words against each other and against the places for them."""
    rows = data.get("variant", [{}])
    if any(row.keys() != rows[0].keys() for row in rows):
        yield "the rows of [[variant]] must have the same words"
    rest = str({key: value for key, value in data.items() if key != "variant"})
    for word in rows[0]:
        if f"{{{word}}}" not in rest:
            yield f"no text has a place {{{word}}} for the variants' words"


def _of_level(level: Level) -> Iterator[str]:
    if level.start and level.start not in lessons.LESSONS:
        yield f"start: there is no lesson {level.start!r}"
        return
    if not _is_of(level.id.rpartition("-")[0], level.lesson):
        yield f"id: a level of {level.lesson} begins with a word of its name"
    unknown = {goal.kind for goal in level.goals} - KINDS.keys()
    if unknown:
        yield f"there is no goal {', '.join(sorted(unknown))}"
        return
    yield from _of_play(level, begin(level))


def _is_of(word: str, lesson: str) -> bool:
    """Whether a word is one of a lesson's name, ``registry`` of ``07-registries`` too."""
    return any(each in (word, re.sub(r"y$", "ies", word)) for each in lesson.split("-")[1:])


def _of_play(level: Level, begun: Daemon) -> Iterator[str]:
    held = measure(level, begun)
    daemon = after(level, begun, level.solution)
    verdict = held.verdict(daemon.state, daemon.journal.path(0))
    for each in told(level, verdict.differences, "en"):
        yield f"the solution fails: {each}"
    if level.par > verdict.commands:
        yield f"par {level.par} is above what the solution takes: {verdict.commands}"
    untouched = held.verdict(held.start)
    if untouched.passed:
        yield "the start passes without anything done"
    if untouched.wrong:
        yield f"wrong attempt {level.wrong.index(untouched.wrong) + 1} lacks the same as the start"
    for language in languages:
        told(level, untouched.differences, language)  # each has a text that fits
    for number, lacks in enumerate(held.lacking, 1):
        if not lacks:
            yield f"wrong attempt {number} passes"
        elif number - 1 != held.lacking.index(lacks):
            first = held.lacking.index(lacks) + 1
            yield f"wrong attempt {number} lacks the same as {first}, whose message comes first"
