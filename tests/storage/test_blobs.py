"""The store of blobs."""

import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.storage.blobs import BlobStore
from imagelab.storage.errors import StorageError


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_blob_is_a_file_named_by_its_digest(tmp_path: Path) -> None:
    blob = BlobStore(tmp_path).add(iter([b"hello ", b"", b"world"]))

    name = hashlib.sha256(b"hello world").hexdigest()
    assert (blob.digest, blob.size) == (f"sha256:{name}", 11)
    assert blob.path == tmp_path / "blobs" / "sha256" / name
    assert blob.path.read_bytes() == b"hello world"
    assert files_of(tmp_path) == [blob.path]


def test_another_store_of_the_folder_finds_it(tmp_path: Path) -> None:
    blob = BlobStore(tmp_path).add(iter([b"x" * 100_000]))

    found = BlobStore(tmp_path).get(blob.digest)

    assert found == blob
    assert found is not None
    assert b"".join(found.chunks(99_990)) == b"x" * 10


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    first = store.add(iter([b"same"]))
    before = first.path.stat()

    assert store.add(iter([b"sa", b"me"])) == first

    assert first.path.stat().st_ino == before.st_ino
    assert files_of(tmp_path) == [first.path]


def test_a_blob_cut_short_by_something_else_is_written_again(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    path = store.add(iter([b"whole"])).path
    path.write_bytes(b"who")

    store.add(iter([b"whole"]))

    assert path.read_bytes() == b"whole"


@pytest.mark.parametrize("digest", [
    "", "sha256:", "sha256:../../etc/passwd", "md5:" + "0" * 32, "sha256:" + "A" * 64,
    "sha256:" + "0" * 64, "sha256:" + "0" * 64 + "\n",
])
def test_get_of_what_is_not_there(tmp_path: Path, digest: str) -> None:
    store = BlobStore(tmp_path)
    store.add(iter([b"x"]))

    assert store.get(digest) is None


def test_a_source_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"a" * 100_000
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        BlobStore(tmp_path).add(broken())

    assert files_of(tmp_path) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("in the way")

    with pytest.raises(StorageError, match="cannot keep a blob"):
        BlobStore(tmp_path).add(iter([b"x"]))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("chunks", [[b"x" * 100_000], [b"x" * 1_000] * 200, [b"x"]])
def test_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunks: list[bytes],
) -> None:
    monkeypatch.setattr(
        "imagelab.storage.aside.private", lambda *_: os.open("/dev/full", os.O_WRONLY))

    with pytest.raises(StorageError, match="no space left on device"):
        BlobStore(tmp_path).add(iter(chunks))

    assert files_of(tmp_path) == []


def test_a_temporary_store_makes_its_folder_late_and_takes_it_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = BlobStore()
    assert store.get("sha256:" + "0" * 64) is None
    assert list(tmp_path.iterdir()) == []

    blob = store.add(iter([b"short-lived"]))
    assert store.get(blob.digest) == blob
    assert tmp_path in blob.path.parents

    del store
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_temporary_store_goes_when_python_ends(tmp_path: Path) -> None:
    script = (
        "from imagelab.storage.blobs import BlobStore\n"
        "store = BlobStore()\n"
        "print(store.add(iter([b'x'])).path.exists())\n")
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True,
        check=True, cwd=Path(__file__).parents[2])

    assert done.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []
