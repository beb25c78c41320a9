"""What registries answer: documents by themselves, and a whole conversation."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from unittest.mock import patch

from urllib3.response import HTTPResponse

from imagelab.model.outcome import EngineError
from imagelab.model.reference import parse
from imagelab.registry.client import auth, pull, session
from imagelab.registry.client.auth import Account, challenge_in
from imagelab.registry.client.errors import Refused, refusal
from imagelab.registry.client.manifest import INDEXES, MANIFESTS, choose, read_index, read_manifest
from imagelab.registry.client.session import Session
from imagelab.registry.client.transport import Answer, Request
from imagelab.storage.blobs import BlobStore
from tests.fuzz.on_texts import text

_HOST = "localhost:5000"
_PLACE = re.compile(rb"([@#])([0-9])\1")


def document(data: bytes) -> None:
    """A document, read as each of those that a registry may send."""
    for media_type in INDEXES:
        with suppress(Refused):
            choose(read_index(data, media_type), "linux/amd64")
    for media_type in MANIFESTS:
        with suppress(Refused):
            found = read_manifest(data, media_type)
            assert sum(each.size for each in found.layers) >= 0
    with suppress(Refused):
        pull._tags_in(data)
    with suppress(Refused):
        assert auth._token_in(data)
    for status in (401, 404, 500):
        assert "\n" not in refusal(status, f"{status} x", data).message


def challenge(data: bytes) -> None:
    """Headers of ``WWW-Authenticate``, one in each line."""
    found = challenge_in(text(data).split("\n"))
    assert found is None or found.scheme in ("bearer", "basic")


def conversation(data: bytes) -> None:
    """Answers in turn, separated by zero bytes, to a lab that pulls an image.

    An answer has its status in the first line, then headers, an empty line and the body.
    ``@N@`` stands for the SHA-256 of the body of answer N, ``#N#`` for its size.
    """
    answers = iter(_answers(data))

    @contextmanager
    def asked(request: Request) -> Iterator[Answer]:
        assert request.origin.netloc == _HOST, request
        assert "\n" not in request.path
        assert " " not in request.path
        with suppress(StopIteration):
            yield Answer(request, next(answers), _Clock())  # type: ignore[arg-type]
            return
        raise EngineError("nothing answers")

    with (patch.object(session, "asked", asked), patch.object(auth, "asked", asked),
          patch.object(pull, "_PAUSES", ()), suppress(EngineError)):
        wanted = parse(f"{_HOST}/a/b:latest")
        talk = Session(_HOST, Account("alice", "wonder") if data[:1] == b"4" else None)
        found = pull.find(talk, wanted, pull.named(talk, wanted), "linux/amd64")
        remote = pull.fetch(talk, wanted, found, (), _blobs().add)
        for diff_id, layer in zip(found.diff_ids, remote.layers, strict=True):
            assert layer.content().digest == diff_id
        pull.tags(talk, wanted)


class _Clock:
    expired = False


@cache
def _blobs() -> BlobStore:
    return BlobStore()


def _answers(data: bytes) -> list[HTTPResponse]:
    parts = [each.partition(b"\n\n") for each in data.split(b"\0")[:10]]
    bodies: dict[int, bytes] = {}

    def known(match: re.Match[bytes]) -> bytes:
        body = bodies.get(int(match[2]), b"")
        return hashlib.sha256(body).hexdigest().encode() if match[1] == b"@" else b"%d" % len(body)

    for number in reversed(range(len(parts))):
        bodies[number] = _PLACE.sub(known, parts[number][2])
    return [_answer(_PLACE.sub(known, head), bodies[number])
            for number, (head, _, _) in enumerate(parts)]


def _answer(head: bytes, body: bytes) -> HTTPResponse:
    first, *rest = head.decode("latin-1").split("\n")
    status, _, reason = first.partition(" ")
    headers = [(name.strip(), value.strip()) for name, _, value in (
        line.partition(":") for line in rest)]
    return HTTPResponse(
        io.BytesIO(body), [(name, value) for name, value in headers if name],  # type: ignore[arg-type]
        int(status) if re.fullmatch("[1-5][0-9][0-9]", status) else 200, reason=reason,
        preload_content=False)
