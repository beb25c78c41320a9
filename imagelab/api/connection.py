"""One connection of a client: requests in, answers out, one after the other."""

from __future__ import annotations

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from email.utils import formatdate

import h11

from imagelab.api.answer import JSON, Answer, Headers, Hijack, Response, Stream, refusal
from imagelab.api.body import Body
from imagelab.api.duplex import HEAD_PAUSE, Duplex
from imagelab.api.request import Request
from imagelab.api.service import ClientGone
from imagelab.engine.child_image import DOCKER_VERSION
from imagelab.engine.info import API_VERSION
from imagelab.model.outcome import EngineError

#: Most bytes of a request's first line and headers.
_MAX_HEAD = 64 << 10
_CHUNK = 64 << 10
#: Most bytes of the line before a piece of a body.
_MAX_CHUNK_HEAD = 4 << 10
#: Seconds for a request's head, once the connection is there; between two requests; and for the
#: next bytes of a body.
_HEAD_SECONDS = 30.0
_IDLE_SECONDS = 600.0
_BODY_SECONDS = 120.0
#: Bytes and seconds that are given to a body nobody wants, so that the client reads the answer.
_UNWANTED_BYTES = 16 << 20
_UNWANTED_SECONDS = 10.0
#: Seconds for the client to take what is left of an answer.
_CLOSE_SECONDS = 10.0
_RAW_STREAM = "application/vnd.docker.raw-stream"
#: In front of the client's own program in the header User-Agent; it takes output at once.
_DOCKER_CLIENT = "Docker-Client/"

#: What a daemon says of itself with every answer.
_OWN: Headers = (
    ("Api-Version", API_VERSION), ("Docker-Experimental", "false"), ("Ostype", "linux"),
    ("Server", f"Docker/{DOCKER_VERSION} (linux)"),
)

Handle = Callable[[Request], Awaitable[Answer]]
_log = logging.getLogger("imagelab.api")


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
            while await self._exchange():
                self._http.start_next_cycle()
        except _Broken as broken:
            if broken.message:
                await self._complain(broken)
        except (ConnectionError, TimeoutError, ClientGone):
            pass
        except Exception:
            _log.exception("an answer broke off")
        finally:
            await self._close()

    # --- requests --------------------------------------------------------------------------

    async def _exchange(self) -> bool:
        """Answer one request; return whether another may follow."""
        head = await self._head()
        if head is None:
            return False
        body = Body(self._receive_body)
        try:
            request = self._request(head, body)
            answer = await self._handle(request)
        except EngineError as error:
            answer = refusal(error.message, error.status)
        except (ConnectionError, ClientGone, _Broken, h11.RemoteProtocolError):
            raise
        except Exception:
            _log.exception("a request could not be answered")
            answer = refusal("imagelab: this request met a fault in the lab itself", 500)
        if isinstance(answer, Hijack):
            await self._hijack(head, answer)
            return False
        if isinstance(answer, Stream):
            await self._stream(head, answer)
        else:
            await self._send(self._parts(head, answer))
        return await self._is_ready_again(body)

    async def _head(self) -> h11.Request | None:
        """Return the next request without its body; None where the client has gone."""
        seconds = _HEAD_SECONDS if self._is_first else _IDLE_SECONDS
        self._is_first = False
        event = await self._event(seconds)
        if isinstance(event, h11.ConnectionClosed):
            return None
        if not isinstance(event, h11.Request):
            raise _Broken("imagelab: a request was expected")
        return event

    def _request(self, head: h11.Request, body: Body) -> Request:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        target = head.target.decode("latin-1").encode("latin-1").decode("utf-8", "surrogateescape")
        return Request.read(head.method.decode("ascii"), target, headers, body)

    async def _receive_body(self) -> bytes:
        if self._http.they_are_waiting_for_100_continue:
            await self._send([h11.InformationalResponse(status_code=100, headers=[])])
        event = await self._event(_BODY_SECONDS)
        if isinstance(event, h11.Data):
            return bytes(event.data) or await self._receive_body()
        if isinstance(event, h11.EndOfMessage):
            return b""
        raise _Broken

    async def _event(self, seconds: float) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what the client sends next.

        Raises:
            _Broken: it is not HTTP, breaks off in the middle, or takes too long.
        """
        try:
            async with asyncio.timeout(seconds):
                while (event := self._http.next_event()) is h11.NEED_DATA:
                    self._check_chunk()
                    self._http.receive_data(await self._reader.read(_CHUNK))
        except h11.RemoteProtocolError as error:
            raise _Broken(f"imagelab: {error}", error.error_status_hint) from error
        except TimeoutError as error:
            status = 0 if self._http.their_state is h11.IDLE else 408
            raise _Broken("imagelab: the request took too long" if status else "",
                          status) from error
        except ConnectionError as error:
            raise _Broken from error
        return event

    def _check_chunk(self) -> None:
        """Refuse a body whose next piece does not say how long it is, in Go's words.

        Some clients say that they send pieces, and send the whole. What a body has of a piece is
        never waiting here: only the line before one is.
        """
        is_body = self._http.their_state is h11.SEND_BODY
        if is_body and len(self._http.trailing_data[0]) > _MAX_CHUNK_HEAD:
            raise _Broken("header line too long", 500)

    async def _is_ready_again(self, body: Body) -> bool:
        """Read the rest of a body that nobody wanted; return whether the connection can go on."""
        if self._http.our_state is not h11.DONE:
            return False
        left = _UNWANTED_BYTES
        try:
            async with asyncio.timeout(_UNWANTED_SECONDS):
                while not body.is_read and left > 0:
                    piece = await self._receive_body()
                    left -= len(piece)
                    body.is_read = not piece
        except (_Broken, TimeoutError):
            return False
        return body.is_read

    # --- answers ---------------------------------------------------------------------------

    def _parts(self, head: h11.Request, answer: Response) -> list[h11.Event]:
        headers = list(answer.headers)
        has_body = answer.status not in (204, 304)
        if answer.content_type:
            headers.append(("Content-Type", answer.content_type))
        if has_body:
            headers.append(("Content-Length", str(len(answer.body))))
        parts: list[h11.Event] = [h11.Response(
            status_code=answer.status, headers=_headers(headers), reason=_reason(answer.status))]
        if has_body and answer.body and head.method != b"HEAD":
            parts.append(h11.Data(data=answer.body))
        return [*parts, h11.EndOfMessage()]

    async def _send(self, parts: Iterable[h11.Event]) -> None:
        self._writer.write(b"".join(self._http.send(part) or b"" for part in parts))
        await self._writer.drain()

    async def _stream(self, head: h11.Request, answer: Stream) -> None:
        """Send pieces as they come, and stop when the client goes."""
        headers = list(answer.headers)
        if answer.content_type:
            headers.append(("Content-Type", answer.content_type))
        if head.http_version != b"1.0":
            headers.append(("Transfer-Encoding", "chunked"))
        begin = h11.Response(status_code=200, headers=_headers(headers), reason=b"OK")
        sending = asyncio.ensure_future(self._send_pieces(begin, answer))
        leaving = asyncio.ensure_future(self._until_gone())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise ClientGone
            sending.result()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            close = getattr(answer.pieces, "aclose", None)
            if close is not None:
                await close()

    async def _send_pieces(self, begin: h11.Response, answer: Stream) -> None:
        await self._send([begin])
        async for piece in answer.pieces:
            if piece:
                await self._send([h11.Data(data=piece)])
        await self._send([h11.EndOfMessage()])

    async def _until_gone(self) -> None:
        """Wait until the client closes its side; what it sends before belongs to what follows."""
        taken = 0
        while taken < _MAX_HEAD:
            with suppress(ConnectionError):
                data = await self._reader.read(_CHUNK)
                if data:
                    self._http.receive_data(data)
                    taken += len(data)
                    continue
            return
        await asyncio.Event().wait()

    async def _hijack(self, head: h11.Request, answer: Hijack) -> None:
        headers = dict(head.headers)
        if b"upgrade" in headers.get(b"connection", b"").lower() and b"upgrade" in headers:
            begin = (b"HTTP/1.1 101 UPGRADED\r\nContent-Type: " + _RAW_STREAM.encode()
                     + b"\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
        else:
            begin = b"HTTP/1.1 200 OK\r\nContent-Type: " + _RAW_STREAM.encode() + b"\r\n\r\n"
        self._writer.write(begin)
        await self._writer.drain()
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        pause = 0.0 if agent.startswith(_DOCKER_CLIENT) else HEAD_PAUSE
        begun = self._http.trailing_data[0]
        with suppress(ClientGone):
            await answer.talk(Duplex(self._reader, self._writer, bytes(begun), pause))

    # --- the end ---------------------------------------------------------------------------

    async def _complain(self, broken: _Broken) -> None:
        """Answer what is no request, if that can still be done."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        answer = refusal(broken.message, broken.status)
        with suppress(ConnectionError, h11.LocalProtocolError, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send([
                    h11.Response(
                        status_code=answer.status, reason=_reason(answer.status),
                        headers=_headers([
                            ("Content-Type", JSON), ("Content-Length", str(len(answer.body))),
                            ("Connection", "close")])),
                    h11.Data(data=answer.body), h11.EndOfMessage()])

    async def _close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError, TimeoutError, OSError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
        transport = self._writer.transport
        if not transport.is_closing():
            transport.abort()


def _headers(own: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [*_OWN, *own, ("Date", formatdate(usegmt=True))]


def _reason(status: int) -> bytes:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
