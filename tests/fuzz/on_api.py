"""Requests to a served lab, as bytes on a connection."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from functools import cache

from imagelab.api.answer import Answer
from imagelab.api.connection import Connection
from imagelab.api.registry_auth import _sent
from imagelab.api.request import Request
from imagelab.api.routes import Router, router
from imagelab.api.service import Service
from imagelab.daemon import Daemon
from tests.fuzz.on_lines import small_budget, start

#: Seconds after which a client goes that waits for an answer without an end.
_PATIENCE = 0.2
#: Seconds after which no more answers are expected.
_SILENCE = 0.005


def requests(data: bytes) -> None:
    """Requests one after the other: the lab never has to say that it met a fault in itself.

    What begins with ``!`` is sent as it is. In all else requests are separated by zero bytes; each
    is a first line, more lines of a head, and after an empty line a document.
    """
    sent = data[1:] if data[:1] == b"!" else b"".join(map(_request, data.split(b"\0")))
    state, blobs = start()
    with _Complaints() as complaints, small_budget():
        asyncio.run(_conversed(Daemon(state=state, blobs=blobs), sent))
    assert not complaints.found, complaints.found[0]


def _request(part: bytes) -> bytes:
    head, _, body = part.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    framing = [b"Host: x"]
    if body:
        framing += (b"Content-Type: application/json", b"Content-Length: %d" % len(body))
    return b"\r\n".join([first + b" HTTP/1.1", *framing, *filter(None, lines), b"", body])


def credentials(data: bytes) -> None:
    """The header ``X-Registry-Auth`` is an object, or passed over."""
    assert isinstance(_sent(data.decode("latin-1")), dict)


@cache
def _router() -> Router:
    return router()


async def _conversed(daemon: Daemon, data: bytes) -> None:
    service = Service(daemon, is_private=True)

    async def handle(request: Request) -> Answer:
        return await _router().answer(service, request)

    client, own = socket.socketpair()
    with client:
        client.setblocking(False)
        client.sendall(data)
        taking = asyncio.create_task(_take(client))
        reader, writer = await asyncio.open_connection(sock=own)
        talk = asyncio.create_task(Connection(reader, writer, handle).run())
        await asyncio.wait([talk], timeout=_PATIENCE)
        for task in (talk, taking):
            task.cancel()
        await asyncio.gather(talk, taking, return_exceptions=True)
    await service.close()


async def _take(client: socket.socket) -> None:
    """Read answers; close this side once nothing comes: those that are followed end with that."""
    receive = asyncio.get_running_loop().sock_recv
    with suppress(TimeoutError):
        while await asyncio.wait_for(receive(client, 1 << 16), _SILENCE):
            pass
    client.shutdown(socket.SHUT_WR)
    while await receive(client, 1 << 16):
        pass


class _Complaints(logging.Handler):
    """What the lab and the loop complain of meanwhile."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []
        self.loggers = [logging.getLogger(name) for name in ("imagelab.api", "asyncio")]

    def emit(self, record: logging.LogRecord) -> None:
        shown = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.found.append(f"{record.getMessage()}\n{shown}")

    def __enter__(self) -> _Complaints:
        for each in self.loggers:
            each.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.loggers:
            each.removeHandler(self)
