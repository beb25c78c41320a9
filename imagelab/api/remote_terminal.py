"""The terminal of our own client: what a command prints goes there, and input comes from there."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from imagelab.api.duplex import Duplex
from imagelab.api.errand import Interrupted
from imagelab.api.outbox import Outbox
from imagelab.api.service import ClientGone
from imagelab.client import wire
from imagelab.daemon.clock import check_interruption, interruption
from imagelab.docker.conversation import asks_for_secret
from imagelab.terminal.scrollback import plain

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Bytes of an unfinished line that are known as what stands in front of what is typed.
_MOST_PROMPT = 1000


class RemoteTerminal:
    """A client's terminal, or what it has instead of one; inside of a running loop."""

    def __init__(self, duplex: Duplex, interrupt: Callable[[], bool]) -> None:
        """Talk to a client.

        Args:
            duplex: the connection.
            interrupt: called for Ctrl-C where nobody waits for input, and where the client goes;
                says whether something came of it.
        """
        self._prompt = b""
        self._duplex = duplex
        self._interrupt = interrupt
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox()
        self._asked: asyncio.Future[bytes] | None = None
        #: What came when nobody waited: the answer to a question that Ctrl-C had answered.
        self._early: bytes | Interrupted | None = None
        self._is_unread = False
        self._is_gone = False

    # --- output, from whichever thread -----------------------------------------------------

    def out(self, data: bytes) -> None:
        """Print on standard output.

        Raises:
            KeyboardInterrupt: what prints was interrupted.
            BrokenPipeError: nobody reads it.
        """
        self._prompt = (self._prompt + data).rpartition(b"\n")[2][-_MOST_PROMPT:]
        self._put(wire.OUT, data)

    def err(self, data: bytes) -> None:
        """Print on standard error; it raises what :meth:`out` does."""
        self._put(wire.ERR, data)

    def _put(self, kind: int, data: bytes) -> None:
        check_interruption()
        if self._is_unread:
            raise BrokenPipeError
        for start in range(0, len(data), wire.MOST):
            self._outbox.put(wire.frame(kind, data[start:start + wire.MOST]))

    def end_line(self) -> None:
        """Note that a line was typed behind what stood there."""
        self._prompt = b""

    @property
    def shown_prompt(self) -> str:
        """The unfinished line at the end of standard output, without colours and the like."""
        return plain(self._prompt.decode("utf-8", "replace"))

    # --- input -----------------------------------------------------------------------------

    @property
    def is_pressed(self) -> bool:
        """Whether Ctrl-C was pressed and nothing came of it yet."""
        return isinstance(self._early, Interrupted)

    async def ask(self, kind: bytes) -> bytes:
        """Wait for input; nothing is its end.

        Args:
            kind: ``SOME``, ``LINE`` or ``SECRET`` of :mod:`imagelab.client.wire`.

        Raises:
            Interrupted: Ctrl-C was pressed instead.
            ClientGone: it comes no more.
        """
        if self._is_gone:
            raise ClientGone
        early, self._early = self._early, None
        if isinstance(early, Interrupted):
            raise early
        if early is not None:
            return early
        self._asked = self._loop.create_future()
        self._outbox.put(wire.frame(wire.WANTED, kind))
        try:
            return await self._asked
        finally:
            self._asked = None

    async def ask_for_line(self) -> bytes:
        """Wait for a line, which is not shown where what stands before it asks for a secret.

        Raises:
            Interrupted: Ctrl-C was pressed instead.
            ClientGone: none comes any more.
        """
        return await self.ask(
            wire.SECRET if asks_for_secret(self.shown_prompt) else wire.LINE)

    def read(self) -> bytes:
        """Wait for input in a thread that is not the loop's.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed, or the client has gone.
        """
        asked = interruption.get()

        async def answer() -> bytes:
            if asked is not None and asked.is_set():
                raise Interrupted
            return await self.ask(wire.SOME)

        try:
            return asyncio.run_coroutine_threadsafe(answer(), self._loop).result()
        except (Interrupted, ClientGone) as error:
            raise KeyboardInterrupt from error

    # --- the connection --------------------------------------------------------------------

    async def send(self) -> None:
        """Send what is printed, until :meth:`end` is called.

        Raises:
            ConnectionError: the client has gone.
        """
        try:
            while data := await self._outbox.take():
                await self._duplex.write(data)
        finally:
            self._outbox.close()

    def end(self, code: int) -> None:
        """Say that the command has ended; nothing more is sent after that."""
        self._outbox.put(wire.frame(wire.ENDED, b"%d" % code))
        self._is_unread = True
        self._outbox.end()

    async def receive(self) -> None:
        """Take what the client sends, until it goes."""
        pending = bytearray()
        while data := await self._duplex.read():
            pending += data
            while found := wire.first(pending):
                self._take(*found)
            if len(pending) > wire.HEAD.size + wire.MOST:
                break  # no client of ours
        self._leave()

    def _take(self, kind: int, data: bytes) -> None:
        if kind == wire.GIVEN:
            if not self._answer(data) and self._early is None:
                self._early = data
        elif kind == wire.UNREAD:
            self._is_unread = True
        elif kind == wire.INTERRUPTED:
            pressed = Interrupted()
            if not self._answer(pressed) and not self._interrupt():
                self._early = pressed

    def _answer(self, answer: bytes | Exception) -> bool:
        """Answer whoever waits for input; return whether somebody did."""
        if self._asked is None or self._asked.done():
            return False
        if isinstance(answer, Exception):
            self._asked.set_exception(answer)
        else:
            self._asked.set_result(answer)
        return True

    def _leave(self) -> None:
        self._is_gone = self._is_unread = True
        self._answer(ClientGone())
        self._interrupt()


class RemoteInput(io.RawIOBase):
    """The client's standard input, asked for when it is read."""

    def __init__(self, terminal: RemoteTerminal) -> None:
        """Read from a client."""
        super().__init__()
        self._terminal = terminal
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read some bytes; none at the end.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed, or the client has gone.
        """
        view = memoryview(buffer).cast("B")
        data = self._rest or self._terminal.read()
        self._rest = data[len(view):]
        view[:len(data)] = data[:len(view)]
        return min(len(data), len(view))
