"""Grading one attempt: it is replayed, and its end is held against the level."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from imagelab.course.levels.check import Measure, lacking, measure, name, told
from imagelab.course.levels.library import own
from imagelab.course.levels.read import build, variants
from imagelab.course.levels.start import begin
from imagelab.course.replay.replay import Limits, ReplayError, replay
from imagelab.course.replay.transcript import TranscriptError, from_json
from imagelab.daemon import Daemon

#: Seconds that a replay may take; nearly all are done in one, and a saved ubuntu takes a few.
SECONDS = 30.0


@dataclass(frozen=True)
class Task:
    """An attempt to be graded.

    Attributes:
        level: the level's ID.
        seed: which of its variants.
        transcript: JSON values, which may be anything.
        language: of the result.
    """

    level: str
    seed: int
    transcript: Mapping[str, Any]
    language: str


@dataclass(frozen=True)
class Graded:
    """What came of it.

    Attributes:
        fault: why it cannot be replayed; empty if it can.
        missing: what its end lacks, in words; nothing of an attempt that counts.
        lacks: words for that by its name; see :func:`imagelab.course.levels.check.lacking`.
        seconds: how long it took.
    """

    fault: str = ""
    missing: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether it counts."""
        return not self.fault and not self.missing


def grade(task: Task, folder: Path) -> Graded:
    """Grade an attempt in an empty folder; see :func:`imagelab.course.replay.crew.run`."""
    begun = time.monotonic()
    return replace(_graded(task, folder), seconds=time.monotonic() - begun)


def _graded(task: Task, folder: Path) -> Graded:
    data = own()[task.level]
    start, held = _prepared(task.level, task.seed % variants(data))
    try:
        done = replay(start, from_json(dict(task.transcript)), folder, Limits(SECONDS))
    except (ReplayError, TranscriptError) as error:
        return Graded(str(error))
    verdict = held.verdict(done.state)
    if verdict.passed:
        return Graded()
    if verdict.wrong is not None:
        (key,), said = lacking(held.level, verdict), verdict.wrong.says[task.language]
        return Graded("", (said,), {key: said})
    return Graded("", tuple(told(held.level, verdict.differences, task.language)), {
        name(each): told(held.level, [each], task.language)[-1] for each in verdict.differences})


@lru_cache(maxsize=200)
def _prepared(level: str, variant: int) -> tuple[Daemon, Measure]:
    found = build(own()[level], variant)
    start = begin(found)
    return start, measure(found, start)
