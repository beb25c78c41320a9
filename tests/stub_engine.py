"""A socket that answers a real docker client with what a test gives it, and keeps the requests."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.dockerd import client_environment

#: The Engine API that the lab's daemon has.
API_VERSION = "1.41"


@dataclass(frozen=True)
class Request:
    """What the client asked: ``GET``, ``/images/search``, its query, and the body."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


#: Gives status and body of an answer.
Answer = Callable[[Request], tuple[int, bytes]]


@dataclass
class StubEngine:
    """A running socket server, and the requests it got besides pings."""

    folder: Path
    requests: list[Request] = field(default_factory=list)

    def docker(
        self, *words: str | Path, cwd: Path | None = None, input: bytes = b"",
        user: int | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the real client against this socket, as another user where one is given."""
        return subprocess.run(
            ["docker", *words], cwd=cwd, input=input, capture_output=True, check=False,
            timeout=60, user=user,
            env=client_environment(f"unix://{self.folder}/sock", self.folder / "client"))


@contextmanager
def answering(answer: Answer) -> Iterator[StubEngine]:
    """Listen on a socket of our own; pings are answered as API 1.41 does."""
    folder = Path(tempfile.mkdtemp(prefix="imagelab-stub-"))
    engine = StubEngine(folder)
    server = _Server(str(folder / "sock"), _handler(engine, answer))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        server.server_close()
        shutil.rmtree(folder)


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


def _handler(engine: StubEngine, answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            url = urlsplit(self.path)
            path = url.path
            if path.startswith("/v1."):
                path = "/" + path.split("/", 2)[2]
            query = {key: values[0] for key, values in parse_qs(url.query, True).items()}
            request = Request(self.command, path, query, self._body())
            if path == "/_ping":
                status, body = 200, b"OK"
            else:
                engine.requests.append(request)
                status, body = answer(request)
            self.send_response(status)
            self.send_header("Api-Version", API_VERSION)
            self.send_header("Ostype", "linux")
            self.send_header("Builder-Version", "1")
            self.send_header("Docker-Experimental", "false")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_DELETE = _reply

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def address_string(self) -> str:
            return "client"

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
