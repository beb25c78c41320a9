"""Digests of long streams, worked out beside their reading and writing."""

from __future__ import annotations

import gc
import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imagelab.storage.blobs import BlobStore
from imagelab.storage.hashing import Hashing

PIECE = 1 << 20


def chunks(size: int, each: int) -> list[bytes]:
    data = hashlib.shake_256(b"seed").digest(size)
    return [data[at : at + each] for at in range(0, size, each)]


def digest(pieces: list[bytes]) -> str:
    hashing = Hashing()
    for piece in pieces:
        hashing.update(piece)
    return hashing.hexdigest()


def within_a_while(threads: int) -> bool:
    deadline = time.monotonic() + 10
    while threading.active_count() > threads and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    return threading.active_count() <= threads


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7])
@pytest.mark.parametrize("each", [1 << 16, 3 << 20])
def test_it_is_that_of_all_bytes_in_their_order(size: int, each: int) -> None:
    pieces = chunks(size, each)
    assert digest(pieces) == hashlib.sha256(b"".join(pieces)).hexdigest()


def test_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a browser."""
    def cannot(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    pieces = chunks(4 * PIECE, 1 << 16)
    assert digest(pieces) == hashlib.sha256(b"".join(pieces)).hexdigest()


def test_few_bytes_wait_for_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[int] = []
    done: list[int] = []
    submit = ThreadPoolExecutor.submit

    def counted(pool: ThreadPoolExecutor, run: object, sha: object, pieces: list[bytes]) -> object:
        assert len(done) == len(handed)  # it has nothing to do
        handed.append(sum(map(len, pieces)))
        future = submit(pool, run, sha, pieces)  # type: ignore[arg-type, var-annotated]
        future.add_done_callback(lambda _: done.append(1))
        return future

    monkeypatch.setattr(ThreadPoolExecutor, "submit", counted)
    digest(chunks(9 * PIECE + 5, 1 << 16))
    assert handed == [PIECE] * 9


def test_no_thread_stays() -> None:
    before = threading.active_count()
    digest(chunks(3 * PIECE, 1 << 16))
    assert threading.active_count() == before


def test_one_that_is_interrupted_leaves_nothing_behind(tmp_path: Path) -> None:
    before = threading.active_count()

    def interrupted() -> Iterator[bytes]:
        yield from chunks(3 * PIECE, 1 << 16)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        BlobStore(tmp_path).add(interrupted())
    assert within_a_while(before)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
