"""Every kind of content streams exactly what slicing its whole bytes gives."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from imagelab.model.content import (
    CHUNK,
    Blob,
    Bytes,
    Content,
    Joined,
    Pattern,
    Slice,
    Zeros,
    digest_of,
    join,
)

WHOLE = random.Random(1).randbytes(2 * CHUNK + 77)


def blob(folder: Path, data: bytes = WHOLE, size: int | None = None) -> Blob:
    path = folder / "blob"
    path.write_bytes(data)
    return Blob(digest_of(iter([data])), len(data) if size is None else size, path)


def contents(folder: Path) -> dict[str, tuple[Content | Blob, bytes]]:
    whole = blob(folder)
    block = hashlib.shake_256(b"seed").digest(CHUNK)
    pattern = (b"#!/bin/sh\n" + block[10:] + block + block)[: 2 * CHUNK + 5]
    long_head = bytes(range(256)) * 300
    return {
        "empty": (Bytes(), b""),
        "bytes": (Bytes(WHOLE), WHOLE),
        "zeros": (Zeros(CHUNK + 3), bytes(CHUNK + 3)),
        "no zeros": (Zeros(0), b""),
        "pattern": (Pattern("seed", 2 * CHUNK + 5, b"#!/bin/sh\n"), pattern),
        "only head": (Pattern("seed", 4, b"#!/bin/sh\n"), b"#!/b"),
        "long head": (
            Pattern("seed", CHUNK + 12_000, long_head),
            (long_head + block[11_264:])[: CHUNK + 12_000]),
        "blob": (whole, WHOLE),
        "slice": (Slice(whole, 100, CHUNK + 9), WHOLE[100 : CHUNK + 109]),
        "joined": (
            Joined((Bytes(b"ab"), Zeros(3), Bytes(), Slice(whole, 5, CHUNK), Bytes(b"z"))),
            b"ab\0\0\0" + WHOLE[5 : CHUNK + 5] + b"z"),
        "join": (join(Zeros(2), Bytes(b"ab"), Bytes(b"cd"), Zeros(0)), b"\0\0abcd"),
    }


@pytest.mark.parametrize("kind", [
    "empty", "bytes", "zeros", "no zeros", "pattern", "only head", "long head", "blob", "slice",
    "joined", "join"])
def test_windows(kind: str, tmp_path: Path) -> None:
    content, whole = contents(tmp_path)[kind]
    assert content.size == len(whole)
    dice = random.Random(kind)
    edges = [0, 1, 2, CHUNK - 1, CHUNK, CHUNK + 1, len(whole) - 1, len(whole), len(whole) + 9]
    for _ in range(200):
        start = max(0, dice.choice((*edges, dice.randrange(len(whole) + 2))))
        length = dice.choice((None, 0, 1, CHUNK, dice.randrange(len(whole) + 2), 1 << 40))
        end = None if length is None else start + length
        chunks = list(content.chunks(start, length))
        assert b"".join(chunks) == whole[start:end], (start, length)
        assert all(0 < len(chunk) <= CHUNK for chunk in chunks)


def test_digests_and_limited_reads(tmp_path: Path) -> None:
    for content, whole in contents(tmp_path).values():
        assert content.digest == f"sha256:{hashlib.sha256(whole).hexdigest()}"
        if isinstance(content, Content):
            assert content.read() == whole
            assert content.read(3) == whole[:3]


def test_join_keeps_small_results_in_one_piece_and_long_chains_flat() -> None:
    assert join() == Bytes()
    assert join(Bytes(), Zeros(0)) == Bytes()
    assert join(Bytes(b"a"), Bytes(), Bytes(b"b")) == Bytes(b"ab")
    assert join(Zeros(5)) == Zeros(5)
    chain: Content = Zeros(CHUNK * 3)
    for _ in range(1000):
        chain = join(chain, Bytes(b"x" * 100))
    assert isinstance(chain, Joined)
    assert not any(isinstance(part, Joined) for part in chain.parts)
    assert len(chain.parts) <= 3 + 100_000 // (CHUNK - 100)
    assert chain.read() == bytes(CHUNK * 3) + b"x" * 100_000


def test_a_file_shorter_than_its_blob_is_an_error(tmp_path: Path) -> None:
    short = blob(tmp_path, b"12345", size=9)
    with pytest.raises(EOFError):
        list(short.chunks())
    with pytest.raises(EOFError):
        Slice(short, 3, 4).read()
    assert b"".join(short.chunks(1, 3)) == b"234"


def test_gigantic_content_costs_what_is_read_of_it() -> None:
    for content in (Zeros(1 << 50), Pattern("x", 1 << 50), Joined((Zeros(1 << 50), Bytes(b"e")))):
        assert len(content.read(10)) == 10
        assert len(b"".join(content.chunks((1 << 50) - 3))) in (3, 4)


def test_equal_values_are_equal_content() -> None:
    assert Bytes(b"a") == Bytes(b"a")
    assert Zeros(3) != Zeros(4)
    assert Pattern("a", 3) != Pattern("b", 3)
    assert hash(Zeros(3)) == hash(Zeros(3))
