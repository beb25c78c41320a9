"""One connection of a client: requests in, answers out, one after the other."""

from __future__ import annotations

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

import h11

from imagelab.api.answer import RAW_STREAM, Answer, Hijack, Response, Stream, refusal
from imagelab.api.body import Body
from imagelab.api.duplex import HEAD_PAUSE, Duplex
from imagelab.api.faults import explained
from imagelab.api.request import Request
from imagelab.api.service import ClientGone
from imagelab.engine.child_image import DOCKER_VERSION
from imagelab.engine.info import API_VERSION

#: Most bytes of a request's first line and headers.
_MAX_HEAD = 64 << 10
_CHUNK = 64 << 10
#: Most bytes of the line before a piece of a body.
_MAX_CHUNK_HEAD = 4 << 10
#: Seconds for a request's head, and for its first byte on a new connection; for the first byte
#: of another request; and for the next bytes of a body.
_HEAD_SECONDS = 30.0
_IDLE_SECONDS = 600.0
_BODY_SECONDS = 120.0
#: Bytes and seconds that are given to a body nobody wants, so that the client reads the answer.
_UNWANTED_BYTES = 16 << 20
_UNWANTED_SECONDS = 10.0
#: Seconds for the client to take an answer that is all there.
_SEND_SECONDS = 120.0
#: Seconds that a stream may go on without others having their turn.
_TURN_SECONDS = 0.005
#: Seconds for the client to take what is left of an answer, and to go on with what nobody wants.
_CLOSE_SECONDS = 10.0
_LINGER_SECONDS = 1.0
#: In front of the client's own program in the header User-Agent; it takes output at once.
_DOCKER_CLIENT = "Docker-Client/"

#: Names and values, as they are sent.
_Headers = tuple[tuple[bytes, bytes], ...]
#: What a daemon says of itself with every answer.
_OWN: _Headers = (
    (b"Api-Version", API_VERSION.encode()), (b"Docker-Experimental", b"false"),
    (b"Ostype", b"linux"), (b"Server", f"Docker/{DOCKER_VERSION} (linux)".encode()),
)

_CONTINUE = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")

Handle = Callable[[Request], Awaitable[Answer]]


class _Broken(Exception):
    """The client does not speak HTTP, or not in time; or it has gone."""

    def __init__(self, message: str = "", status: int = 400) -> None:
        """Keep what to answer; nothing if nobody would read it."""
        super().__init__(message)
        self.message = message
        self.status = status


class Connection:
    """A connection, from its first byte to its last."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, handle: Handle) -> None:
        """Answer by a function that takes a request; it may raise ``EngineError``."""
        self._reader = reader
        self._writer = writer
        self._handle = handle
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)
        self._is_first = True

    async def run(self) -> None:
        """Answer requests until the client or an answer ends the connection."""
        try:
            await self._converse()
        except (ConnectionError, ClientGone):  # a talk has errors of its own
            pass
        except TimeoutError:  # it does not take its answer
            self._writer.transport.abort()
        except asyncio.CancelledError:
            self._writer.transport.abort()
            raise
        except Exception as error:
            explained(error)
        finally:
            await self._close()

    # --- requests --------------------------------------------------------------------------

    async def _converse(self) -> None:
        try:
            while await self._exchange():
                self._http.start_next_cycle()
        except _Broken as broken:
            await self._complain(broken)

    async def _exchange(self) -> bool:
        """Answer one request; return whether another may follow."""
        head = await self._head()
        if head is None:
            return False
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        body = Body(self._receive_body, int(headers.get("content-length", "0")))
        answer = await self._answer(head, headers, body)
        if isinstance(answer, Hijack):
            await self._hijack(headers, body, answer)
            return False
        if isinstance(answer, Stream):
            await self._stream(head, answer)
        else:
            await self._respond(head, answer)
        await self._read_rest(body)
        return body.is_read and self._http.our_state is h11.DONE

    async def _head(self) -> h11.Request | None:
        """Return the next request without its body; None where the client has gone.

        Raises:
            _Broken: it is none, or not in time.
        """
        if not self._http.trailing_data[0]:
            seconds = _HEAD_SECONDS if self._is_first else _IDLE_SECONDS
            try:
                async with asyncio.timeout(seconds):
                    self._http.receive_data(await self._reader.read(_CHUNK))
            except (TimeoutError, ConnectionError):
                return None
        self._is_first = False
        event = await self._event(_HEAD_SECONDS)
        if isinstance(event, h11.ConnectionClosed):
            return None
        if not isinstance(event, h11.Request):
            raise _Broken("imagelab: a request was expected")
        if not event.http_version.startswith(b"1."):
            raise _Broken("imagelab: this is not HTTP/1", 505)
        return event

    async def _answer(self, head: h11.Request, headers: Mapping[str, str], body: Body) -> Answer:
        """Have a request answered, whatever happens meanwhile.

        Raises:
            _Broken: the client breaks off.
            ClientGone: it does not want to know.
        """
        try:
            return await self._handle(Request.read(
                head.method.decode("ascii"), head.target.decode("ascii"), headers, body))
        except (ClientGone, _Broken):
            raise
        except Exception as error:
            refused = explained(error)
            return refusal(refused.message, refused.status)

    async def _receive_body(self, seconds: float = 0) -> bytes:
        """Return the next bytes of a body, nothing at its end.

        Args:
            seconds: how long to wait for them; 0 for as long as is usual.

        Raises:
            _Broken: it breaks off, or takes too long.
            ClientGone: there is nobody to send it.
        """
        if self._http.they_are_waiting_for_100_continue:
            await self._send([_CONTINUE])
        event = await self._event(seconds or _BODY_SECONDS)
        if isinstance(event, h11.Data):
            return bytes(event.data)
        if isinstance(event, h11.EndOfMessage):
            return b""
        raise _Broken

    async def _event(self, seconds: float) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what the client sends next.

        Raises:
            _Broken: it is not HTTP, breaks off in the middle, or takes too long.
        """
        try:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                async with asyncio.timeout(seconds):
                    event = await self._next_event()
        except h11.RemoteProtocolError as error:
            # The library shows what it got, in Python's way of writing.
            said = str(error).partition(": bytearray")[0]
            raise _Broken(f"imagelab: {said}", error.error_status_hint) from error
        except TimeoutError as error:
            raise _Broken("imagelab: the request took too long", 408) from error
        except ConnectionError as error:
            raise _Broken from error
        return event

    async def _next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._check_chunk()
            self._http.receive_data(await self._reader.read(_CHUNK))
        return event

    def _check_chunk(self) -> None:
        """Refuse a body whose next piece does not say how long it is, in Go's words.

        Some clients say that they send pieces, and send the whole. What a body has of a piece is
        never waiting here: only the line before one is.
        """
        is_body = self._http.their_state is h11.SEND_BODY
        if is_body and len(self._http.trailing_data[0]) > _MAX_CHUNK_HEAD:
            raise _Broken("header line too long", 500)

    async def _read_rest(self, body: Body) -> None:
        """Read what is left of a body that nobody wanted, as far as that is bearable."""
        if body.is_read:
            return
        with suppress(_Broken, TimeoutError):
            if not await self._receive_body(_LINGER_SECONDS):  # nearly all have none
                body.is_read = True
                return
            left = _UNWANTED_BYTES
            async with asyncio.timeout(_UNWANTED_SECONDS):
                while not body.is_read and left > 0:
                    piece = await self._receive_body(_LINGER_SECONDS)
                    left -= len(piece)
                    body.is_read = not piece

    # --- answers ---------------------------------------------------------------------------

    async def _respond(self, head: h11.Request, answer: Response) -> None:
        has_body = answer.status not in (204, 304)
        length = ((b"Content-Length", b"%d" % len(answer.body)),) if has_body else ()
        parts: list[h11.Event] = [self._begin(answer, answer.status, length)]
        if has_body and answer.body and head.method != b"HEAD":
            parts.append(h11.Data(data=answer.body))
        self._writer.write(self._encoded([*parts, h11.EndOfMessage()]))
        if self._writer.transport.get_write_buffer_size():  # most are taken at once
            async with asyncio.timeout(_SEND_SECONDS):
                await self._drain()

    def _begin(self, answer: Response | Stream, status: int, framing: _Headers) -> h11.Response:
        headers = [*_OWN, *((name.encode(), value.encode()) for name, value in answer.headers)]
        if answer.content_type:
            headers.append((b"Content-Type", answer.content_type.encode()))
        if self._http.they_are_waiting_for_100_continue:  # with a body that does not come now
            headers.append((b"Connection", b"close"))
        headers += (*framing, (b"Date", _date(int(time.time()))))
        return h11.Response(status_code=status, headers=headers, reason=_reason(status))

    def _encoded(self, parts: Iterable[h11.Event]) -> bytes:
        return b"".join(self._http.send(part) or b"" for part in parts)

    async def _send(self, parts: Iterable[h11.Event]) -> None:
        await self._write(self._encoded(parts))

    async def _write(self, data: bytes) -> None:
        """Write bytes, as fast as the client takes them.

        Raises:
            ClientGone: it has gone. It is another error than the writer's, which that keeps, and
                with it, in its traceback, all that is at work.
        """
        self._writer.write(data)
        await self._drain()

    async def _drain(self) -> None:
        """Wait until the client has taken enough; raises as :meth:`_write`."""
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise ClientGone from error

    async def _stream(self, head: h11.Request, answer: Stream) -> None:
        """Send pieces as they come, and stop when the client goes.

        Raises:
            ClientGone: it has gone.
        """
        is_old = head.http_version == b"1.0"
        begin = self._begin(answer, 200, () if is_old else ((b"Transfer-Encoding", b"chunked"),))
        tasks = [asyncio.ensure_future(self._send_pieces(begin, answer.pieces))]
        if not answer.lasts:
            tasks.append(asyncio.ensure_future(self._until_gone()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not tasks[0].done():
                raise ClientGone
            tasks[0].result()
        finally:
            # That comes to its end even where the server ends meanwhile.
            await asyncio.shield(asyncio.ensure_future(_end(tuple(tasks), answer.pieces)))
            tasks.clear()  # one may have the error that has this frame

    async def _send_pieces(self, begin: h11.Response, pieces: AsyncIterator[bytes]) -> None:
        await self._send([begin])
        clock = asyncio.get_running_loop().time
        turn = clock() + _TURN_SECONDS
        async for piece in pieces:
            if piece:
                await self._send([h11.Data(data=piece)])
            if clock() > turn:  # a client that takes all at once lets nobody else have a turn
                await asyncio.sleep(0)
                turn = clock() + _TURN_SECONDS
        await self._send([h11.EndOfMessage()])

    async def _until_gone(self) -> None:
        """Wait until the client closes its side, or sends more than it should meanwhile.

        What it sends belongs to the requests that follow.
        """
        taken = 0
        with suppress(ConnectionError):
            while taken < _MAX_HEAD and (data := await self._reader.read(_CHUNK)):
                self._http.receive_data(data)
                taken += len(data)

    async def _hijack(self, headers: Mapping[str, str], body: Body, answer: Hijack) -> None:
        """Leave the connection to whoever talks over it.

        Raises:
            _Broken: the body of the request, which comes first, is none or has no end.
        """
        await self._read_rest(body)
        if not body.is_read:
            raise _Broken("imagelab: the body of this request has no end")
        begin = [b"HTTP/1.1 101 UPGRADED" if "upgrade" in headers else b"HTTP/1.1 200 OK",
                 b"Content-Type: " + RAW_STREAM.encode()]
        if "upgrade" in headers:
            begin += (b"Connection: Upgrade", b"Upgrade: tcp")
        if answer.tells:
            begin += (b"%s: %s" % header for header in _OWN)
        await self._write(b"\r\n".join((*begin, b"", b"")))
        is_docker = headers.get("user-agent", "").startswith(_DOCKER_CLIENT)
        begun = bytes(self._http.trailing_data[0])
        await answer.talk(
            Duplex(self._reader, self._writer, begun, 0.0 if is_docker else HEAD_PAUSE))
        with suppress(OSError):
            await self._linger()

    # --- the end ---------------------------------------------------------------------------

    async def _complain(self, broken: _Broken) -> None:
        """Answer what is no request, if that can still be done."""
        if not broken.message or self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        answer = refusal(broken.message, broken.status)
        framing = ((b"Content-Length", b"%d" % len(answer.body)), (b"Connection", b"close"))
        with suppress(OSError, ClientGone, h11.LocalProtocolError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send([self._begin(answer, answer.status, framing),
                                  h11.Data(data=answer.body), h11.EndOfMessage()])
            await self._linger()

    async def _linger(self) -> None:
        """Let the client read the last bytes: one that still sends would lose them (RFC 9112, 9.6).

        Raises:
            OSError: it has gone, or does not stop.
        """
        self._writer.write_eof()
        async with asyncio.timeout(_LINGER_SECONDS):
            while await self._reader.read(_CHUNK):
                pass

    async def _close(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        except TimeoutError:  # it does not take what is left
            self._writer.transport.abort()
        except asyncio.CancelledError:
            self._writer.transport.abort()
            raise
        except OSError:
            pass


def turn_away(writer: StreamWriter, most: int) -> None:
    """Tell a client that there are too many, and hang up."""
    answer = refusal(
        f"imagelab: there are {most} connections already: close some, and try again", 503)
    writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                 b"Content-Length: %d\r\nConnection: close\r\n\r\n%s"
                 % (len(answer.body), answer.body))
    writer.close()


async def _end(tasks: Iterable[asyncio.Task[None]], pieces: AsyncIterator[bytes]) -> None:
    """End what is at work on a stream, and close it."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    close = getattr(pieces, "aclose", None)
    if close is not None:
        await close()


@lru_cache(1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


@lru_cache
def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
