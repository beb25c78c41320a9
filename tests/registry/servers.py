"""A server on loopback that answers whatever a test wants, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What a server says: a status, headers, and a body that may come piece by piece."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] = b""


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


Respond = Callable[[Asked], Answer | None]


@dataclass
class Server:
    """A running server: where it is, and all requests so far."""

    host: str
    requests: list[Asked]

    def headers(self, name: str) -> list[str]:
        """Return the values of a header in all requests."""
        return [each.headers[name] for each in self.requests if name in each.headers]


@contextmanager
def serving(respond: Respond) -> Iterator[Server]:
    """Run a server on loopback; what ``respond`` does not answer is 404."""
    requests: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the client may have had enough
                super().handle()

        def _go(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Asked(self.command, self.path, dict(self.headers), body)
            requests.append(request)
            answer = respond(request) or Answer(404)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            whole = isinstance(answer.body, bytes)
            if isinstance(answer.body, bytes):
                self.send_header("Content-Length", str(len(answer.body)))
            else:
                self.close_connection = True
            self.end_headers()
            if self.command != "HEAD":
                for piece in [answer.body] if whole else answer.body:
                    assert isinstance(piece, bytes)
                    self.wfile.write(piece)
                    self.wfile.flush()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _go

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Server(f"localhost:{server.server_port}", requests)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def digest(data: bytes) -> str:
    """Return ``sha256:…`` of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
