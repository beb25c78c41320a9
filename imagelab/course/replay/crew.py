"""Processes that replay: one that does not come to an end is ended, and the others go on."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

from imagelab.course.replay.walls import build_walls
from imagelab.model.local import check_local

#: Seconds that a process may take to begin.
_START = 60.0

T = TypeVar("T")
R = TypeVar("R")


class Ended(Exception):
    """A task whose process was ended, or ended itself; the message says why."""


def run(
    work: Callable[[T, Path], R], tasks: Iterable[T], *, seconds: float,
    processes: int | None = None,
) -> Iterator[tuple[int, R | Ended]]:
    """Do tasks in walled-in processes and yield each one's number and result as they are done.

    Args:
        work: a function of a module, given a task and an empty folder; it is imported by name.
        tasks: values that can be pickled; each is asked for when there is a process for it.
        seconds: what one may take; longer ones are ended.
        processes: how many work side by side; as many as there are processors, if left out.

    Raises:
        Unsimulated: there are no processes here.
    """
    waiting = enumerate(tasks)
    count = processes or os.cpu_count() or 1
    if isinstance(tasks, Sized):
        count = min(count, len(tasks))
    members: list[_Member] = []
    try:
        members += [_Member(work) for _ in range(count)]
        while True:
            idle = (each for each in members if each.number is None)
            for each, (number, task) in zip(idle, waiting, strict=False):
                each.begin(number, task, seconds)
            busy = [each for each in members if each.number is not None]
            if not busy:
                return
            left = min(each.deadline for each in busy) - time.monotonic()
            wait([each.pipe for each in busy], max(0.0, left))
            for each in busy:
                if (done := each.done(seconds)) is not None:
                    yield done
    finally:
        for each in members:
            each.end()


class _Member:
    """A process, and the task that it is at."""

    def __init__(self, work: Callable[[Any, Path], Any]) -> None:
        self._work = work
        self.number: int | None = None
        self.deadline = 0.0
        self._start()

    def _start(self) -> None:
        check_local("grade what others did")
        context = multiprocessing.get_context("spawn")
        self._folder = Path(tempfile.mkdtemp(prefix="imagelab-replay-"))
        self.pipe, other = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(other, self._work, str(self._folder)), daemon=True)
        self._process.start()
        self._is_new = True
        other.close()

    def begin(self, number: int, task: object, seconds: float) -> None:
        """Give it a task; its time begins when the process is there."""
        if self._is_new:
            self._is_new = not self.pipe.poll(_START)
            with suppress(EOFError, OSError):
                self.pipe.recv()
        self.number, self.deadline = number, time.monotonic() + seconds
        with suppress(OSError):  # it has ended, which is seen when its answer is read
            self.pipe.send(task)

    def done(self, seconds: float) -> tuple[int, Any] | None:
        """Return the number and the result of a task that has ended; None while it goes on."""
        assert self.number is not None
        result: Any
        if self.pipe.poll():
            try:
                result = self.pipe.recv()
            except (EOFError, OSError):
                result = Ended("the process that replayed it broke down")
        elif time.monotonic() >= self.deadline:
            result = Ended(f"it took more than {seconds:g} seconds")
        else:
            return None
        number, self.number = self.number, None
        if isinstance(result, Ended):
            self.end()
            self._start()
        return number, result

    def end(self) -> None:
        """End the process and remove what it wrote."""
        self._process.kill()
        self._process.join()
        self.pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _serve(pipe: Connection[Any, Any], work: Callable[[Any, Path], Any], folder: str) -> None:
    """Do tasks until nobody gives any more."""
    with suppress(EOFError, KeyboardInterrupt):
        pipe.send("ready")
        task = pipe.recv()
        build_walls(Path(folder))
        while True:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
                pipe.send(work(task, Path(own)))
            task = pipe.recv()
