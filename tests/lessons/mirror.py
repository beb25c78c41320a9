"""A registry on this machine from which a real daemon pulls what the lab pulls from its Hub."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from imagelab.model.reference import ReferenceError, parse
from imagelab.registry import hub
from imagelab.registry.remote import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, Remote
from tests.lessons.twin import TWINS, twin


@dataclass(frozen=True)
class Blob:
    """What has a digest in a registry.

    Attributes:
        media_type: what it is.
        digest: ``sha256:…``.
        size: bytes.
        pieces: gives its bytes.
    """

    media_type: str
    digest: str
    size: int
    pieces: Callable[[], Iterable[bytes]]


@contextmanager
def serving() -> Iterator[str]:
    """Serve the Hub's images, those that are run as their twins, and yield the address.

    The distribution API as far as a pull needs it.
    """
    server = _Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Knows what it has been asked for by tag, and everything that this names."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.blobs: dict[str, Blob] = {}
        self.lock = threading.Lock()

    def manifest(self, name: str, tag: str) -> Blob:
        """Return an image's manifest.

        Raises:
            LookupError: there is no such image.
        """
        with self.lock:
            image = _image(f"{name}:{tag}")
            manifest = _bytes(MANIFEST_TYPE, image.manifest)
            config = _bytes(CONFIG_TYPE, image.config_json)
            layers = (
                Blob(LAYER_TYPE, layer.digest, layer.size,
                     layer.content().chunks) for layer in image.layers)
            self.blobs |= {blob.digest: blob for blob in (manifest, config, *layers)}
            return manifest


@cache
def _image(name: str) -> Remote:
    image = hub.resolve(parse(name))
    return twin(name, image) if name in TWINS else image


def _bytes(media_type: str, data: bytes) -> Blob:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Blob(media_type, digest, len(data), lambda: [data])


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def _answer(self) -> None:
        name, _, wanted = self.path.removeprefix("/v2/").rpartition("/")
        name, _, kind = name.rpartition("/")
        try:
            if not kind:
                self._send(_bytes("application/json", b"{}"))
            elif wanted in self.server.blobs:
                self._send(self.server.blobs[wanted])
            else:
                self._send(self.server.manifest(name, wanted))
        except (LookupError, ReferenceError):
            self.send_error(HTTPStatus.NOT_FOUND)

    def _send(self, blob: Blob) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", blob.media_type)
        self.send_header("Content-Length", str(blob.size))
        self.send_header("Docker-Content-Digest", blob.digest)
        self.end_headers()
        if self.command == "GET":
            for piece in blob.pieces():
                self.wfile.write(piece)
