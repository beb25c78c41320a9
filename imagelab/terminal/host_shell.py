"""The shell of a terminal: a process over a folder of the host, fed line by line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from imagelab.daemon import Daemon
from imagelab.daemon.given import GivenTime
from imagelab.engine.progress import Tell, silent
from imagelab.model.node import Changes
from imagelab.model.process import Process
from imagelab.shell.budget import Budget
from imagelab.shell.builtins.table import find_builtin
from imagelab.shell.lookup import DEFAULT_PATH, which
from imagelab.shell.process import advance, spawn, suspended
from imagelab.terminal.docker_program import Surroundings, Told, docker
from imagelab.terminal.host_tree import HostTree
from imagelab.terminal.system import DOCKER, HOSTNAME, open_system, user
from imagelab.terminal.write_back import write_back

#: Takes a stream's number (1 output, 2 errors) and bytes.
Emit = Callable[[int, bytes], object]


def untold(*_: object) -> None:
    """Take note of nothing."""


@dataclass(frozen=True)
class Kept:
    """What a shell leaves behind for the next time that something is typed.

    Attributes:
        process: the shell where it stands; None for a new one.
        changes: what was changed outside the host's folder.
    """

    process: Process | None = None
    changes: Changes = field(default_factory=dict)


class HostShell:
    """A shell in a folder of the host while it runs. It runs no program of the host.

    Attributes:
        process: the shell where it stands.
        emit: gets the output as it comes.
    """

    def __init__(
        self, daemon: Daemon, folder: Path, kept: Kept, keep: ExitStack, emit: Emit,
        read_line: Callable[[], bytes], *, told: Told = untold, tell: Tell = silent,
        called: Callable[[], str] | None = None,
    ) -> None:
        """Go on from where a shell stood.

        Args:
            daemon: what its ``docker`` talks to.
            folder: all of the host that it sees.
            kept: where it stood.
            keep: closed when it no longer runs.
            emit: see the attribute.
            read_line: see :class:`Surroundings`, as for the next three.
            told: see there.
            tell: see there.
            called: see there.
        """
        self.emit = emit
        self._daemon, self._host = daemon, folder
        self._point = folder.as_posix().lstrip("/")
        self._files = open_system(kept.changes, self._point, HostTree(folder), now=self._now)
        around = Surroundings(
            daemon, self.flush, self.folder, read_line, keep, told, tell, called)
        self._programs = {DOCKER: partial(docker, around)}
        self.process = kept.process or self.new()

    @property
    def kept(self) -> Kept:
        """What to go on from the next time."""
        return Kept(self.process, self._files.changes)

    @property
    def _now(self) -> int:
        return self._daemon.clock.now(self._daemon.state.clock)

    @property
    def cwd(self) -> Path:
        """The host's folder that the shell stands in."""
        begun = suspended(self.process)
        return self.folder(begun.shells[-1].cwd) if begun and begun.shells else self._host

    def feed(self, line: str, *, close: bool = False) -> None:
        """Type a line, or the end of input, and let the shell run as far as it goes."""
        data = line.encode("utf-8", "surrogateescape")
        self.process = replace(
            self.process, stdin=self.process.stdin + data, stdin_open=not close)
        budget = Budget()
        while True:
            done = advance(
                self.process, self._files, self._now, budget, hostname=HOSTNAME,
                programs=self._programs, typed=True)
            self.process = done.process
            for stream, data in done.output:
                self.emit(stream, data)
            if self.process.wake is None or self.process.status is not None:
                return
            self._sleep(line, self.process.wake)

    def _sleep(self, line: str, wake: int) -> None:
        with self._daemon.step(line.strip()) as step:
            step.given = GivenTime(self._daemon.clock.wait_until(wake))
            self._daemon.let_pass(step.given.until)
            self._daemon.bring_up_to_date()

    def new(self) -> Process:
        """Return a shell that waits for its first command."""
        uid, gid = user()
        home = f"/{self._point}"
        env = (f"HOME={home}", f"PATH={DEFAULT_PATH}", f"USER={'student' if uid else 'root'}",
               "PS1=", "PS2=", "HISTFILE=", "SHELL=/bin/bash", f"HOSTNAME={HOSTNAME}")
        # What a shell reads and leaves in its home is the host's folder here: it does neither.
        shell = spawn(
            self._files, ("bash", "--norc", "-i"), env=env, cwd=home, uid=uid, gid=gid,
            stdin_open=True)
        return advance(shell, self._files, self._now, Budget(), hostname=HOSTNAME).process

    def is_command(self, word: str) -> bool:
        """Whether a word names something that the shell can run."""
        word = word.strip(";&|")
        if find_builtin("bash", word):
            return True
        return "/" not in word and which(
            self._files, word, path=DEFAULT_PATH, cwd="/") is not None

    def flush(self) -> None:
        """Bring what was changed in the folder to the host."""
        for problem in write_back(self._host, self._files.take(self._point)):
            self.emit(2, f"imagelab: {problem}\n".encode())

    def folder(self, cwd: str) -> Path:
        """Return the host's folder that a folder of the shell is; its own one for others."""
        inside = PurePosixPath(cwd.lstrip("/"))
        if inside.is_relative_to(self._point):
            return self._host / inside.relative_to(self._point)
        return self._host
