"""Talking to a process that reads from its user's terminal, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from imagelab.daemon import Daemon
from imagelab.daemon.attach import Attach
from imagelab.daemon.given import GivenLine
from imagelab.docker.io import Io
from imagelab.engine import exec as execs
from imagelab.engine.lookup import find_container
from imagelab.engine.processes import KILLED_STATUS
from imagelab.model.container import STDERR, Container, Log
from imagelab.model.outcome import NotFound
from imagelab.model.state import State
from imagelab.shell.streams import EOT

#: What a terminal sends for Ctrl-C, and for the keys that leave a container alone.
INTERRUPT = b"\x03"
DETACH = b"\x10\x11"
_SECRET = re.compile(r"(?i)pass(word|phrase)[^:]*:\s*$")


class NoLineYet(Exception):
    """A line is wanted that nobody has typed yet."""


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


def hand_on(daemon: Daemon, held: Held, line: bytes, echo: Echo, called: str) -> int | None:
    """Give a process that was taken over a line, as a step of its own.

    Args:
        daemon: the lab.
        held: the process.
        line: what was typed, :data:`INTERRUPT`, or nothing at the end of input.
        echo: takes its output.
        called: what the step is called.

    Returns:
        Its exit code once it has ended; None where it wants more.

    Raises:
        EngineError: it has gone meanwhile.
    """
    with daemon.step(called) as step:
        step.given = GivenLine(held.id, held.is_exec, line, line == INTERRUPT)
        if line == INTERRUPT:
            return held.interrupt(daemon, echo.write)
        echo.expect(daemon, held, line)
        return held.feed(daemon, line, echo.write)


def line_name(container: Container, prompt: str, typed: str) -> str:
    """Return what a line that a container gets is called: what stands on the screen."""
    shown = prompt if prompt.strip() else f"{container.name} <- "
    return f"{shown}{typed}".strip()


def asks_for_secret(prompt: str) -> bool:
    """Whether what is typed behind a prompt is not to be shown."""
    return bool(_SECRET.search(prompt))


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
