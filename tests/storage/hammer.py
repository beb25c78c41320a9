"""Processes that use one kept lab as fast as they can, and tell what they did."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from imagelab.lab import Lab
from imagelab.model.outcome import EngineError
from tests.storage.whole import summary

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: ``{own}`` is a name that nobody else uses, ``{n}`` one of a few that all do.
LINES = (
    "run --name {own} busybox sh -c 'echo {own} > /f'", "run busybox cat /nosuch",
    "run --name c{n} busybox true", "commit c{n} made:{n}", "commit c{n} {own}", "rm c{n}",
    "tag busybox t:{n}", "tag busybox {own}", "rmi t:{n}", "rmi -f made:{n}", "pull -q alpine:3.20",
    "rmi alpine:3.20", "images", "ps -a", "volume create v{n}", "volume rm v{n}",
    "tag nosuch {own}",
)
SHARED = 4


@dataclass
class Told:
    """What one thread did.

    Attributes:
        done: its commands in order, each with its exit code; see :func:`marked`.
        moves: how often it went back or forward.
        wrong: what should not have happened.
    """

    done: list[tuple[str, int]] = field(default_factory=list)
    moves: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """What a process is to do.

    Attributes:
        name: begins all its names.
        threads: in how many threads.
        moves: whether to go back and forward at times.
        turns: how much each thread does at least.
        seconds: how long it goes on at least.
    """

    name: str
    threads: int
    moves: bool
    turns: int
    seconds: float


def work(folder: Path, task: Task, tell: Connection) -> None:
    """Use a lab, and be looking at it all the while."""
    lab = Lab.open(folder)
    end = time.monotonic() + task.seconds
    over = threading.Event()
    told = [Told() for _ in range(task.threads + 1)]
    workers = [threading.Thread(target=_turns, args=(lab, task, f"{task.name}{index}", end, each))
               for index, each in enumerate(told[1:])]
    looker = threading.Thread(target=_look, args=(lab, over, told[0]))
    for each in (looker, *workers):
        each.start()
    for each in workers:
        each.join()
    over.set()
    looker.join()
    tell.send(told)


def marked(own: str, line: str) -> str:
    """Return a command line that nobody else types: a context's name changes nothing."""
    return f"-c {own} {line}"


def _turns(lab: Lab, task: Task, name: str, end: float, told: Told) -> None:
    chance = random.Random(name)
    turn = 0
    try:
        while turn < task.turns or time.monotonic() < end:
            turn += 1
            if task.moves and chance.random() < 0.1:
                with suppress(EngineError):
                    (lab.undo if chance.random() < 0.6 else lab.redo)()
                told.moves += 1
                continue
            own = f"{name}-{turn}"
            line = marked(own, chance.choice(LINES).format(own=own, n=chance.randrange(SHARED)))
            done = lab.docker(line)
            told.done.append((line, done.exit_code))
            if "locked" in done.stderr or "in use by another" in done.stderr:
                told.wrong.append(done.stderr)
    except BaseException as error:
        told.wrong.append(repr(error))


def _look(lab: Lab, over: threading.Event, told: Told) -> None:
    seen = 0
    try:
        while not over.wait(0.02):
            journal = lab.journal
            if len(journal) < seen:
                told.wrong.append(f"{len(journal)} steps after {seen}")
            seen = len(journal)
            summary(journal.current.after)
    except BaseException as error:
        told.wrong.append(repr(error))
