"""What a handler answers: a whole body, a stream of pieces, or the connection itself."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagelab.formats import gojson

if TYPE_CHECKING:
    from imagelab.api.duplex import Duplex

JSON = "application/json"
RAW_STREAM = "application/vnd.docker.raw-stream"
#: A header's name and value.
Headers = tuple[tuple[str, str], ...]

_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Response:
    """An answer that is all there.

    Attributes:
        status: the HTTP status.
        body: its bytes.
        content_type: what they are; empty for none.
        headers: what else is said of it.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = ""
    headers: Headers = ()


@dataclass(frozen=True)
class Stream:
    """An answer whose pieces come later; its head goes out at once.

    Attributes:
        pieces: the pieces. It is closed when the client goes.
        content_type: what they are; empty for none.
        headers: what else is said of it.
        lasts: whether it goes on where the client has closed its own side, as the daemon's
            archives do; else that is as good as going.
    """

    pieces: AsyncIterator[bytes]
    content_type: str = ""
    headers: Headers = ()
    lasts: bool = False


@dataclass(frozen=True)
class Hijack:
    """The connection becomes a stream in both directions.

    Attributes:
        talk: what is done with it; the connection is closed after that.
        tells: whether its head says what a daemon says of itself in every other one.
    """

    talk: Callable[[Duplex], Awaitable[None]]
    tells: bool = False


Answer = Response | Stream | Hijack


def encoded(value: Any) -> bytes:
    """Return a document as plain answers have it: ``<`` and ``&`` as they are, a line end."""
    return gojson.clean(_encode(value)).encode() + b"\n"


def document(value: Any, status: int = 200) -> Response:
    """Return an answer that is a JSON document."""
    return Response(status, encoded(value), JSON)


def refusal(message: str, status: int) -> Response:
    """Return an error as all clients read it."""
    return document({"message": message}, status)


#: Done, and nothing to say (204).
DONE = Response(204)
