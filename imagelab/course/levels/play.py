"""A level being played: its lab, the hints that were given, the attempts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from imagelab.course.levels.check import Measure, Verdict, measure
from imagelab.course.levels.level import Level
from imagelab.course.levels.start import begin, put_files
from imagelab.daemon import Daemon


@dataclass(eq=False)
class Play:
    """A level being played.

    Attributes:
        level: the level.
        folder: where its files are put.
        daemon: its lab; step 0 is where the level starts.
        hints: how many hints were given.
        solution_shown: whether the model solution was; the level does not count then.
        shown_before: whether it was when the level was played before, and not solved by then.
        attempts: how often it was checked, up to when it was solved.
        verdict: of the last check; None before.
        begun: when it began, seconds of a clock that only goes forward.
        noted: is told of each check, each hint and each look at the solution.
        watchers: are called after whatever is done with the level, for those who show it.
    """

    level: Level
    folder: Path
    daemon: Daemon
    hints: int = 0
    solution_shown: bool = False
    shown_before: bool = False
    attempts: int = 0
    verdict: Verdict | None = None
    begun: float = field(default_factory=time.monotonic)
    noted: Callable[[Play], object] = lambda _: None
    watchers: list[Callable[[], object]] = field(default_factory=list)

    @classmethod
    def start(cls, level: Level, folder: Path) -> Play:
        """Begin a level; its files are put into the folder unless they are there already.

        Raises:
            LevelError: one leads out of the level's folder.
            OSError: they cannot be written.
        """
        put_files(level, folder, anew=False)
        return cls(level, folder, begin(level))

    @cached_property
    def measure(self) -> Measure:
        """What its lab is held against."""
        return measure(self.level, self.daemon.fork(0))

    @property
    def solved(self) -> bool:
        """Whether the last check passed."""
        return self.verdict is not None and self.verdict.passed

    @property
    def counts(self) -> bool:
        """Whether it is solved and the learner found the solution."""
        return self.solved and not (self.solution_shown or self.shown_before)

    @property
    def par_reached(self) -> bool:
        """Whether it took no more commands than the shortest way."""
        return self.verdict is not None and self.verdict.commands <= self.level.par

    def check(self) -> Verdict:
        """Hold the lab against the level."""
        self.attempts += not self.solved
        self.verdict = self.measure.verdict(self.daemon.state, self.daemon.journal.path(0))
        self.noted(self)
        self._done()
        return self.verdict

    def hint(self, language: str) -> str:
        """Give one more hint and return it; empty when all were given."""
        hints = self.level.texts[language].hints
        if self.hints == len(hints):
            return ""
        self.hints += 1
        self.noted(self)
        self._done()
        return hints[self.hints - 1]

    def solution(self) -> str:
        """Return the model solution; the level does not count any more."""
        self.solution_shown = self.solution_shown or not self.solved
        self.noted(self)
        self._done()
        return self.level.solution.strip()

    def reset(self) -> None:
        """Have the lab and the level's files as they were at the start.

        The steps taken stay in the journal, so that redo leads back.

        Raises:
            LevelError: a file leads out of the level's folder.
            OSError: the files cannot be written; the lab is at the start all the same.
        """
        self.verdict = None
        self.daemon.go_to(0)
        try:
            put_files(self.level, self.folder)
        finally:
            self._done()

    def _done(self) -> None:
        for each in self.watchers:
            each()
