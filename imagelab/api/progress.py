"""Commands that talk while they work: their lines as a stream, one JSON object each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from imagelab.api.answer import JSON, Stream
from imagelab.api.service import ClientGone, Service
from imagelab.engine.progress import Progress
from imagelab.formats import gojson
from imagelab.formats.units import human_size
from imagelab.model.outcome import EngineError

#: One line of a stream.
Line = Mapping[str, Any]
#: Says a line, from whichever thread.
Say = Callable[[Line], None]
_BAR = 50


def line_of(progress: Progress) -> Line:
    """Return progress as a line."""
    line: dict[str, Any] = {"status": progress.status}
    if progress.current is not None:
        total = progress.total
        line["progressDetail"] = {"current": progress.current} | ({"total": total} if total else {})
        line["progress"] = bar(progress.current, total or 0)
    if progress.id:
        line["id"] = progress.id
    return line


def bar(current: int, total: int) -> str:
    """Return the bar that old clients show: ``[==>   ]  3.678kB/339.6kB``."""
    if total <= 0:
        return f"{human_size(current):>8}"
    done = min(current * 100 // total, 100) // 2
    drawn = "=" * done + ">" + " " * (_BAR - done) if done < _BAR else "=" * _BAR + ">"
    return f"[{drawn}] {human_size(current):>8}/{human_size(total)}"


def encoded(line: Line) -> bytes:
    """Return a line as it is sent."""
    return gojson.dumps(line).encode() + b"\r\n"


def error_line(message: str, code: int = 0) -> Line:
    """Return the line that a stream ends with when its command failed."""
    detail: dict[str, Any] = {"code": code} if code else {}
    return {"errorDetail": {**detail, "message": message}, "error": message}


async def streamed(service: Service, run: Callable[[Say], object]) -> Stream:
    """Run a command in a thread of its own and stream what it says.

    Args:
        service: the lab.
        run: the command. What it says is sent as it comes; it is told that the client has gone
            by a ``KeyboardInterrupt`` when it next says something.

    Raises:
        EngineError: it failed before it said anything, or said nothing and failed.
    """
    talk = _Talk()
    done = asyncio.ensure_future(service.call(run, talk.say))
    done.add_done_callback(lambda _: talk.lines.put_nowait(None))
    first = await talk.lines.get()
    if first is None:
        done.result()
    return Stream(_pieces(talk, first, done), JSON)


class _Talk:
    """Lines on their way from a command's thread to the client."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[Line | None] = asyncio.Queue()
        self.has_left = False
        self._loop = asyncio.get_running_loop()

    def say(self, line: Line) -> None:
        if self.has_left:
            raise KeyboardInterrupt
        self._loop.call_soon_threadsafe(self.lines.put_nowait, line)


async def _pieces(
    talk: _Talk, first: Line | None, done: asyncio.Future[object],
) -> AsyncIterator[bytes]:
    try:
        line = first
        while line is not None:
            yield encoded(line)
            line = await talk.lines.get()
        try:
            await done
        except EngineError as error:
            yield encoded(error_line(error.message, getattr(error, "code", 0)))
    except (GeneratorExit, asyncio.CancelledError):
        talk.has_left = True
        done.add_done_callback(_forget)
        raise


def _forget(done: asyncio.Future[object]) -> None:
    """Take note of how a command ended that nobody waits for any more."""
    error = None if done.cancelled() else done.exception()
    if error is not None and not isinstance(error, (EngineError, ClientGone)):
        raise error
