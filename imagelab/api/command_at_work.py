"""A command line of our own client, from its beginning to its exit code."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from imagelab.api.conversing import Conversation
from imagelab.api.duplex import Duplex
from imagelab.api.errand import Errand, Interrupted
from imagelab.api.remote_terminal import RemoteInput, RemoteTerminal
from imagelab.api.service import ClientGone, Service
from imagelab.client import wire
from imagelab.daemon import Daemon
from imagelab.daemon.clock import check_interruption
from imagelab.daemon.timeline import INTERRUPTED
from imagelab.docker.conversation import Held, NoLineYet
from imagelab.docker.io import Io, Write
from imagelab.docker.main import execute
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import StorageError

T = TypeVar("T")

#: Seconds that a process has for a line before Ctrl-C breaks off what comes of it.
_LINE_SECONDS = 0.5
_FAULT = b"imagelab: this command met a fault in the lab itself\n"
_log = logging.getLogger("imagelab.api")


@dataclass(frozen=True)
class Wish:
    """What a client wants to have run.

    Attributes:
        words: what follows ``docker``.
        folder: the folder that names of files start from.
        environment: of the client's shell.
        is_typed: whether standard input is a terminal.
        is_shown: whether standard output is one.
    """

    words: tuple[str, ...]
    folder: Path
    environment: dict[str, str]
    is_typed: bool
    is_shown: bool


class CommandAtWork:
    """A command line, and the process that its client is left to talk to in the end."""

    def __init__(self, service: Service, duplex: Duplex, wish: Wish) -> None:
        """Begin nothing yet.

        Args:
            service: the lab.
            duplex: the client's connection.
            wish: what it wants.
        """
        self._service = service
        self._duplex = duplex
        self._wish = wish
        self._terminal = RemoteTerminal(duplex, self._interrupt)
        self._errand: Errand[Any] | None = None
        self._is_talking = False

    async def run(self) -> None:
        """Run it to its end, and tell the client how it ended."""
        terminal = self._terminal
        sending, receiving = (
            asyncio.ensure_future(each) for each in (terminal.send(), terminal.receive()))
        try:
            terminal.end(await self._code())
            with suppress(ConnectionError):
                await sending
        finally:
            for task in (sending, receiving):
                task.cancel()
            await asyncio.gather(sending, receiving, return_exceptions=True)

    async def _code(self) -> int:
        """Return the exit code."""
        if not self._duplex.is_of_this_user():
            self._terminal.err(b"docker: this lab is served for another user\n")
            return 1
        try:
            code, held = await self._command()
            if held is None:
                return code
            self._is_talking = True
            return await Conversation(self._service, self._terminal, self._work, held).run()
        except BrokenPipeError:
            return 1
        except (Interrupted, ClientGone):
            return INTERRUPTED
        except Exception:
            _log.exception("a command line could not be run")
            with suppress(BrokenPipeError):
                self._terminal.err(_FAULT)
            return 1

    async def _command(self) -> tuple[int, Held | None]:
        """Run the command; return its exit code, and the process that wants to be talked to.

        One that asks a question before it does anything is begun anew with the answer, so that
        it does not hold the lab while somebody thinks.
        """
        answers: list[bytes] = []
        shown = 0
        while True:
            attempt = _Attempt(self._terminal, self._wish, answers, shown)
            try:
                return await self._work(partial(attempt.run, self._service.daemon))
            except NoLineYet:
                shown = attempt.shown
                answers.append(await self._terminal.ask_for_line())
                self._terminal.end_line()

    async def _work(self, function: Callable[[], T]) -> T:
        """Do something in a thread where the client can interrupt it."""
        errand = Errand(function)
        self._errand = errand
        if self._terminal.is_pressed:
            self._interrupt()
        try:
            return await errand.result
        finally:
            errand.interrupt()  # where nobody waits for it any more
            self._errand = None

    def _interrupt(self) -> bool:
        """Interrupt what is at work; return whether something comes of it.

        Ctrl-C that is typed to a process is a key for it, once it has dealt with the line before.
        """
        if self._errand is None:
            return False
        if self._is_talking:
            asyncio.get_running_loop().call_later(_LINE_SECONDS, self._errand.interrupt)
            return False
        return self._errand.interrupt()


class _Attempt:
    """A command with the answers that are there so far.

    Attributes:
        shown: bytes that it has printed.
    """

    def __init__(
        self, terminal: RemoteTerminal, wish: Wish, answers: Sequence[bytes], hidden: int,
    ) -> None:
        """Take what it is to get.

        Args:
            terminal: the client's.
            wish: the command.
            answers: lines that were typed.
            hidden: bytes that an earlier attempt has printed.
        """
        self.shown = 0
        self._terminal = terminal
        self._wish = wish
        self._answers = iter(tuple(answers))
        self._hidden = hidden

    def run(self, daemon: Daemon) -> tuple[int, Held | None]:
        """Run it in a thread; return its exit code and the process that it leaves.

        Raises:
            NoLineYet: it wants one line more.
            BrokenPipeError: nobody reads what it prints.
            KeyboardInterrupt: it was interrupted.
        """
        wish, held = self._wish, list[Held]()
        surroundings = Io(
            partial(self._print, self._terminal.out), partial(self._print, self._terminal.err),
            stdin=io.BufferedReader(RemoteInput(self._terminal), wire.MOST),
            read_line=self._read_line if wish.is_typed else None,
            take_over=held.append if wish.is_typed else None,
            folder=wish.folder, environment=wish.environment, terminal=wish.is_shown,
            tell=lambda _: check_interruption())
        try:
            code = execute(daemon, wish.words, surroundings)
        except (EngineError, StorageError) as error:
            self._terminal.err(f"imagelab: {error}\n".encode())
            return 1, None
        return code, held[0] if held else None

    def _print(self, write: Write, data: bytes) -> None:
        self.shown += len(data)
        hidden = min(self._hidden, len(data))
        self._hidden -= hidden
        if rest := data[hidden:]:
            write(rest)

    def _read_line(self) -> bytes:
        line = next(self._answers, None)
        if line is None:
            raise NoLineYet
        return line
