"""A terminal: a shell that keeps its place, its variables and its files from cell to cell."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.engine.progress import Tell, silent
from imagelab.model.process import Process
from imagelab.shell.budget import LIMIT_STATUS
from imagelab.shell.process import shell_status
from imagelab.terminal.docker_program import Told
from imagelab.terminal.host_shell import Emit, HostShell, Kept, untold
from imagelab.terminal.typed import Typed


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
    _kept: Kept = field(default_factory=Kept)

    def run(self, text: str, emit: Emit, told: Told = untold, tell: Tell = silent) -> int:
        """Type some lines and return the status of the last command.

        Lines behind a command that starts an interactive container go to that container until
        it ends; see :mod:`imagelab.terminal.typed` for prompts. A command that fails is followed
        by a line with its exit code on standard error.

        Args:
            text: the lines.
            emit: gets the output as it comes.
            told: is told of each docker command.
            tell: is told how far long work is.
        """
        if text and not text.endswith("\n"):
            text += "\n"
        with ExitStack() as keep:
            cell = _Cell(self, text.splitlines(keepends=True), emit, told, tell, keep)
            status = cell.run()
            self._kept, self.starved = cell.shell.kept, cell.typed.starved
        return status


class _Cell:
    """One run of lines in a terminal."""

    def __init__(
        self, terminal: Terminal, lines: list[str], emit: Emit, told: Told, tell: Tell,
        keep: ExitStack,
    ) -> None:
        self.shell = HostShell(
            terminal.daemon, terminal.folder, terminal._kept, keep, emit,
            self._line_for_container, told=told, tell=tell)
        self.typed = Typed(lines, self.shell.is_command)
        self.status = 0

    def run(self) -> int:
        while self.typed.lines:
            line = self.typed.next_command()
            if line.strip() and not line.lstrip().startswith("#"):
                self._command(line)
            self._refuse_stray_lines()
        self.shell.flush()
        return self.status

    def _command(self, line: str) -> None:
        """Type a command, and more lines while it or what it runs wants them."""
        before = self.shell.process
        self.shell.feed(line)
        while shell_status(self.shell.process) is None and self.shell.process.status is None:
            if not self.typed.lines:
                self._settle(self._end_input(), before)
                return
            line = self.typed.next_part(line)
            self.shell.feed(line)
        status = shell_status(self.shell.process)
        if status is not None:
            self._settle(status, self.shell.process)
        elif self.shell.process.status == LIMIT_STATUS:
            # The command, and the shell with it, was stopped: go on from where it began.
            self._settle(LIMIT_STATUS, before)
        else:
            self._settle(self.shell.process.status or 0, self.shell.new())

    def _settle(self, status: int, process: Process) -> None:
        """Note how a command ended, and with which shell to go on."""
        self.status, self.shell.process = status, process
        if status:
            self.shell.emit(2, f"[exit code {status}]\n".encode())

    def _end_input(self) -> int:
        """Tell a command that nothing more is typed, and return how it ended.

        The shell's own farewell is left out.
        """
        emit = self.shell.emit
        self.shell.emit = lambda stream, data: emit(
            stream, data.removesuffix(b"exit\n") if stream == 2 else data)
        try:
            self.shell.feed("", close=True)
        finally:
            self.shell.emit = emit
        return self.shell.process.status or 0

    def _refuse_stray_lines(self) -> None:
        for line in self.typed.take_stray():
            self.shell.emit(
                2, f"imagelab: no container waits for this line: {line.strip()}\n".encode())
            self.status = 1

    def _line_for_container(self) -> bytes:
        return self.typed.next_for_container().encode("utf-8", "surrogateescape")
