"""The files of an archive, by name, with bounds on what it takes to read them."""

from __future__ import annotations

import os
import posixpath
import tarfile
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from imagelab.formats import tar_entries
from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.compression import Swelling, decompressed, is_compressed
from imagelab.formats.json_text import check_keys, document
from imagelab.model.content import CHUNK
from imagelab.model.watch import Watch

MAX_MEMBERS = 100_000
#: Most bytes of one JSON file, and of all that are read of an archive.
MAX_JSON = 16 << 20
MAX_ALL_JSON = 64 << 20
#: Most bytes that an archive and its layers have together, unpacked.
MAX_UNPACKED = 32 << 30
#: Bytes that they may have in any case; beyond, they are in proportion to the archive's own: what
#: is packed in what is packed counts twice.
FREE = 2 << 30
_MAX_LINKS = 8
#: Bytes of a file that are read at once.
_PIECE = 1 << 20


class Members:
    """The files of an archive's tar; of several under one name the last counts."""

    def __init__(self, tar: BinaryIO) -> None:
        self._tar = tar
        self._members = {
            posixpath.normpath(member.name): member
            for member in tar_entries.entries(tar, MAX_MEMBERS)
        }
        self._json_left = MAX_ALL_JSON

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def find(self, name: str) -> tarfile.TarInfo:
        """Find a file; a link (one layer in two images) leads to its target in the archive.

        Raises:
            ArchiveError: there is no such file.
        """
        wanted = name
        for _ in range(_MAX_LINKS):
            member = self._members.get(posixpath.normpath(wanted))
            if member is None:
                break
            if member.issym():
                wanted = posixpath.join(posixpath.dirname(wanted), member.linkname)
            elif member.islnk():
                wanted = member.linkname
            elif member.isreg():
                return member
            else:
                break
        raise ArchiveError(f"open {name}: no such file or directory")

    def chunks(self, name: str) -> Iterator[bytes]:
        """Stream a file.

        Raises:
            ArchiveError: there is no such file, or not all of it.
        """
        member = self.find(name)
        if member.issparse():
            raise ArchiveError(f"{member.name} is a sparse file")
        at, end = member.offset_data, member.offset_data + member.size
        while at < end:
            self._tar.seek(at)
            chunk = self._tar.read(min(_PIECE, end - at))
            if not chunk:
                raise ArchiveError(f"{name}: unexpected EOF")
            at += len(chunk)
            yield chunk

    def read(self, name: str) -> bytes:
        """Return a file that holds JSON, as bytes.

        Raises:
            ArchiveError: there is no such file, or it is too large.
        """
        size = self.find(name).size
        if size > MAX_JSON:
            raise ArchiveError(f"{name} is larger than {MAX_JSON} bytes")
        self._json_left -= size
        if self._json_left < 0:
            raise ArchiveError(f"the archive has more than {MAX_ALL_JSON} bytes of JSON")
        return b"".join(self.chunks(name))


def parse(data: bytes, name: str) -> Any:
    """Parse JSON of an archive.

    Raises:
        ArchiveError: it is none, or nested too deeply.
    """
    try:
        return document(data)
    except ValueError as error:
        raise ArchiveError(f"{name}: {error}") from error


def check(found: Mapping[str, Any], known: Collection[str], name: str) -> None:
    """See that an object of an archive has the keys that are known in no other spelling.

    Raises:
        ArchiveError: it has one.
    """
    try:
        check_keys(found, known)
    except ValueError as error:
        raise ArchiveError(f"{name}: {error}") from error


class Budget:
    """Counts what is unpacked of an archive of so many bytes."""

    def __init__(self, size: int) -> None:
        self._left = MAX_UNPACKED
        self._swelling = Swelling(FREE, 2 * size)

    def unpacked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield what a stream holds, compressed or not.

        Raises:
            ArchiveError: that is too much.
            CompressionError: it is damaged, or that is too much for so small an archive.
        """
        for chunk in decompressed(chunks):
            self._swelling.add(len(chunk))
            self._left -= len(chunk)
            if self._left < 0:
                raise ArchiveError(f"more than {MAX_UNPACKED} bytes, unpacked")
            yield chunk


@contextmanager
def opened(file: BinaryIO, budget: Budget, watch: Watch) -> Iterator[BinaryIO]:
    """Give an archive's tar, seekable; a compressed one is unpacked into a temporary file."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(CHUNK)
    file.seek(0)
    if not is_compressed(head):
        yield file
        return
    with tempfile.TemporaryFile() as tar:
        packed = watch("", size, iter(lambda: file.read(CHUNK), b""))
        for chunk in budget.unpacked(packed):
            _write(tar, chunk)
        yield tar


def _write(file: Any, chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        raise ArchiveError(f"write: {(error.strerror or str(error)).lower()}") from error
