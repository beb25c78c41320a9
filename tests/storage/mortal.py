"""A process that works on a kept lab, tells what is done, and is killed at any moment."""

from __future__ import annotations

import os
import random
import shlex
import signal
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagelab.lab import Lab
from imagelab.model.outcome import EngineError
from tests.storage.whole import Told, summary

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

#: What it does, by chance. ``{n}`` is one of a few numbers.
LINES = (
    "pull -q busybox", "pull -q alpine:3.20", "load -i {n}.tar",
    "load -i {n}.tar",
    "run --name c{n} busybox sh -c 'echo {n} > /f; head -c 70000 /dev/zero > /g; echo {n}'",
    "run -d --name c{n} busybox sleep 1000", "commit c{n} made:{n}", "commit c{n} made",
    "tag busybox t{n}:1", "rmi -f made:{n}", "rmi busybox", "rmi app:{n}", "rm -f c{n}",
    "image prune -af", "system prune -f", "build -t built:{n} context", "undo", "undo", "redo",
    "images", "volume create v{n}",
)
ARCHIVES = 6
#: What is no step.
MOVES = ("undo", "redo")


def prepare(folder: Path) -> None:
    """Write the files that the commands need."""
    lab = Lab()
    context = folder / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY . /\nENV A=1\n")
    for number in range(ARCHIVES):
        (context / "file").write_bytes(random.Random(number).randbytes(150_000))
        for line in (f"build -q -t app:{number} context", f"save -o {number}.tar app:{number}"):
            assert lab.docker(line, folder=folder).exit_code == 0
    (context / "Dockerfile").write_text("FROM busybox\nRUN date > /d\nCOPY file /\nRUN ls\n")


def standing(lab: Lab) -> Told:
    """Return how many steps there are, where the lab stands, and what it holds."""
    return len(lab.journal.rows), lab.journal.head, summary(lab.state)


def do(lab: Lab, line: str, files: Path) -> None:
    """Run a command line, or go back or forward in the journal."""
    if line in MOVES:
        with suppress(EngineError):  # there may be nothing to go to
            getattr(lab, line)()
    else:
        lab.docker(line, folder=files)


def work(folder: Path, files: Path, seed: str, point: int, tell: Connection) -> None:
    """Do one thing after the other; tell what comes next, and what has been done.

    Args:
        folder: the lab's.
        files: where the commands' files are.
        seed: of what is done.
        point: which one of the calls that change the disk is told of before it is made; the
            process dies at it if it is negative, and at none if it is zero.
        tell: where to tell.
    """
    chance = random.Random(seed)
    lab = Lab.open(folder)
    tell.send(("open", standing(lab)))
    watch(lab, point, tell)
    while True:
        line = chance.choice(LINES).format(n=chance.randrange(ARCHIVES))
        tell.send(("begin", line))
        do(lab, line, files)
        tell.send(("done", standing(lab)))


def watch(lab: Lab, point: int, tell: Connection) -> None:
    """Count the calls that change the disk, and do what is to be done at one of them."""
    made = 0

    def here(name: str) -> None:
        nonlocal made
        made += 1
        if made == -point:
            os.kill(os.getpid(), signal.SIGKILL)
        if made == point:
            tell.send(("point", name))

    if point:
        at_changes(lab, here)


def at_changes(lab: Lab, here: Callable[[str], object]) -> None:
    """Have something called right before each call of this process that changes the disk.

    Args:
        lab: a kept one.
        here: gets the call's name; of a statement, its first word.
    """
    for name in ("open", "mkdir", "fsync", "replace", "rename", "link", "unlink", "close"):
        setattr(os, name, _announced(getattr(os, name), name, here))
    at_statements(lab, here)


def at_statements(lab: Lab, here: Callable[[str], object]) -> None:
    """Have something called right before each statement of a kept lab that changes it."""
    store = lab.daemon._store
    assert store is not None
    database: Any = store._database
    database._connection = _Announced(database._connection, here)


def _announced(
    call: Callable[..., Any], name: str, here: Callable[[str], object],
) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        here(name)
        return call(*args, **kwargs)

    return called


class _Announced:
    """A connection that tells of each statement that is not for reading."""

    def __init__(self, real: sqlite3.Connection, here: Callable[[str], object]) -> None:
        self.real = real
        self._here = here

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        word = sql.split()[0]
        if word not in ("SELECT", "PRAGMA"):
            self._here(word)
        return self.real.execute(sql, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def as_typed(command: str) -> str:
    """Return a command line as the journal has it."""
    return shlex.join(shlex.split(command))
