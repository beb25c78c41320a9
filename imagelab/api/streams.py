"""What a container prints and what it is given: ``attach``, ``logs``, ``wait``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing

from imagelab.api.answer import JSON, RAW_STREAM, Answer, Hijack, Response, Stream, encoded
from imagelab.api.chunks import chunks
from imagelab.api.duplex import Duplex
from imagelab.api.following import Ending, Following
from imagelab.api.parameters import whole
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.api.talking import Terms, talk, wrapped
from imagelab.engine.exec import detach_codes
from imagelab.engine.logs import Lines, read
from imagelab.engine.processes import MAIN
from imagelab.formats import gojson
from imagelab.formats.gotime import format_fixed
from imagelab.model.container import STDERR, STDOUT, Container, Log
from imagelab.model.outcome import BadRequest, Conflict, EngineError

#: Keys that detach where a client says nothing else: ctrl-p ctrl-q.
DETACH = "ctrl-p,ctrl-q"
#: Seconds after which a client that waits does not do so to attach itself: it looks whether the
#: container still runs, where a simulated clock must not have let it end.
_ATTACHES = 0.2
#: Lines of the past that are sent together.
_AT_A_TIME = 500
#: Pieces of output at the end that a prompt is looked for in.
_LAST = 4


# --- attach --------------------------------------------------------------------------------

async def _attach(service: Service, request: Request, name: str) -> Answer:
    try:
        return await _attached(service, request, name)
    except EngineError as error:  # the daemon says so in the stream that was asked for
        said = gojson.clean(error.message).encode() + b"\r\n"
        return Response(error.status, said, RAW_STREAM)


async def _attached(service: Service, request: Request, name: str) -> Hijack:
    following = Following(service.pulse, name)
    container = following.container
    if container.status == "paused":
        raise Conflict(f"container {name} is paused, unpause the container before attach")
    if container.status == "restarting":
        raise Conflict(
            f"container {name} is restarting, wait until the container is running")
    terms = Terms(
        (container.id, MAIN), tty=container.config.tty, framed=not container.config.tty,
        stdin=request.flag("stdin") and container.config.open_stdin,
        streams=_streams(request), closes=container.config.stdin_once,
        detach=_detach(request.text("detachKeys")))
    past = await service.call(_past, container) if request.flag("logs") else ()
    lives = request.flag("stream") and bool(terms.streams or terms.stdin)
    await service.call(service.daemon.attach, container.id)

    async def talking(duplex: Duplex) -> None:
        if lives and not past and terms.tty and terms.stdin and container.is_running:
            await duplex.write(_prompt(container))
        await talk(service, duplex, terms, _after(past, following.pieces() if lives else None))

    return Hijack(talking)


def _prompt(container: Container) -> bytes:
    """Return what shows the prompt again that stands at a container's terminal, if one does.

    A shell draws it when the terminal's size changes, as it does for who attaches.
    """
    prompt = b"".join(log.data for log in container.logs[-_LAST:]).rpartition(b"\n")[2]
    return b"\r" + prompt + b"\x1b[J" if prompt else b""


def _detach(keys: str) -> bytes:
    try:
        return detach_codes(keys or DETACH)
    except EngineError as error:
        raise BadRequest(f"Invalid detach keys ({keys}) provided") from error


def _past(container: Container) -> Sequence[Log]:
    """Return the lines that a container has printed, and what has no line end yet."""
    lines = Lines()
    return [*(line for log in container.logs for line in lines.add(log)), *lines.rest()]


async def _after(
    past: Sequence[Log], coming: AsyncGenerator[Sequence[Log]] | None,
) -> AsyncGenerator[Sequence[Log]]:
    """Yield what is past and then, if that is wanted, what comes."""
    for start in range(0, len(past), _AT_A_TIME):
        yield past[start:start + _AT_A_TIME]
        await asyncio.sleep(0)  # a client that takes all at once lets nobody else have a turn
    if coming is not None:
        async with aclosing(coming) as pieces:
            async for each in pieces:
                yield each


def _streams(request: Request) -> frozenset[int]:
    wanted = (("stdout", STDOUT), ("stderr", STDERR))
    return frozenset(stream for name, stream in wanted if request.flag(name))


# --- logs ----------------------------------------------------------------------------------

async def _logs(service: Service, request: Request, name: str) -> Answer:
    if not _streams(request):
        raise BadRequest("Bad parameters: you must choose at least one stream")
    following = Following(service.pulse, name)
    container = following.container
    since, until = request.moment("since"), request.moment("until") or None
    lines = await service.call(
        read, container, tail=_tail(request), since=since, until=until)
    follow = request.flag("follow") and container.is_running
    begun = await service.call(_begun, container) if follow else None
    sent = _sent(container, _streams(request), request.flag("timestamps"), request.flag("details"))

    async def pieces() -> AsyncIterator[bytes]:
        async with aclosing(chunks(service, map(sent, lines))) as past:
            async for piece in past:
                yield piece
        if begun is not None:
            async for each in _lines(following, begun):
                if until is not None and each.time > until:
                    return
                yield sent(each)

    return Stream(pieces())


def _sent(
    container: Container, streams: frozenset[int], timestamps: bool, details: bool,
) -> Callable[[Log], bytes]:
    """Return what makes a line of a log into what is sent."""
    tty, detail = container.config.tty, " " if details else ""

    def sent(line: Log) -> bytes:
        if line.stream not in streams:
            return b""
        time = f"{format_fixed(line.time)} " if timestamps else ""
        data = f"{time}{detail}".encode() + line.data
        return wrapped(Log(line.time, line.stream, data), tty=tty, framed=not tty)

    return sent


def _begun(container: Container) -> Lines:
    """Return lines that a container has begun and not ended."""
    lines = Lines()
    for log in container.logs:
        for _ in lines.add(log):
            pass  # sent already
    return lines


async def _lines(following: Following, lines: Lines) -> AsyncIterator[Log]:
    """Yield the lines that a container prints from then on, with what it has begun of them."""
    async with aclosing(following.pieces()) as pieces:
        async for logs in pieces:
            for log in logs:
                for line in lines.add(log):
                    yield line
    for line in lines.rest():
        yield line


def _tail(request: Request) -> int:
    text = request.text("tail", "all")
    try:
        return whole(text)
    except EngineError:
        return -1  # "all", and whatever else is no number


# --- wait ----------------------------------------------------------------------------------

async def _wait(service: Service, request: Request, name: str) -> Answer:
    condition = request.text("condition")
    ending = Ending(service.pulse, name)
    may_attach = condition not in ("next-exit", "removed")

    async def result() -> AsyncIterator[bytes]:
        if may_attach and service.daemon.clock.simulated:
            await asyncio.sleep(_ATTACHES)
        yield encoded({"Error": None, "StatusCode": await ending.status(condition)})

    return Stream(result(), JSON)


ROUTES = (
    Route("POST", "/containers/{name:path}/attach", _attach),
    Route("GET", "/containers/{name:path}/logs", _logs),
    Route("POST", "/containers/{name:path}/wait", _wait),
)
