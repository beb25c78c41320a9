"""Registries for tests, all on loopback: Debian's docker-registry, and a server of our own."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

#: ``alice`` with the password ``wonder``, as ``htpasswd -Bbn`` wrote it.
HTPASSWD = "alice:$2y$05$UmVtFTzKd29fu.MtS/u3eOP2jP8GQ/EDjSOvIAVsPZABjjfurkciW\n"
_START_SECONDS = 30.0


@contextmanager
def docker_registry(folder: Path, *, account: bool = False) -> Iterator[str]:
    """Run Debian's docker-registry and yield its host, ``localhost:…``.

    Args:
        folder: where it keeps all.
        account: whether it wants the password of :data:`HTPASSWD`.
    """
    folder.mkdir(exist_ok=True)
    port = _free_port()
    config: dict[str, Any] = {
        "version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    if account:
        (folder / "htpasswd").write_text(HTPASSWD, "utf-8")
        config["auth"] = {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
    (folder / "config.yml").write_text(json.dumps(config), "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(folder / "config.yml")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, folder / "log")
        yield f"localhost:{port}"
    finally:
        process.terminate()
        process.wait(_START_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)


# --- a server that answers whatever a test wants -------------------------------------------


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
