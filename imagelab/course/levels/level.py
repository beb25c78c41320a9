"""A level as a value: where it starts, what is asked, what counts at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Texts:
    """What a level says in one language; backticks stand around what may be typed.

    Attributes:
        title: a few words.
        task: what is to be done; an empty line begins a paragraph.
        hints: one to three, from vague to plain.
        explanation: what was to be learnt, for when it is solved; empty for nothing.
    """

    title: str
    task: str
    hints: tuple[str, ...]
    explanation: str = ""


@dataclass(frozen=True)
class Goal:
    """A property of the end state that counts.

    Attributes:
        kind: which property; see :mod:`imagelab.course.levels.goals`.
        keys: what it is about, and values it must have; those left out are the model solution's.
        says: by language, what to tell in place of the kind's own words if it is not met.
    """

    kind: str
    keys: Mapping[str, Any]
    says: Mapping[str, str]


@dataclass(frozen=True)
class Wrong:
    """An attempt that must fail.

    Attributes:
        do: what is typed.
        says: by language, what somebody is told whose lab lacks the same.
    """

    do: str
    says: Mapping[str, str]


@dataclass(frozen=True)
class Level:
    """An exercise.

    Attributes:
        id: the lesson's word and a number, ``rmi-3``.
        lesson: the lesson it belongs to, ``04-rmi``.
        difficulty: 1 first steps, 2 needs thought, 3 hard.
        par: the fewest docker commands that change the lab and lead to the end, with what its
            lesson and those before it teach.
        start: the lesson whose start it begins with; empty for an empty lab.
        before: what is then typed upon it, as in a ``%%lab`` cell.
        solution: the model solution, typed as in a ``%%lab`` cell.
        files: texts of the level's files by path, to be put into a folder of its name.
        goals: what counts at the end.
        wrong: attempts that must fail.
        texts: by language.
        seed: which of its variants this is.
        picture: whether the goal may be drawn; not where finding it is the task.
    """

    id: str
    lesson: str
    difficulty: int
    par: int
    start: str
    before: str
    solution: str
    files: Mapping[str, str]
    goals: tuple[Goal, ...]
    wrong: tuple[Wrong, ...]
    texts: Mapping[str, Texts]
    seed: int = 0
    picture: bool = True
