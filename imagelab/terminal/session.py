"""A terminal: a shell that keeps its place, its variables and its files from cell to cell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from imagelab.daemon import Daemon
from imagelab.model.node import Changes
from imagelab.model.process import Process
from imagelab.shell.budget import LIMIT_STATUS, Budget
from imagelab.shell.builtins.table import find_builtin
from imagelab.shell.lookup import DEFAULT_PATH, which
from imagelab.shell.process import advance, shell_status, spawn
from imagelab.terminal.docker_program import Surroundings, Told, docker
from imagelab.terminal.host_tree import HostTree
from imagelab.terminal.system import DOCKER, HOSTNAME, open_system, user
from imagelab.terminal.typed import Typed
from imagelab.terminal.write_back import write_back

#: Takes a stream's number (1 output, 2 errors) and bytes.
Emit = Callable[[int, bytes], object]


@dataclass(eq=False)
class Terminal:
    """A shell in a folder of the host. It runs no program of the host.

    Attributes:
        daemon: what its ``docker`` talks to.
        folder: the host's folder that it sees, and all of the host that it sees.
        starved: whether a container of the last run wanted input and got none.
    """

    daemon: Daemon
    folder: Path
    starved: bool = False
    _shell: Process | None = None
    _changes: Changes = field(default_factory=dict)

    def run(self, text: str, emit: Emit, told: Told = lambda *_: None) -> int:
        """Type some lines and return the status of the last command.

        Lines behind a command that starts an interactive container go to that container until
        it ends; see :mod:`imagelab.terminal.typed` for prompts. A command that fails is followed
        by a line with its exit code on standard error.

        Args:
            text: the lines.
            emit: gets the output as it comes.
            told: is told of each docker command.
        """
        if text and not text.endswith("\n"):
            text += "\n"
        with ExitStack() as keep:
            return _Cell(self, text.splitlines(keepends=True), emit, told, keep).run()


class _Cell:
    """One run of lines in a terminal."""

    def __init__(
        self, terminal: Terminal, lines: list[str], emit: Emit, told: Told, keep: ExitStack,
    ) -> None:
        self.terminal, self.emit = terminal, emit
        self.daemon = terminal.daemon
        self.point = terminal.folder.as_posix().lstrip("/")
        self.files = open_system(
            terminal._changes, self.point, HostTree(terminal.folder), now=self._now)
        self.typed = Typed(lines, self._is_command)
        around = Surroundings(
            self.daemon, self._flush, self._folder, self._line_for_container, keep, told)
        self.programs = {DOCKER: partial(docker, around)}
        self.shell = terminal._shell or self._new_shell()
        self.status = 0

    @property
    def _now(self) -> int:
        return self.daemon.clock.now(self.daemon.state.clock)

    def run(self) -> int:
        while self.typed.lines:
            line = self.typed.next_command()
            if line.strip() and not line.lstrip().startswith("#"):
                self._command(line)
            self._refuse_stray_lines()
        self._flush()
        self.terminal._shell, self.terminal._changes = self.shell, self.files.changes
        self.terminal.starved = self.typed.starved
        return self.status

    def _command(self, line: str) -> None:
        """Type a command, and more lines while it or what it runs wants them."""
        before = self.shell
        self._feed(line)
        while shell_status(self.shell) is None and self.shell.status is None:
            if not self.typed.lines:
                self._settle(self._end_input(), before)
                return
            line = self.typed.next_part(line)
            self._feed(line)
        status = shell_status(self.shell)
        if status is not None:
            self._settle(status, self.shell)
        elif self.shell.status == LIMIT_STATUS:
            # The command, and the shell with it, was stopped: go on from where it began.
            self._settle(LIMIT_STATUS, before)
        else:
            self._settle(self.shell.status or 0, self._new_shell())

    def _settle(self, status: int, shell: Process) -> None:
        """Note how a command ended, and with which shell to go on."""
        self.status, self.shell = status, shell
        if status:
            self.emit(2, f"[exit code {status}]\n".encode())

    def _end_input(self) -> int:
        """Tell a command that nothing more is typed, and return how it ended.

        The shell's own farewell is left out.
        """
        emit, self.emit = self.emit, lambda stream, data: emit(
            stream, data.removesuffix(b"exit\n") if stream == 2 else data)
        try:
            self._feed("", close=True)
        finally:
            self.emit = emit
        return self.shell.status or 0

    def _feed(self, line: str, *, close: bool = False) -> None:
        """Type a line, or the end of input, and let the shell run as far as it goes."""
        data = line.encode("utf-8", "surrogateescape")
        self.shell = replace(
            self.shell, stdin=self.shell.stdin + data, stdin_open=not close)
        budget = Budget()
        while True:
            done = advance(
                self.shell, self.files, self._now, budget, hostname=HOSTNAME,
                programs=self.programs)
            self.shell = done.process
            for stream, data in done.output:
                self.emit(stream, data)
            if self.shell.wake is None or self.shell.status is not None:
                return
            self._sleep(line, self.shell.wake)

    def _sleep(self, line: str, wake: int) -> None:
        with self.daemon.step(line.strip()):
            self.daemon.let_pass(self.daemon.clock.wait_until(wake))
            self.daemon.bring_up_to_date()

    def _refuse_stray_lines(self) -> None:
        for line in self.typed.take_stray():
            self.emit(2, f"imagelab: no container waits for this line: {line.strip()}\n".encode())
            self.status = 1

    def _line_for_container(self) -> bytes:
        return self.typed.next_for_container().encode("utf-8", "surrogateescape")

    def _new_shell(self) -> Process:
        uid, gid = user()
        home = f"/{self.point}"
        env = (f"HOME={home}", f"PATH={DEFAULT_PATH}", f"USER={'student' if uid else 'root'}",
               "PS1=", "PS2=", "HISTFILE=", "SHELL=/bin/bash", f"HOSTNAME={HOSTNAME}")
        # What a shell reads and leaves in its home is the host's folder here: it does neither.
        shell = spawn(
            self.files, ("bash", "--norc", "-i"), env=env, cwd=home, uid=uid, gid=gid,
            stdin_open=True)
        return advance(shell, self.files, self._now, Budget(), hostname=HOSTNAME).process

    def _is_command(self, word: str) -> bool:
        word = word.strip(";&|")
        if find_builtin("bash", word):
            return True
        return "/" not in word and which(
            self.files, word, path=DEFAULT_PATH, cwd="/") is not None

    def _flush(self) -> None:
        """Bring what was changed in the folder to the host."""
        for problem in write_back(self.terminal.folder, self.files.take(self.point)):
            self.emit(2, f"imagelab: {problem}\n".encode())

    def _folder(self, cwd: str) -> Path:
        """Return the host's folder that the shell's one is; the terminal's own for others."""
        inside = PurePosixPath(cwd.lstrip("/"))
        if inside.is_relative_to(self.point):
            return self.terminal.folder / inside.relative_to(self.point)
        return self.terminal.folder
