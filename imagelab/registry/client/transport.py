"""One HTTP request: on a connection of its own, bounded in size and time.

Nothing here follows a redirect, reads a proxy's address, a cookie or a password file.
"""

from __future__ import annotations

import importlib.util
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from imagelab.model.content import CHUNK
from imagelab.model.local import check_local
from imagelab.model.outcome import EngineError
from imagelab.registry.client.address import Origin
from imagelab.registry.client.errors import line

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection
    from urllib3.response import BaseHTTPResponse

#: Seconds for a connection, as a daemon has it.
CONNECT_SECONDS = 15.0
#: Seconds in which nothing comes before a connection counts as dead.
SILENT_SECONDS = 30.0
#: Seconds for a small document.
DOCUMENT_SECONDS = 60.0
#: Bytes a second that a blob must come or go with.
SLOWEST = 16 << 10

_HANDSHAKE = "net/http: request canceled while waiting for connection"
_AWAITING = "(Client.Timeout exceeded while awaiting headers)"
_READING = "(Client.Timeout or context cancellation while reading body)"


class NetworkError(EngineError):
    """A request that had no answer, in the words of Go's network library."""


class NotTls(NetworkError):
    """What answers does not speak TLS, or nothing answers: Docker tries HTTP on loopback."""


@dataclass(frozen=True)
class Request:
    """A request.

    Attributes:
        origin: where it goes.
        path: path and query.
        method: ``GET`` …
        headers: what to send besides the usual.
        body: what to send; streamed.
        size: bytes of the body.
        seconds: how long all of it may take, the answer's body too; 0 for what a document may.
        address: the address to connect to, where it has been looked up before.
    """

    origin: Origin
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterator[bytes] | None = None
    size: int = 0
    seconds: float = 0.0
    address: str = ""

    @property
    def shown(self) -> str:
        """What Go's errors begin with: ``Get "https://…": ``."""
        return f'{self.method.capitalize()} "{self.origin.url(self.path)}": '


class Answer:
    """An answer whose body is still to come.

    Attributes:
        status: its code.
        reason: the words beside the code.
    """

    def __init__(self, request: Request, response: BaseHTTPResponse, clock: _Clock) -> None:
        """Use :func:`asked`."""
        self._request = request
        self._response = response
        self._clock = clock
        self.status = response.status
        self.reason = f"{response.status} {line(response.reason or '')}".strip()

    def header(self, name: str) -> str:
        """Return a header, empty if it is missing."""
        return self._response.headers.get(name) or ""

    def headers(self, name: str) -> list[str]:
        """Return all headers of a name."""
        return self._response.headers.getlist(name)

    def read(self, limit: int) -> bytes:
        """Return the body.

        Raises:
            NetworkError: it is longer than ``limit`` bytes, breaks off or takes too long.
        """
        data = bytearray()
        for chunk in self.chunks():
            data += chunk
            if len(data) > limit:
                raise NetworkError(
                    f"{self._request.shown}the answer is longer than {limit} bytes")
        return bytes(data)

    def chunks(self) -> Iterator[bytes]:
        """Stream the body as it came, without end if that has none.

        Raises:
            NetworkError: it breaks off or takes too long.
        """
        from urllib3.exceptions import HTTPError

        while True:
            try:
                # Not `read`, which would wait until a whole chunk has come.
                chunk = self._response.read1(CHUNK)
            except (HTTPError, OSError, ValueError) as error:
                raise self._broken(error) from None
            if self._clock.expired:
                raise self._broken(None)
            if not chunk:
                return
            yield chunk

    def _broken(self, error: Exception | None) -> NetworkError:
        from urllib3.exceptions import TimeoutError as SilentError

        if self._clock.expired or isinstance(error, SilentError | TimeoutError):
            return NetworkError(f"{self._request.shown}net/http: request canceled {_READING}")
        return NetworkError(f"{self._request.shown}unexpected EOF")


class _Clock:
    """Ends a request that takes too long by shutting its connection down."""

    def __init__(self, seconds: float, sock: socket.socket) -> None:
        self.expired = False
        self._sock = sock
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()

    def _expire(self) -> None:
        self.expired = True
        with suppress(OSError, ValueError):
            # Not the one of TLS sockets, which would first go on without encryption.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def stop(self) -> None:
        self._timer.cancel()


def seconds_for(size: int) -> float:
    """Return how long a blob of some bytes may take."""
    return DOCUMENT_SECONDS + size / SLOWEST


def check_installed() -> None:
    """See that real servers can be reached from here, and the extra ``registry`` is there.

    Raises:
        EngineError: that is not so; the message says what to do.
    """
    check_local("talk to real servers")
    if importlib.util.find_spec("urllib3") is None:
        raise EngineError(
            "imagelab talks to real servers with urllib3, which is not installed: "
            'run  pip install "imagelab[registry]"')


@contextmanager
def asked(request: Request) -> Iterator[Answer]:
    """Send a request and yield its answer, whatever its status; close all after.

    Raises:
        NetworkError: there is no answer.
    """
    check_installed()
    connection = _connected(request)
    try:
        sock = connection.sock
        assert sock is not None, "it is connected"
        connection.timeout = SILENT_SECONDS
        clock = _Clock(request.seconds or DOCUMENT_SECONDS, sock)
        try:
            with _exchanged(request, connection, clock) as response:
                yield Answer(request, response, clock)
        finally:
            clock.stop()
    finally:
        connection.close()


def _connected(request: Request) -> HTTPConnection:
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.exceptions import HTTPError

    origin = request.origin
    host = request.address or origin.host
    if origin.scheme == "http":
        connection = HTTPConnection(host, origin.port, timeout=CONNECT_SECONDS)
    else:
        connection = HTTPSConnection(
            host, origin.port, timeout=CONNECT_SECONDS, ssl_context=_tls(),
            server_hostname=origin.host)
    try:
        connection.connect()
    except (HTTPError, OSError, ValueError) as error:
        connection.close()
        raise _unconnected(request, error) from None
    return connection


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Return the system's trust; ``SSL_CERT_FILE`` names another."""
    return ssl.create_default_context()


def _exchanged(request: Request, connection: HTTPConnection, clock: _Clock) -> BaseHTTPResponse:
    from http.client import HTTPException

    from urllib3.exceptions import HTTPError

    origin = request.origin
    headers = {
        "Host": origin.netloc, "User-Agent": "imagelab",
        "Accept-Encoding": "identity", "Connection": "close", **request.headers,
    }
    if request.body is not None or request.method in ("POST", "PUT"):
        headers["Content-Length"] = str(request.size)
    try:
        # An early answer, a refusal mostly, may come before all is sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(
                request.method, request.path, body=request.body, headers=headers,
                preload_content=False, decode_content=False, enforce_content_length=True)
        return connection.getresponse()
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        if clock.expired or isinstance(error, TimeoutError):
            words = f"net/http: request canceled {_AWAITING}"
        else:
            words = "EOF"
        raise NetworkError(request.shown + words) from None


def _unconnected(request: Request, error: Exception) -> NetworkError:
    """Return what a daemon says of a connection that did not come about."""
    from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

    if isinstance(error, ssl.SSLCertVerificationError):
        return NetworkError(request.shown + _certificate(error))
    if isinstance(error, ssl.SSLError):
        return NotTls(f"{request.shown}tls: first record does not look like a TLS handshake")
    if isinstance(error, NameResolutionError):
        return NetworkError(
            f"{request.shown}dial tcp: lookup {request.origin.host}: no such host")
    # The library takes a connection that was refused for one that timed out.
    late = isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError)
    if late or isinstance(error, TimeoutError):
        return NotTls(f"{request.shown}{_HANDSHAKE} {_AWAITING}")
    cause = error if isinstance(error, OSError) else error.__cause__
    words = (cause.strerror if isinstance(cause, OSError) else "") or "connection refused"
    where = _dialled(request)
    return NotTls(f"{request.shown}dial tcp {where}: connect: {words.lower()}")


#: What OpenSSL's verdicts are called there: self-signed ones and those without a known issuer.
_UNKNOWN_ISSUER = (18, 19, 20, 21)
_EXPIRED = (9, 10)


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _UNKNOWN_ISSUER:
        return "x509: certificate signed by unknown authority"
    if error.verify_code in _EXPIRED:
        return "x509: certificate has expired or is not yet valid"
    return f"x509: {error.verify_message.rstrip('.')}"


def _dialled(request: Request) -> str:
    """Return address and port for a message."""
    origin = request.origin
    address = request.address
    if not address:
        with suppress(OSError):
            found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
            address = str(found[-1][4][0])
    host = f"[{address}]" if ":" in address else address or origin.host
    return f"{host}:{origin.port}"
