"""Every cell of the lessons that shows Docker's text shows what a real Docker answers.

What it answered is in ``transcripts/``, written by ``python -m tests.lessons.record``; for the
few commands that could not be recorded, ``elsewhere.py`` names the tests that hold the truth.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conformance import conform
from tests.dockerd import StartError
from tests.lessons import cells, record, transcript
from tests.lessons.cells import Cell, Command
from tests.lessons.elsewhere import elsewhere
from tests.lessons.transcript import Answer
from tests.requires import unavailable

ROOT = Path(__file__).parents[2]
RECORD = "record it: python -m tests.lessons.record"


def docker_cells(lesson: str, language: str) -> list[Cell]:
    return [cell for cell in cells.code_cells(lesson, language) if cell.commands]


def to_record(cell: Cell) -> list[Command]:
    return [command for command in cell.commands if not elsewhere(command)]


def sources(lesson: str) -> dict[str, list[str]]:
    """Return where the truth of each docker cell is: its transcript, cases, tests."""
    return {
        cell.name: list(dict.fromkeys(
            place for command in cell.commands
            for place in elsewhere(command)
            or [str(transcript.path(lesson).relative_to(ROOT))]))
        for cell in docker_cells(lesson, "en")}


def expected(answers: Sequence[Answer]) -> tuple[str, str]:
    """Return what a cell shows on its two streams for the answers to its commands."""
    return ("".join(answer.stdout for answer in answers),
            "".join(answer.stderr + _told(answer.exit_code) for answer in answers))


def _told(code: int) -> str:
    return f"[exit code {code}]\n" if code else ""


def without_elsewhere(cell: Cell, answers: Sequence[Answer]) -> Answer:
    """Return what a cell shows, less the lines of commands whose truth is elsewhere.

    These stand together: in front of them and behind there are as many lines as were recorded.
    """
    missing = [bool(elsewhere(command)) for command in cell.commands]
    if not any(missing):
        return Answer(cell.stdout, cell.stderr, 0)
    first = missing.index(True)
    last = len(missing) - missing[::-1].index(True)
    assert all(missing[first:last]), f"{cell.name}: only commands side by side can be left out"
    before, after = expected(answers[:first]), expected(answers[first:])
    return Answer(_ends(cell.stdout, before[0], after[0]),
                  _ends(cell.stderr, before[1], after[1]), 0)


def _ends(text: str, before: str, after: str) -> str:
    """Return as many lines from both ends of a text as two others have."""
    lines = text.splitlines(keepends=True)
    front, back = before.count("\n"), len(lines) - after.count("\n")
    return "".join([*lines[:front], *lines[max(front, back):]])


def shown_and_recorded(lesson: str, language: str) -> Iterator[tuple[Cell, str, str]]:
    """Yield cells, each with what it shows, normalised, and what it should show."""
    kept = [cell for cell in docker_cells(lesson, language) if to_record(cell)]
    assert transcript.path(lesson).exists(), f"{RECORD} {lesson}"
    recorded = transcript.read(lesson)
    assert [[command for command, _ in cell] for cell in recorded] == [
        [command.lines for command in to_record(cell)] for cell in kept], f"{RECORD} {lesson}"
    normaliser = record.normaliser(lesson)
    for cell, part in zip(kept, recorded, strict=True):
        answers = [answer for _, answer in part]
        (shown,) = transcript.normalised([without_elsewhere(cell, answers)], normaliser)
        yield cell, shown.stdout + shown.stderr, "".join(expected(answers))


@pytest.mark.parametrize("language", cells.LANGUAGES)
@pytest.mark.parametrize("lesson", cells.LESSONS)
def test_cells_show_what_a_real_docker_answered(lesson: str, language: str) -> None:
    differences = [
        conform.difference(real.split("\n"), shown.split("\n"), transcript.path(lesson).name,
                           f"{language}: {cell.name}")
        for cell, shown, real in shown_and_recorded(lesson, language) if shown != real]
    if differences:
        pytest.fail("\n".join(differences), pytrace=False)


@pytest.mark.parametrize("lesson", cells.LESSONS)
def test_both_languages_have_the_same_commands(lesson: str) -> None:
    english, korean = (
        [cell.commands for cell in docker_cells(lesson, language)] for language in cells.LANGUAGES)
    assert english == korean


@pytest.mark.parametrize("place", [
    pytest.param(place, id=f"{cell}: {place}")
    for lesson in cells.LESSONS for cell, places in sources(lesson).items() for place in places])
def test_the_truth_of_each_cell_is_where_it_is_said_to_be(place: str) -> None:
    path, _, name = place.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert not name or f"\ndef {name}(" in text, f"there is no {place}"


@pytest.mark.skipif(not os.environ.get("IMAGELAB_STRESS"), reason="runs with make stress")
@pytest.mark.requires("dockerd")
def test_recording_again_gives_the_stored_transcript() -> None:
    lesson = "03-history"
    try:
        with record.real_docker() as real:
            again = record.recorded(lesson, real)
    except StartError as error:
        unavailable("dockerd", str(error))
    assert [[(command.lines, answer) for command, answer in cell]
            for cell in again] == transcript.read(lesson)
