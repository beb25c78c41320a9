"""A served lab, and requests to it."""

from __future__ import annotations

import io
import json
import logging
import socket
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from imagelab.api.listening import listen
from imagelab.api.server import Serving
from imagelab.daemon import Daemon
from imagelab.daemon.clock import Clock, RandomIds, SystemClock
from imagelab.model.state import State
from imagelab.storage.blobs import BlobStore
from tests.dockerd import BASE, UnixConnection

SECONDS = 20


@dataclass
class Answered:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass
class Served:
    """A lab that is served."""

    daemon: Daemon
    host: str

    @property
    def path(self) -> str:
        return self.host.removeprefix("unix://")

    def connection(self) -> UnixConnection:
        return UnixConnection(self.path)

    def socket(self) -> socket.socket:
        own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        own.settimeout(SECONDS)
        own.connect(self.path)
        return own

    def ask(self, method: str, path: str, body: Any = None, *, version: str = "/v1.41",
            headers: dict[str, str] | None = None) -> Answered:
        """Send a request; a body that is no bytes goes as JSON."""
        own = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            own.setdefault("Content-Type", "application/json")
        connection = self.connection()
        try:
            connection.request(method, version + path, body, own)
            response: HTTPResponse = connection.getresponse()
            return Answered(response.status, dict(response.headers), response.read())
        finally:
            connection.close()


_blobs = BlobStore()
_start: list[State] = []


def with_base(clock: Clock | None = None) -> Daemon:
    """Return a daemon that has the base image; it is loaded once."""
    if not _start:
        first = Daemon(blobs=_blobs)
        with BASE.open("rb") as file:
            first.load(file)
        _start.append(first.state)
    return Daemon(clock=clock or SystemClock(), ids=RandomIds(), state=_start[0], blobs=_blobs)


@contextmanager
def serving(daemon: Daemon) -> Iterator[Served]:
    """Serve a lab at a socket of its own."""
    # pytest's own folders are too deep for the path of a socket.
    with (TemporaryDirectory(prefix="imagelab-") as folder,
          Serving(daemon, listen(f"unix://{Path(folder) / 'docker.sock'}")) as served):
        yield Served(daemon, served.host)


@pytest.fixture
def lab() -> Iterator[Served]:
    """A served lab on the system's clock, with the base image."""
    with serving(with_base()) as served:
        yield served


def archive(
    names: Sequence[str] = ("f", "d/g", "Dockerfile"),
    dockerfile: bytes = b"FROM ubuntu:14.04\nRUN echo a\n",
) -> bytes:
    """Return a tar that is a context, a layer, or files to copy."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name in names:
            data = dockerfile if name == "Dockerfile" else b"x" * 2000
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return file.getvalue()


@contextmanager
def nothing_logged() -> Iterator[None]:
    """See that neither the lab nor the loop complains of itself."""
    complaints: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(f"{record.getMessage()}\n{record.exc_text or record.exc_info or ''}")

    keep = Keep(logging.WARNING)
    loggers = [logging.getLogger(name) for name in ("imagelab.api", "asyncio")]
    for each in loggers:
        each.addHandler(keep)
    try:
        yield
    finally:
        for each in loggers:
            each.removeHandler(keep)
    assert complaints == []
