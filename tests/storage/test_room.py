"""A disk is not filled to the brim with what comes from outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.storage.blobs import BlobStore
from imagelab.storage.errors import StorageError
from imagelab.storage.room import LOOK


def without_end() -> Iterator[bytes]:
    while True:
        yield bytes(1 << 20)


def test_what_has_no_end_leaves_room_and_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.storage.room.LOOK", 4 << 20)
    monkeypatch.setattr("imagelab.storage.blobs.LOOK", 4 << 20)
    real = shutil.disk_usage(tmp_path)
    left = [600 << 20, 550 << 20, 510 << 20]
    monkeypatch.setattr("shutil.disk_usage", lambda _: real._replace(free=left.pop(0)))
    with pytest.raises(StorageError, match=r"disk is nearly full \(510 MiB are left\)"):
        BlobStore(tmp_path).add(without_end())
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
    assert left == []


def test_a_little_is_kept_whatever_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: real._replace(free=0))
    assert BlobStore(tmp_path).add(iter([b"a little"])).size < LOOK
