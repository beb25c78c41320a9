"""A whole lab as one file: a ZIP archive of its objects, the steps of its journal and its blobs.

``objects.jsonl`` has an object a line, ``steps.jsonl`` a step a line, ``blobs/sha256/…`` the blobs,
and ``about.json`` what the archive's writer wants to know again. No SQLite file is in it: one that
somebody made up could keep whoever reads it busy for ever.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from imagelab.model.content import CHUNK
from imagelab.storage.errors import StorageError
from imagelab.storage.objects import from_json, to_json
from imagelab.storage.record import damaged
from imagelab.storage.store import Store, read_step, step_body

VERSION = 2
#: Bytes of all files in an archive, of one with lines, and of one line.
MAX_BYTES, MAX_TEXT, MAX_LINE = 4 << 30, 256 << 20, 16 << 20
#: How many files are in an archive, and lines in one of them.
MAX_FILES, MAX_LINES = 10_000, 200_000
_ABOUT, _OBJECTS, _STEPS = "about.json", "objects.jsonl", "steps.jsonl"
_BLOB = re.compile(r"blobs/(sha256)/([0-9a-f]{64})")
#: The time of all files in an archive: equal labs are equal files.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_bundle(store: Store, file: BinaryIO, about: dict[str, Any]) -> None:
    """Write a lab into a file.

    Args:
        store: the lab; nothing else may be in its folder.
        file: where to write.
        about: JSON values, to be had again.

    Raises:
        StorageError: it cannot be read.
        OSError: it cannot be written.
    """
    steps, head = store.load()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        own = {"imagelab_lab": VERSION, "head": head, "about": about}
        _add(archive, _ABOUT, iter([to_json(own).encode()]))
        _add(archive, _OBJECTS, (f"{body}\n".encode() for body in store.objects()))
        _add(archive, _STEPS, (
            f"{to_json([step.parent, step.state_id, step_body(step)])}\n".encode()
            for step in steps))
        for blob in store.blobs.all():
            _add(archive, f"blobs/{blob.digest.replace(':', '/')}", blob.chunks())


def _add(archive: zipfile.ZipFile, name: str, chunks: Iterator[bytes]) -> None:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as member:
        for chunk in chunks:
            member.write(chunk)


def read_bundle(file: BinaryIO) -> tuple[Store, dict[str, Any]]:
    """Return a lab out of a file, in a temporary folder that goes with its blobs.

    Whoever made the file may have meant harm: what is in it is bounded, has no names of the host,
    and each object and blob is what its digest says.

    Raises:
        StorageError: it is no such file, a damaged one, or one of a newer version.
    """
    folder = Path(tempfile.mkdtemp(prefix="imagelab-lab-"))
    try:
        store = Store.open(folder)
        with zipfile.ZipFile(file) as archive:
            about = _read(archive, store)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, _BAD):
            raise StorageError(f"this is no lab that was saved, or a damaged one: {error}"
                               ) from error
        raise
    weakref.finalize(store.blobs, shutil.rmtree, folder, ignore_errors=True)
    return store, about


#: What reading an archive raises that is none.
_BAD = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, KeyError, RuntimeError,
        ValueError, OSError)


def _read(archive: zipfile.ZipFile, store: Store) -> dict[str, Any]:
    entries = archive.infolist()
    if len(entries) > MAX_FILES or sum(each.file_size for each in entries) > MAX_BYTES:
        raise StorageError("the file is too large to be a lab that was saved")
    own = from_json(next(_lines(archive, _ABOUT), ""), _ABOUT)
    if not isinstance(own, dict) or type(own.get("imagelab_lab")) is not int:
        raise StorageError("this is no lab that was saved")
    if own["imagelab_lab"] > VERSION:
        raise StorageError("a newer imagelab has saved this lab")
    about, head = own.get("about"), own.get("head")
    if not isinstance(about, dict) or type(head) is not int:
        raise damaged(_ABOUT)
    for entry in entries:
        if match := _BLOB.fullmatch(entry.filename):
            digest = f"{match[1]}:{match[2]}"
            if store.blobs.add(_chunks(archive, entry)).digest != digest:
                raise damaged(f"blob {digest} does not match its digest")
    with store.lock():
        for line in _lines(archive, _OBJECTS):
            store.add_object(line)
        for index, line in enumerate(_lines(archive, _STEPS)):
            row = from_json(line, "a step")
            if not isinstance(row, list) or len(row) != 3:
                raise damaged("a step is not as it was written")
            store.append(read_step(index, *row))
        store.set_head(head)
    steps, head = store.load()
    store.state(steps[head].state_id)  # what is damaged there is told now
    return about


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    size, count = 0, 0
    with archive.open(name) as member:
        while line := member.readline(MAX_LINE):
            size, count = size + len(line), count + 1
            if size > MAX_TEXT or count > MAX_LINES or len(line) == MAX_LINE:
                raise StorageError("the file is too large to be a lab that was saved")
            yield line.decode().rstrip("\n")


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as member:
        while chunk := member.read(CHUNK):
            yield chunk
