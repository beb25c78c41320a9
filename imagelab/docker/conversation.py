"""Talking to a process that reads from its user's terminal, line by line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagelab.daemon import Daemon
from imagelab.daemon.attach import Attach
from imagelab.docker.io import Io
from imagelab.engine import exec as execs
from imagelab.engine.lookup import find_container
from imagelab.engine.processes import KILLED_STATUS
from imagelab.model.container import STDERR, Container, Log
from imagelab.model.outcome import NotFound
from imagelab.model.state import State
from imagelab.shell.streams import EOT


@dataclass(frozen=True)
class Held:
    """A process that a client is attached to and that waits for a line.

    Attributes:
        id: the container's, or that of an exec.
        is_exec: which of both it is.
        leaving: exit code of a client that is told to leave it alone; to ``attach`` and ``exec``
            that is an error (docker 28.2).
    """

    id: str
    is_exec: bool = False
    leaving: int = 0

    def container(self, state: State) -> Container | None:
        """Return the container that it runs in; None if that has gone."""
        try:
            if self.is_exec:
                return execs.find_exec(state, self.id)[0]
            return find_container(state, self.id)
        except NotFound:
            return None

    def ended(self, state: State) -> int | None:
        """Return the exit code if it has ended, or its container has gone; None if it runs."""
        container = self.container(state)
        if container is None:
            return KILLED_STATUS
        if self.is_exec:
            return execs.find_exec(state, self.id)[1].exit_code
        return None if container.is_running else container.exit_code

    def has_terminal(self, state: State) -> bool:
        """Whether it has a terminal of its own, which repeats what is typed."""
        container = self.container(state)
        if container is None:
            return False
        return execs.find_exec(state, self.id)[1].tty if self.is_exec else container.config.tty

    def feed(self, daemon: Daemon, data: bytes, attach: Attach) -> int | None:
        """Give it a line; nothing is the end of its input.

        Returns:
            Its exit code once it has ended; None where it wants more.
        """
        send = daemon.send_exec_input if self.is_exec else daemon.send_input
        return send(self.id, data, close=not data, attach=attach)

    def interrupt(self, daemon: Daemon, attach: Attach) -> int | None:
        """Press Ctrl-C at its terminal; the result is that of :meth:`feed`."""
        press = daemon.interrupt_exec if self.is_exec else daemon.interrupt
        return press(self.id, attach=attach)


def converse(
    daemon: Daemon, io: Io, start: Callable[[bytes, bool, Attach], int | None], held: Held, *,
    interactive: bool,
) -> int | None:
    """Talk to a process that starts now; return its exit status, None if it goes on.

    Where input is all there from the start, its end comes after it. At a terminal, lines are
    read one by one as the process asks for them; a terminal that is not waited for takes the
    process over when it first asks.

    Args:
        daemon: the lab.
        io: where to read and write.
        start: starts it with input, and whether more may come.
        held: the process.
        interactive: whether it gets input at all.
    """
    echo = Echo(io)
    live = interactive and io.read_line is not None
    stdin = io.stdin.read() if interactive and not live else b""
    status = start(stdin, live, echo.write)
    if status is None and live and io.take_over is not None:
        io.take_over(held)
        return 0
    while status is None and live and io.read_line is not None:
        with daemon.released():
            line = io.read_line()
        echo.expect(daemon, held, line)
        status = held.feed(daemon, line, echo.write)
        if not line:
            break
    return status


class Echo:
    """Passes output on, without the echo of lines that the user's own terminal has shown.

    Attributes:
        typed: the lines that nothing was written after: a program that reads to the end of its
            input repeats them all at once.
    """

    def __init__(self, io: Io, typed: bytes = b"") -> None:
        """Write to where a command does, after lines that were typed before."""
        self.io = io
        self.typed = typed

    def expect(self, daemon: Daemon, held: Held, line: bytes) -> None:
        """Note a line that a process gets."""
        if held.has_terminal(daemon.state):
            self.typed += line.removesuffix(EOT)

    def write(self, log: Log) -> None:
        """Take output."""
        data = log.data.removeprefix(self.typed)
        self.typed = b""
        (self.io.err if log.stream == STDERR else self.io.out)(data)
