"""Record the transcripts of lessons: ``python -m tests.lessons.record [LESSON…]``.

Starts a Docker daemon of its own (needs root), and a registry for it to pull from. Cells that
take steps back or start again do so on the real daemon too: a lab goes along, and when it has
moved, the commands that led to where it stands are run anew.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import imagelab
from imagelab.course.lessons import LESSONS as STARTS
from imagelab.daemon.journal import Journal
from imagelab.lab import Lab
from tests import dockerd
from tests.lessons import cells, mirror, transcript
from tests.lessons.cells import Cell, Command
from tests.lessons.elsewhere import elsewhere
from tests.lessons.own_registry import OwnRegistry
from tests.lessons.real import Real
from tests.lessons.transcript import Answer, Normaliser

#: Stands for a folder that no output names.
NOWHERE = "\0"
_MOVES = re.compile(r"\b(?:undo|redo|start)\(")

Recorded = list[tuple[Command, Answer]]


@dataclass(eq=False)
class Recorder:
    """Goes through a lesson on a real daemon and in a lab, side by side."""

    real: Real
    normaliser: Normaliser
    names: dict[str, Any] = field(default_factory=dict)
    lab: Lab = field(default_factory=Lab)
    head: int = 0
    started: dict[str, list[Answer]] = field(default_factory=dict)
    done: list[tuple[Command, int, Answer]] = field(default_factory=list)

    def cell(self, cell: Cell) -> Recorded:
        """Run a cell, and return its commands with their answers, normalised."""
        if _MOVES.search(cell.source) and not cell.commands:
            self._move(cell.source)
        ran = [(command, self._command(command)) for command in cell.commands]
        recorded = [(command, answer) for command, answer in ran if answer]
        answers = transcript.normalised([answer for _, answer in recorded], self.normaliser)
        return [(command, answer)
                for (command, _), answer in zip(recorded, answers, strict=True)]

    def _command(self, command: Command) -> Answer | None:
        """Run a command on both sides; one whose truth is elsewhere in the lab alone."""
        answer = None if elsewhere(command) else self.real.run(command)
        self.real.registry.follow(command.line)
        if command.typed is None:
            self.lab.shell.run(command.line, lambda *_: None)
        else:
            self.lab.docker(command.line.removeprefix("docker "), command.typed)
        self.head = self.lab.journal.head
        if answer:
            self.done.append((command, self.head, answer))
        return answer

    def _move(self, source: str) -> None:
        """Run Python that moves the lab, and bring the daemon to where it stands."""
        exec(re.sub(r"^%.*$", "", source, flags=re.MULTILINE), self.names)
        lab = imagelab.current()
        if lab is not self.lab:
            self.lab, self.head, self.done = lab, lab.journal.head, []
            self._start()
        elif lab.journal.head != self.head:
            self.head = lab.journal.head
            self._start()
            self.done = list(self._again(_way(lab.journal)))

    def _start(self) -> None:
        self.real.wipe()
        lines = STARTS[self.lab.lesson]
        answers = [self.real.run(Command(f"docker {line}", typed or None))
                   for line, typed in lines]
        before = self.started.setdefault(self.lab.lesson, answers)
        for old, new in zip(before, answers, strict=True):
            self.normaliser.rename(old, new)

    def _again(self, way: set[int]) -> Iterator[tuple[Command, int, Answer]]:
        for command, head, old in self.done:
            if head in way:
                new = self.real.run(command)
                self.normaliser.rename(old, new)
                yield command, head, new


def _way(journal: Journal) -> set[int]:
    """Return the numbers of the steps from the beginning to where a lab stands."""
    way, number = set(), journal.head
    while number >= 0:
        way.add(number)
        number = journal.steps[number].parent
    return way


def recorded(lesson: str, real: Real) -> list[Recorded]:
    """Return what a real daemon answers to the cells of a lesson that it can answer to."""
    recorder = Recorder(real, normaliser(lesson))
    others = imagelab.current()
    try:
        with tempfile.TemporaryDirectory() as folder, chdir(folder):  # the lab writes files, too
            return [answers for cell in cells.code_cells(lesson, "en")
                    if (answers := recorder.cell(cell))]
    finally:
        imagelab.use(others)


def normaliser(lesson: str) -> Normaliser:
    """Return a new normaliser for a lesson: it knows the names that are no random ones."""
    sources = [cell.source for cell in cells.code_cells(lesson, "en")]
    return Normaliser({}, "\n".join([*sources, repr(STARTS[lesson])]), NOWHERE)


@contextmanager
def real_docker() -> Iterator[Real]:
    """Start a registry, a daemon that pulls from it, and yield the daemon."""
    with (mirror.serving() as address, tempfile.TemporaryDirectory() as folder,
          closing(OwnRegistry()) as registry):
        settings = {"registry-mirrors": [address]}
        with mock.patch.dict(dockerd.CONFIG, settings), dockerd.started() as daemon:
            yield Real(daemon, Path(folder), registry)


def main(lessons: list[str]) -> None:
    """Write the transcripts of some lessons, of all without any."""
    with real_docker() as real:
        for lesson in lessons or cells.LESSONS:
            title = f"{lesson}: recorded from {real.title}"
            transcript.write(lesson, title, recorded(lesson, real))
            print(f"recorded {lesson}")


if __name__ == "__main__":
    main(sys.argv[1:])
