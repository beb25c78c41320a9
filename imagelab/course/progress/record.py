"""A learner's progress as a value, and as JSON values that anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

VERSION = 1
#: Most levels of a file, and kinds of things that one level's attempts lacked.
_MAX_LEVELS, _MAX_LACKS = 500, 50
#: How deep a transcript's lists and objects lie in each other at most; ours have six.
_MAX_DEPTH = 20
_ID = re.compile(r"[\w.-]{1,80}")
_MAX_NUMBER = 1 << 40
#: Seeds of variants go up to this.
MAX_SEED = 1 << 53


class ProgressError(ValueError):
    """What is no progress; the message says why."""


@dataclass(frozen=True)
class Attempt:
    """A check of a level, with what led to it.

    Attributes:
        seed: the variant of the level that was played.
        commands: docker commands that changed the lab.
        time: when, seconds since 1970.
        transcript: JSON values; see :mod:`imagelab.course.replay.transcript`.
    """

    seed: int
    commands: int
    time: float
    transcript: Mapping[str, Any]


@dataclass(frozen=True)
class LevelProgress:
    """What a learner has reached in one level.

    Attributes:
        attempts: checks, up to the first that passed each time that it was played.
        solved: whether a check has passed that counts: before the solution was shown.
        solution_shown: whether it was shown before that.
        hints: most hints that were given.
        commands: fewest docker commands of a check that counts; 0 for none.
        par_reached: whether those were no more than the shortest way has.
        seconds: how long it was played.
        first: when it began first, seconds since 1970.
        last: when something was noted last.
        lacks: how many checks lacked what, by its name; see
            :func:`imagelab.course.levels.check.lacking`.
        best: the check that counts with the fewest commands.
        failing: the last check that did not pass.
    """

    attempts: int = 0
    solved: bool = False
    solution_shown: bool = False
    hints: int = 0
    commands: int = 0
    par_reached: bool = False
    seconds: float = 0.0
    first: float = 0.0
    last: float = 0.0
    lacks: Mapping[str, int] = field(default_factory=dict)
    best: Attempt | None = None
    failing: Attempt | None = None


@dataclass(frozen=True)
class Progress:
    """All that a learner has reached.

    Attributes:
        seed: chooses the learner's variants of levels.
        levels: by ID.
    """

    seed: int = 0
    levels: Mapping[str, LevelProgress] = field(default_factory=dict)


# --- merging -------------------------------------------------------------------------------


def merge(own: Progress, other: Progress) -> Progress:
    """Return the best of two, with the seed of the first; merging again changes nothing.

    What is more than a file may hold is left out of the second.
    """
    ids = _first(_MAX_LEVELS, own.levels, other.levels)
    return Progress(own.seed, {
        each: _merged(own.levels.get(each), other.levels.get(each)) for each in ids})


def _merged(own: LevelProgress | None, other: LevelProgress | None) -> LevelProgress:
    if own is None or other is None:
        return own or other or LevelProgress()
    solved = own.solved or other.solved
    return LevelProgress(
        max(own.attempts, other.attempts), solved,
        (own.solution_shown or other.solution_shown) and not solved,
        max(own.hints, other.hints), fewest(own.commands, other.commands),
        own.par_reached or other.par_reached, max(own.seconds, other.seconds),
        min(filter(None, (own.first, other.first)), default=0.0), max(own.last, other.last),
        {key: max(own.lacks.get(key, 0), other.lacks.get(key, 0))
         for key in _first(_MAX_LACKS, own.lacks, other.lacks)},
        _best(own.best, other.best), _latest(own.failing, other.failing))


def _first(most: int, own: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the keys of two, each once, up to so many."""
    return list(dict.fromkeys([*own, *other]))[:most]


def fewest(*counts: int) -> int:
    """Return the smallest count; 0 stands for none."""
    return min(filter(None, counts), default=0)


def _best(own: Attempt | None, other: Attempt | None) -> Attempt | None:
    if own is None or other is None:
        return own or other
    return other if other.commands < own.commands else own


def _latest(own: Attempt | None, other: Attempt | None) -> Attempt | None:
    if own is None or other is None:
        return own or other
    return other if other.time > own.time else own


# --- JSON ----------------------------------------------------------------------------------


def to_json(progress: Progress) -> dict[str, Any]:
    """Return progress as JSON values."""
    return {
        "imagelab_progress": VERSION, "seed": progress.seed,
        "levels": {key: _plain(level) for key, level in progress.levels.items()},
    }


def _plain(value: LevelProgress | Attempt) -> dict[str, Any]:
    """Return a value's attributes; those that are as at the beginning are left out."""
    found = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: _plain(each) if isinstance(each, Attempt) else each
            for name, each in found.items() if each or isinstance(value, Attempt)}


def from_json(value: Any) -> Progress:
    """Read progress of JSON values that may be anything. Transcripts are not looked into.

    Raises:
        ProgressError: they are no progress, or that of a newer version.
    """
    if not isinstance(value, dict) or type(value.get("imagelab_progress")) is not int:
        raise ProgressError("this is no file of imagelab's progress")
    if value["imagelab_progress"] > VERSION:
        raise ProgressError("a newer imagelab has written this")
    levels = value.get("levels", {})
    if not isinstance(levels, dict) or len(levels) > _MAX_LEVELS:
        raise ProgressError("levels are no object, or too many")
    if not all(map(_ID.fullmatch, levels)):
        raise ProgressError("a level has no name that levels have")
    return Progress(int(_number(value, "seed", MAX_SEED)),
                    {key: _level(each) for key, each in levels.items()})


def _level(value: Any) -> LevelProgress:
    if not isinstance(value, dict):
        raise ProgressError("a level is no object")
    lacks = value.get("lacks", {})
    if not isinstance(lacks, dict) or len(lacks) > _MAX_LACKS or any(map(_is_long, lacks)):
        raise ProgressError("what a level lacks is no object, or too large")
    return LevelProgress(
        int(_number(value, "attempts")), _flag(value, "solved"), _flag(value, "solution_shown"),
        int(_number(value, "hints")), int(_number(value, "commands")), _flag(value, "par_reached"),
        _number(value, "seconds"), _number(value, "first"), _number(value, "last"),
        {key: int(_number(lacks, key)) for key in lacks},
        _attempt(value.get("best")), _attempt(value.get("failing")))


def _attempt(value: Any) -> Attempt | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("transcript"), dict):
        raise ProgressError("an attempt is no object")
    if _is_deep(value["transcript"]):
        raise ProgressError("an attempt is nested too deeply")
    return Attempt(int(_number(value, "seed", MAX_SEED)), int(_number(value, "commands")),
                   _number(value, "time"), value["transcript"])


def _is_deep(value: Any) -> bool:
    """Whether values lie in each other deeper than whatever writes them down again can go."""
    inside = [value]
    for _ in range(_MAX_DEPTH):
        inside = [each for found in inside if isinstance(found, dict | list)
                  for each in (found.values() if isinstance(found, dict) else found)]
    return bool(inside)


def _is_long(key: str) -> bool:
    return len(key) > 100


def _number(value: dict[str, Any], key: str, most: int = _MAX_NUMBER) -> float:
    found = value.get(key, 0)
    if type(found) not in (int, float) or not 0 <= found <= most:
        raise ProgressError(f"{key} is no number from 0 to {most}")
    return float(found) if isinstance(found, float) else int(found)


def _flag(value: dict[str, Any], key: str) -> bool:
    found = value.get(key, False)
    if not isinstance(found, bool):
        raise ProgressError(f"{key} is neither true nor false")
    return found


def with_lack(lacks: Mapping[str, int], keys: list[str]) -> dict[str, int]:
    """Return counts with one more for each key, as far as there is room for its kind."""
    found = dict(lacks)
    for key in keys:
        if key in found or len(found) < _MAX_LACKS:
            found[key] = found.get(key, 0) + 1
    return found
