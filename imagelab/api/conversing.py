"""Lines typed at our own client, for a process that it is attached to.

Between two lines the lab is free for others, and what they make the process print, or do, is seen
at the client at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol, TypeVar

from imagelab.api.errand import Interrupted
from imagelab.api.following import Ending, Following
from imagelab.api.remote_terminal import RemoteTerminal
from imagelab.api.service import Service
from imagelab.docker.conversation import (
    DETACH,
    INTERRUPT,
    Echo,
    Held,
    asks_for_secret,
    hand_on,
    line_name,
)
from imagelab.docker.errors import daemon_error
from imagelab.docker.io import Io
from imagelab.engine import exec as execs
from imagelab.engine.processes import KILLED_STATUS, MAIN
from imagelab.model.container import Container, Log
from imagelab.model.outcome import EngineError, NotFound
from imagelab.shell.streams import EOT

T = TypeVar("T")


class Work(Protocol):
    """Does something in a thread, where it can be interrupted."""

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]:
        """Return what the function does, once it has.

        Raises:
            Interrupted: it was interrupted.
        """


class Conversation:
    """Somebody at a terminal, and a process."""

    def __init__(
        self, service: Service, terminal: RemoteTerminal, work: Work, held: Held,
    ) -> None:
        """Take both.

        Args:
            service: the lab.
            terminal: the client's.
            work: see there.
            held: the process; all that it has printed so far has been shown.
        """
        self._service = service
        self._daemon = service.daemon
        self._terminal = terminal
        self._work = work
        self._held = held
        self._echo = Echo(Io(self._out, terminal.err))
        self._seen = self._printed()
        self._is_pressed = False

    async def run(self) -> int:
        """Hand on lines until the process ends or is left alone; return the exit code.

        Raises:
            ClientGone: nobody types any more; the process goes on.
            BrokenPipeError: nobody reads what it prints.
        """
        while True:
            line = await self._next_line()
            if isinstance(line, int):
                return line
            if line.endswith(DETACH):
                if self._held.leaving:
                    self._terminal.err(b"read escape sequence\n")
                return self._held.leaving
            try:
                status = await self._work(partial(self._give, line))
            except Interrupted:  # that is a key too, and comes next
                self._seen = self._printed()
                continue
            if status is not None or not line:
                return status or 0

    async def _next_line(self) -> bytes | int:
        """Return what is typed, or the exit code of a process that ends before that."""
        held, pulse = self._held, self._service.pulse
        container = held.container(self._daemon.state)
        if container is None:
            return held.ended(self._daemon.state) or 0
        try:
            following = Following(pulse, container.id, held.id if held.is_exec else MAIN)
            ending = Ending(pulse, container.id)
        except NotFound:  # at this moment
            return KILLED_STATUS
        watching = asyncio.ensure_future(self._show(following))
        asking = asyncio.ensure_future(self._terminal.ask_for_line())
        try:
            await asyncio.wait({watching, asking}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return self._as_read(asking.result())
            watching.result()
            return await self._status(ending)
        except Interrupted:
            return INTERRUPT
        finally:
            for task in (watching, asking):
                task.cancel()
            await asyncio.gather(watching, asking, return_exceptions=True)

    async def _show(self, following: Following) -> None:
        """Show what the process prints while nobody types."""
        self._write(self._output(following.container)[self._seen:])
        self._seen = len(self._output(following.container))
        async with aclosing(following.pieces()) as pieces:
            async for logs in pieces:
                self._seen += len(logs)
                self._write(logs)

    async def _status(self, ending: Ending) -> int:
        """Return how the process ended."""
        ended = self._held.ended(self._daemon.state) if self._held.is_exec else None
        return await ending.status("next-exit") if ended is None else ended

    def _as_read(self, line: bytes) -> bytes:
        """Return a line as the process reads it: Ctrl-D ends one at a terminal of its own."""
        is_whole = line.endswith((b"\n", DETACH))
        return line if is_whole or not self._held.has_terminal(self._daemon.state) else line + EOT

    # --- in a thread -----------------------------------------------------------------------

    def _give(self, line: bytes) -> int | None:
        """Hand on a line, as a step; return the exit code once the process has ended."""
        daemon, held = self._daemon, self._held
        name = self._name(line)
        self._terminal.end_line()
        self._is_pressed = line == INTERRUPT
        try:
            with daemon.step(name):
                self._write(self._unseen())
                status = hand_on(daemon, held, line, self._echo, name)
                self._seen = self._printed()
                return status
        except EngineError as error:
            status = held.ended(daemon.state)
            if status is None:
                self._terminal.err(f"{daemon_error(error)}\n".encode())
            return 1 if status is None else status

    def _name(self, line: bytes) -> str:
        prompt = self._terminal.shown_prompt
        typed = line.removesuffix(EOT).decode("utf-8", "replace").rstrip("\n")
        if asks_for_secret(prompt):
            typed = ""
        elif line in (INTERRUPT, EOT, b""):
            typed = "^C" if line == INTERRUPT else "^D"
        container = self._held.container(self._daemon.state)
        return line_name(container, prompt, typed) if container else ""

    def _unseen(self) -> Sequence[Log]:
        """Return what the process has printed meanwhile, inside a step."""
        if self._held.is_exec:  # what is not taken is handed over with what comes of the line
            output = self._daemon.apply(execs.take_output(self._daemon.state, self._held.id))
            return output[self._seen:]
        container = self._held.container(self._daemon.state)
        return container.logs[self._seen:] if container else ()

    def _printed(self) -> int:
        """Return how much the process has printed."""
        container = self._held.container(self._daemon.state)
        return len(self._output(container)) if container else 0

    def _output(self, container: Container) -> Sequence[Log]:
        """Return what the process has printed; of an exec, what has not been taken."""
        held = self._held
        return container.execs[held.id].output if held.is_exec else container.logs

    def _write(self, logs: Sequence[Log]) -> None:
        for log in logs:
            self._echo.write(log)

    def _out(self, data: bytes) -> None:
        if self._is_pressed and b"\n" not in data:
            data = b"\n" + data  # a shell begins a line before its prompt
        self._is_pressed = False
        self._terminal.out(data)
