"""Commands that talk while they work: their lines as a stream, one JSON object each."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from imagelab.api.answer import JSON, Stream
from imagelab.api.outbox import Outbox
from imagelab.api.service import Service
from imagelab.engine.progress import Progress, Tell
from imagelab.formats import gojson
from imagelab.formats.units import human_size
from imagelab.model.outcome import EngineError

#: One line of a stream.
Line = Mapping[str, Any]
#: Says a line, from whichever thread; None says nothing. Where the client has gone, it raises
#: ``KeyboardInterrupt``.
Say = Callable[[Line | None], None]
_END = b"\r\n"
_BAR = 50
#: Seconds between two ticks of one piece of work, as a daemon has it.
_BETWEEN_TICKS = 0.1


# --- lines ---------------------------------------------------------------------------------

def line_of(progress: Progress) -> Line:
    """Return progress as a line, keys in the daemon's order."""
    line: dict[str, Any] = {"status": progress.status}
    if progress.is_tick or progress.is_of_layer:
        current, total = progress.current or 0, progress.total or 0
        counts = {"current": current, "total": total}
        line["progressDetail"] = {name: count for name, count in counts.items() if count}
        if current or total:
            line["progress"] = bar(current, total)
    if progress.id:
        line["id"] = progress.id
    return line


def lines_of(progress: Progress) -> Iterator[Line]:
    """Yield what a client is told of progress."""
    yield line_of(progress)
    if pushed := progress.pushed:
        image = {"Tag": pushed.tag, "Digest": pushed.digest, "Size": pushed.size}
        yield {"progressDetail": {}, "aux": image}


def bar(current: int, total: int) -> str:
    """Return the bar that old clients show: ``[==>   ]  3.678kB/339.6kB``."""
    if total <= 0:
        return f"{human_size(current):>8}"
    done = min(int(current / total * 100) // 2, _BAR)
    drawn = f"[{'=' * done}>{' ' * (_BAR - done)}] {human_size(current):>8}"
    return drawn if current > total else f"{drawn}/{human_size(total)}"


def encoded(line: Line) -> bytes:
    """Return a line as it is sent."""
    return gojson.dumps(line).encode() + _END


def error_line(message: str, code: int = 0) -> Line:
    """Return the line that a stream ends with when its command failed."""
    detail: dict[str, Any] = {"code": code} if code else {}
    return {"errorDetail": {**detail, "message": message}, "error": message}


def told(say: Say, wire: Callable[[Progress], Iterable[Line]] = lines_of) -> Tell:
    """Return what passes the progress of a command on to its client.

    Args:
        say: says lines.
        wire: makes them.
    """
    def tell(progress: Progress) -> None:
        say(None)
        for line in wire(progress):
            say(line)

    return tell


# --- streams -------------------------------------------------------------------------------

async def streamed(
    service: Service, run: Callable[[Say], object], *, finishes: bool = False,
    refuses_in_lines: bool = False,
) -> Stream:
    """Run a command in a thread of its own and stream what it says.

    Args:
        service: the lab.
        run: the command. What it says is sent as it comes; once the client has gone, the next
            thing it says, be it nothing, interrupts it.
        finishes: whether it goes on to its end without a client, as the daemon's ``load`` and
            ``import`` do: some clients leave when the answer begins.
        refuses_in_lines: whether a failure is a line even where it is the first.

    Raises:
        EngineError: the command failed before it said anything.
    """
    talk = _Talk(finishes)
    done = asyncio.ensure_future(service.call(run, talk.say))
    done.add_done_callback(lambda _: talk.outbox.end())
    pieces = _Pieces(talk, done)
    try:
        await pieces.begin(refuses_in_lines)
    except BaseException:
        await pieces.aclose()
        raise
    return Stream(pieces, JSON, lasts=finishes)


class _Talk:
    """Lines on their way from a command's thread to the client."""

    def __init__(self, finishes: bool) -> None:
        self.outbox = Outbox()
        self.has_left = False
        self._finishes = finishes
        self._loop = asyncio.get_running_loop()
        self._last: dict[tuple[str, str], float] = {}

    def say(self, line: Line | None) -> None:
        if self._loop.is_closed() or (self.has_left and not self._finishes):
            raise KeyboardInterrupt
        if line is not None and not self.has_left and not self._is_too_soon(line):
            self.outbox.put(encoded(line))

    def _is_too_soon(self, line: Line) -> bool:
        """Whether a line only tells how far work is of which that was told a moment ago.

        A daemon leaves it out, too.
        """
        detail = line.get("progressDetail")
        if not detail or detail.get("current") == detail.get("total"):
            return False
        piece, now = (line.get("status", ""), line.get("id", "")), time.monotonic()
        if now - self._last.get(piece, -_BETWEEN_TICKS) < _BETWEEN_TICKS:
            return True
        self._last[piece] = now
        return False


class _Pieces:
    """What a command says, as it is sent. Where it is closed, the client has gone."""

    def __init__(self, talk: _Talk, done: asyncio.Future[object]) -> None:
        self._talk = talk
        self._done = done
        self._lines: deque[bytes] = deque()
        self._rest = b""
        self._is_over = False

    async def begin(self, refuses_in_lines: bool) -> None:
        """Wait for the first line.

        Raises:
            EngineError: the command failed before that, and that is to be no line.
        """
        said = await self._talk.outbox.take()
        self._is_over = not said
        if self._is_over and not refuses_in_lines:
            self._done.result()
        self._add(said or self._failure())

    def __aiter__(self) -> _Pieces:
        return self

    async def __anext__(self) -> bytes:
        """Return the next line alone: some clients take what comes together for one."""
        while not self._lines and not self._is_over:
            said = await self._talk.outbox.take()
            self._is_over = not said
            self._add(said or self._failure())
        if not self._lines:
            raise StopAsyncIteration
        return self._lines.popleft() + _END

    def _add(self, said: bytes) -> None:
        *lines, self._rest = (self._rest + said).split(_END)
        self._lines.extend(lines)

    def _failure(self) -> bytes:
        """Return the last line of a command that failed; nothing of another one.

        Raises:
            ClientGone: it was broken off.
        """
        try:
            self._done.result()
        except EngineError as error:
            return encoded(error_line(error.message, getattr(error, "code", 0)))
        return b""

    async def aclose(self) -> None:
        self._talk.has_left = True
        self._talk.outbox.close()
        self._done.add_done_callback(_forget)


def _forget(done: asyncio.Future[object]) -> None:
    """Take note of how a command ended that nobody waits for any more."""
    if not done.cancelled():
        done.exception()
