"""Holding a lab against a level: what still differs, and what it cost."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagelab import messages
from imagelab.course.levels.goals import KINDS, Case, Difference
from imagelab.course.levels.level import Level, Wrong
from imagelab.course.levels.start import put_files, typed
from imagelab.daemon import Daemon
from imagelab.daemon.journal import Step
from imagelab.engine.advance import advance
from imagelab.model.container import Container
from imagelab.model.state import State
from imagelab.shell.budget import Budget

#: Characters of one value that are shown: names and texts come from labs.
_MOST_SHOWN = 200
#: What of a state, beside containers, a command changes that does something; ``run --rm cat`` only
#: looks.
_PARTS = ("images", "references", "volumes", "logins", "hub")


@dataclass(frozen=True)
class Verdict:
    """How far a lab is.

    Attributes:
        differences: what it lacks; nothing when the level is solved.
        wrong: the attempt of the level's that lacks the same, if there is one.
        commands: how many docker commands have changed the lab.
        state: the lab that was looked at.
    """

    differences: tuple[Difference, ...]
    wrong: Wrong | None
    commands: int
    state: State = field(repr=False)

    @property
    def passed(self) -> bool:
        """Whether the level is solved."""
        return not self.differences


@dataclass(frozen=True)
class Measure:
    """What labs are held against: a level, worked out once.

    Attributes:
        level: the level.
        start: the lab as it begins.
        solved: the lab after the model solution.
        lacking: what its wrong attempts lack.
    """

    level: Level
    start: State
    solved: State
    lacking: tuple[frozenset[tuple[int, str, str]], ...]

    def verdict(self, now: State, path: Sequence[Step] = ()) -> Verdict:
        """Return how far a lab is.

        Args:
            now: the lab.
            path: the steps that led there.
        """
        found = differences(self.level, self.start, now, self.solved)
        keys = _keys(found)
        wrong = next((each for each, lacks in zip(self.level.wrong, self.lacking, strict=True)
                      if lacks and lacks == keys), None)
        return Verdict(found, wrong, commands(path), now)


def measure(level: Level, begun: Daemon) -> Measure:
    """Carry out a level's solution and its wrong attempts.

    Args:
        level: the level.
        begun: its start, which stays as it is.
    """
    start, solved = begun.state, after(level, begun, level.solution).state
    lacking = tuple(
        _keys(differences(level, start, after(level, begun, each.do).state, solved))
        for each in level.wrong)
    return Measure(level, start, solved, lacking)


def after(level: Level, begun: Daemon, lines: str) -> Daemon:
    """Return a copy of a level's start with some lines typed, in a folder that is gone then."""
    daemon = begun.fork(0)
    with tempfile.TemporaryDirectory() as folder:
        put_files(level, Path(folder))
        typed(daemon, lines, Path(folder))
    return daemon


def differences(
    level: Level, start: State, now: State, solved: State,
) -> tuple[Difference, ...]:
    """Return what a lab lacks of a level's goals, in their order."""
    return tuple(
        replace(each, goal=number)
        for number, goal in enumerate(level.goals)
        for each in KINDS[goal.kind](Case(goal.keys, start, now, solved)))


def commands(path: Sequence[Step]) -> int:
    """Count the docker commands among steps that changed the lab; looking around is free.

    So is what is typed to a process, and what processes do while time passes.
    """
    return sum(each.command.startswith("docker ") and _changes(each) for each in path)


def _changes(step: Step) -> bool:
    after = step.after
    return changed(step.before, after) and changed(
        advance(step.before, after.clock, Budget()).state, after)


def changed(before: State, after: State) -> bool:
    """Whether one lab differs from another; the time that a look around takes does not count."""
    if any(getattr(before, part) != getattr(after, part) for part in _PARTS):
        return True
    own, others = before.containers, after.containers
    return own.keys() != others.keys() or not all(
        _same_container(each, others[key]) for key, each in own.items())


def _same_container(one: Container, other: Container) -> bool:
    """Whether two are the same but for what was executed in them: ``exec ls`` only looks."""
    return one is other or replace(one, execs={}) == replace(other, execs={})


def told(level: Level, found: Sequence[Difference], language: str) -> list[str]:
    """Return differences in words: one text each, or the goal's own, with backticks in it."""
    texts = []
    nameless = {each.values["name"] for each in found if each.key == "no_reference"}
    for each in found:
        own = level.goals[each.goal].says.get(language)
        if not own and each.key == "no_image" and each.values["image"] in nameless:
            continue  # it has been said
        texts.append(own or messages.text(f"goal.{each.key}", language, **{
            name: _shown(value, language) for name, value in each.values.items()}))
    return list(dict.fromkeys(texts))


def lacking(level: Level, verdict: Verdict) -> list[str]:
    """Return names for what a lab lacks, the same in all languages and variants.

    ``wrong-1`` is what the level's first wrong attempt lacks.
    """
    if verdict.wrong is not None:
        return [f"wrong-{level.wrong.index(verdict.wrong) + 1}"]
    return list(dict.fromkeys(map(name, verdict.differences)))


def name(difference: Difference) -> str:
    """Return a difference's name: ``goal-2:no_image`` is that one from a level's second goal."""
    return f"goal-{difference.goal + 1}:{difference.key}"


def _shown(value: object, language: str) -> object:
    """Return a value fit for a line: what cannot be printed is ``?``, what is long is cut."""
    if not isinstance(value, str):
        return value
    if not value:
        return messages.text("goal.empty", language)
    cut = value if len(value) <= _MOST_SHOWN else f"{value[: _MOST_SHOWN - 1]}…"
    cut = cut.replace("\n", "⏎")
    return "".join(char if char.isprintable() and char != "`" else "?" for char in cut)


def _keys(found: Sequence[Difference]) -> frozenset[tuple[int, str, str]]:
    return frozenset((each.goal, each.key, each.of) for each in found)
