"""Grading what was typed: the text of a cell, typed again behind walls; no Python is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagelab.course.levels.check import measure, told
from imagelab.course.levels.library import find
from imagelab.course.levels.start import begin, put_files, typed
from imagelab.course.replay.crew import Ended, run

#: Characters of one answer; people type a few hundred.
_LONGEST = 20_000
#: Seconds that one level's answer may take.
_SECONDS = 60.0
_DOCKER = re.compile(r"[%!](docker\s.*)")


@dataclass(frozen=True)
class Answer:
    """What somebody typed for a level.

    Attributes:
        level: the level's ID.
        seed: which of its variants it was.
        source: the cell.
    """

    level: str
    seed: int
    source: str


def judge(answers: Sequence[Answer]) -> dict[str, list[str]]:
    """Return, by level, what is missing after what was typed; nothing where it is solved.

    Answers may be anybody's: each is typed in a process that can neither reach the host's files
    nor go on for long.
    """
    return dict(_judged(answers))


def _judged(answers: Sequence[Answer]) -> Iterator[tuple[str, list[str]]]:
    for number, result in run(_missing, answers, seconds=_SECONDS):
        yield answers[number].level, [str(result)] if isinstance(result, Ended) else result


def _missing(answer: Answer, folder: Path) -> list[str]:
    if len(answer.source) > _LONGEST:
        return [f"more than {_LONGEST:,} characters were typed"]
    level = find(answer.level, answer.seed)
    daemon = begin(level)
    held = measure(level, daemon)
    put_files(level, folder)
    typed(daemon, lines(answer.source), folder)
    return told(level, held.verdict(daemon.state).differences, "en")


def lines(source: str) -> str:
    """Return what a cell types into a terminal.

    A ``%%lab`` cell types its lines, ``%%docker`` a command and then its input, and any other
    cell the lines that begin with ``%docker``; Python does not count.
    """
    first, _, rest = source.lstrip().partition("\n")
    if first.startswith("%%lab"):
        return "\n".join(filter(None, (first.removeprefix("%%lab").strip(), rest)))
    if first.startswith("%%docker "):
        return f"{first.removeprefix('%%')}\n{rest}"
    matches = (_DOCKER.fullmatch(line.strip()) for line in source.splitlines())
    return "\n".join(match[1] for match in matches if match)
