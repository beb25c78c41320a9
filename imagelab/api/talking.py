"""Being attached to a process over a hijacked connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

from imagelab.api.duplex import Duplex, frame
from imagelab.api.faults import explained
from imagelab.api.keyboard import Keyboard
from imagelab.api.pulse import Process as Key
from imagelab.api.service import ClientGone, Service
from imagelab.daemon import Daemon
from imagelab.engine.processes import MAIN
from imagelab.model.container import STDERR, STDOUT, Log
from imagelab.model.outcome import EngineError
from imagelab.model.process import Process
from imagelab.model.state import State

#: Seconds for output that the last input brings about.
_LAST_OUTPUT = 0.1
#: Most bytes of input that wait for a process that has not begun yet.
_MAX_AHEAD = 1 << 20
#: Most bytes of input that a process is given before it asks for more; a pipe holds as many.
_PIPE = 64 << 10
#: Most bytes of a line that is typed, and of how many lines that come within seconds of each
#: other the journal tells one by one.
_MOST_TYPED = 4096
_MANY, _HURRY = 100, 0.2
#: What ends being attached: the client has gone, or the lab is no longer served.
_ENDS = (ConnectionError, ClientGone)
#: Seconds to wait for more where a process holds much that it cannot do with yet.
_GATHER = 0.02


@dataclass(frozen=True)
class Terms:
    """What somebody who attaches wants.

    Attributes:
        process: the container's ID, and the exec's or an empty text.
        tty: whether the process has a terminal.
        framed: whether output is sent in frames.
        stdin: whether it is to get input from here.
        streams: which of ``STDOUT`` and ``STDERR`` are wanted.
        closes: whether the end of the input is the end of the process's.
        detach: keys that detach, at a terminal.
    """

    process: Key
    tty: bool
    framed: bool
    stdin: bool
    streams: frozenset[int] = frozenset({STDOUT, STDERR})
    closes: bool = True
    detach: bytes = b""


def wrapped(log: Log, *, tty: bool, framed: bool) -> bytes:
    """Return a piece of output as it is sent.

    Args:
        log: the piece.
        tty: whether it comes from a terminal, with a terminal's line ends.
        framed: whether it goes into a frame.
    """
    data = log.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if tty else log.data
    return frame(log.stream, data) if framed and data else data


async def talk(
    service: Service, duplex: Duplex, terms: Terms, output: AsyncGenerator[Sequence[Log]],
) -> None:
    """Pass output on and input in, until the process ends or the client detaches or goes."""
    talking = _Talking(service, duplex, terms)
    tasks = [asyncio.ensure_future(each)
             for each in (talking.send(output), talking.receive())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception) and not isinstance(ended, _ENDS):
                explained(ended)
    if not terms.tty and talking.is_there():
        await talking.close_input()


@dataclass
class _Talking:
    """One client that is attached."""

    service: Service
    duplex: Duplex
    terms: Terms
    has_closed: bool = False
    _given: float = 0.0
    _hurried: int = 0
    _has_interrupted: bool = False
    _echoed: list[bytes] = field(default_factory=list)

    # --- output ----------------------------------------------------------------------------

    async def send(self, output: AsyncGenerator[Sequence[Log]]) -> None:
        """Pass output on, to its end."""
        async with aclosing(output) as pieces:
            async for logs in pieces:
                data = b"".join(
                    wrapped(self._unechoed(log), tty=self.terms.tty, framed=self.terms.framed)
                    for log in logs if log.stream in self.terms.streams)
                if data:
                    await self.duplex.write(data)

    def _unechoed(self, log: Log) -> Log:
        """Return output without the lines that the client's terminal has been shown already."""
        data = log.data
        if self._has_interrupted and b"\n" not in data:
            data = b"\n" + data  # a shell begins a line before its prompt
        self._has_interrupted = False
        while self._echoed and data.startswith(self._echoed[0]):
            data = data.removeprefix(self._echoed.pop(0))
        if data:
            self._echoed.clear()
        return Log(log.time, log.stream, data)

    # --- input -----------------------------------------------------------------------------

    async def receive(self) -> None:
        """Pass input in; return when the client detaches, or has gone.

        Where the end of its input is not the process's, it is the end of being attached.
        """
        if self.terms.tty and self.terms.stdin:
            if await self._detaches():
                return
        else:
            while data := await self._next_input():
                if self.terms.stdin:
                    await self._feed(data)
            await self.close_input()
        if self.terms.stdin and (self.terms.tty or not self.terms.closes):
            await asyncio.sleep(_LAST_OUTPUT)
        else:
            await self.duplex.until_gone()

    async def _next_input(self) -> bytes:
        """Return what the client sends next; the more the process holds, the more at a time.

        One that waits for the end of its input would be given the same bytes again and again.
        """
        data = await self.duplex.read()
        with suppress(TimeoutError):
            while data and self._held() >= _PIPE and len(data) < self._held():
                async with asyncio.timeout(_GATHER):
                    more = await self.duplex.read()
                if not more:
                    break
                data += more
        return data

    def _held(self) -> int:
        """Return how many bytes of input the process has not taken."""
        process = self._process(self.service.daemon.state)
        return len(process.stdin) if process else 0

    def is_there(self) -> bool:
        """Whether the process runs."""
        identifier, key = self.terms.process
        container = self.service.daemon.state.containers.get(identifier)
        return container is not None and key in container.processes

    async def close_input(self) -> None:
        """Tell the process that there is no more input, once."""
        if self.terms.closes and self.terms.stdin and not self.has_closed:
            self.has_closed = True
            await self._feed(b"", close=True)

    async def _detaches(self) -> bool:
        """Type what comes; return whether it ends with the keys to detach with."""
        keyboard = Keyboard(self.terms.detach)
        ahead: asyncio.Queue[bytes] = asyncio.Queue(_MAX_AHEAD >> 10)
        typing = asyncio.ensure_future(self._feed_lines(ahead))
        try:
            while keys := await self.duplex.read():
                typed = keyboard.press(keys)
                if typed.echo:
                    self._has_interrupted = False
                    await self.duplex.write(
                        frame(STDOUT, typed.echo) if self.terms.framed else typed.echo)
                if typed.interrupted:
                    self._has_interrupted = True
                    while not ahead.empty():
                        ahead.get_nowait()
                    await self._interrupt()
                for line in typed.lines:
                    await self._while_there(ahead.put(line))
                if typed.detached:
                    return True
            return False
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)

    async def _feed_lines(self, ahead: asyncio.Queue[bytes]) -> None:
        """Give the process a line whenever it waits for one, so that its echo comes at once."""
        while True:
            line = await ahead.get()
            await self._until(self._waits)
            if echo := line.removesuffix(b"\x04"):
                self._echoed.append(echo)
            await self._feed(line)

    async def _feed(self, data: bytes, *, close: bool = False) -> None:
        await (self._while_there(self._until(self._has_room)) if data
               else self._until(self._has_begun))
        with suppress(EngineError):  # it has gone meanwhile
            await self.service.call(
                _give_more if self._is_streamed(data) else _give, self.service.daemon,
                self.terms.process, data, close)

    def _is_streamed(self, data: bytes) -> bool:
        """Whether input comes as nobody types it: much, or line upon line."""
        now = asyncio.get_running_loop().time()
        self._hurried = self._hurried + 1 if now - self._given < _HURRY else 0
        self._given = now
        return len(data) > _MOST_TYPED or self._hurried > _MANY

    async def _while_there(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait for something, but no longer than for the client.

        Raises:
            ConnectionError: the client has gone before that.
        """
        done, gone = (asyncio.ensure_future(each) for each in (waiting, self.duplex.until_gone()))
        try:
            await asyncio.wait((done, gone), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise ConnectionResetError
        finally:
            for each in (done, gone):
                each.cancel()
            await asyncio.gather(done, gone, return_exceptions=True)

    async def _interrupt(self) -> None:
        identifier, key = self.terms.process
        with suppress(EngineError):
            if key == MAIN:
                await self.service.call(self.service.daemon.interrupt, identifier)
            else:
                await self.service.call(self.service.daemon.interrupt_exec, key)

    async def _until(self, is_so: Callable[[State], bool]) -> None:
        async with aclosing(self.service.pulse.states()) as states:
            async for state in states:
                if is_so(state):
                    return

    def _has_begun(self, state: State) -> bool:
        is_gone = self.terms.process[0] not in state.containers
        return is_gone or self._process(state) is not None

    def _has_room(self, state: State) -> bool:
        """Whether the process has begun and takes input, or at least a pipe's worth of it."""
        container, process = state.containers.get(self.terms.process[0]), self._process(state)
        if container is None or process is None:
            return container is None
        asks = container.status == "running" and process.wake is None
        return asks or len(process.stdin) < _PIPE

    def _waits(self, state: State) -> bool:
        if self.terms.process[0] not in state.containers:
            return True
        process = self._process(state)
        return process is not None and process.wake is None and process.status is None

    def _process(self, state: State) -> Process | None:
        identifier, key = self.terms.process
        container = state.containers.get(identifier)
        return container.processes.get(key) if container else None


def _give(daemon: Daemon, process: Key, data: bytes, close: bool) -> None:
    """Give a process input, as a step."""
    identifier, key = process
    if key == MAIN:
        daemon.send_input(identifier, data, close=close)
    else:
        daemon.send_exec_input(key, data, close=close)


def _give_more(daemon: Daemon, process: Key, data: bytes, close: bool) -> None:
    """Give a process input that is one step with such input before: a state each would be much."""
    container = daemon.state.containers.get(process[0])
    with daemon.step(f"{container.name if container else process[0]} <- input") as step:
        step.continues = True
        _give(daemon, process, data, close)
