"""The entries of any tar, with a bound on what its bytes claim.

The library reads the formats (ustar, GNU, pax, v7). What it lets pass is refused here: headers of
gigabytes, sizes below zero, a damaged header behind a good one, all kinds of exceptions, and what
other readers take for something else.

Nearly all headers of an image are plain, and the library takes its time over each. Those are read
by :mod:`imagelab.formats.plain_header`, with the same result; whatever else is the library's.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from imagelab.formats import plain_header, tar_doubts
from imagelab.model.content import CHUNK, Content

BLOCK = plain_header.BLOCK
#: Most bytes of an extended header; the limit of Go's reader, thus of the daemon's.
MAX_HEADER = 1 << 20
_INVALID = "archive/tar: invalid tar header"
_CUT = "unexpected EOF"


class TarError(ValueError):
    """Bytes that are no tar, or a damaged or cut one; as Go's reader words it."""


class _Bounded:
    """The file as the library sees it: it reads headers here, never contents."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_HEADER:
            raise TarError(f"a header of {size} bytes")
        return self._file.read(size)


@dataclass(frozen=True)
class InFile(Content):
    """A stretch of a file that is open only for a while: what is to be kept must be copied."""

    file: BinaryIO = field(compare=False)
    offset: int
    size: int

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from the file.

        Raises:
            TarError: the file stops before.
        """
        start = min(start, self.size)
        end = self.size if length is None else min(self.size, start + length)
        while start < end:
            self.file.seek(self.offset + start)
            chunk = self.file.read(min(CHUNK, end - start))
            if not chunk:
                raise TarError(_CUT)
            start += len(chunk)
            yield chunk


def entries(
    file: BinaryIO, most: int, *, padded: bool = False,
) -> Iterator[tarfile.TarInfo]:
    """Yield the entries of an uncompressed tar in a seekable file.

    No bytes at all are an empty tar, as for the daemon. The contents are at ``offset_data``.

    Args:
        file: where to read from, beginning at its start.
        most: how many entries there may be.
        padded: whether the last entry must be whole to the end of its block, as ``tar`` wants
            it; Go's reader does not, thus the daemon.

    Raises:
        TarError: as the class says, or there are more.
    """
    file.seek(0)
    if not file.read(1):
        return
    file.seek(0)
    archive: tarfile.TarFile | None = None
    member: tarfile.TarInfo | None = None
    count = 0
    while True:
        begun = archive.offset if archive else 0
        plain: tarfile.TarInfo | None = None
        try:
            if archive is None:
                archive = _open(file)
            else:
                plain = _next_plain(file, archive)
            member = plain or archive.next()
            archive.members.clear()  # type: ignore[attr-defined]
        except Exception as error:  # the library lets many kinds escape on hostile bytes
            if not padded and archive and member and _has_content(file, member):
                return
            raise TarError(_words(error)) from error
        if member is None:
            # Newer Pythons take the end of headers that came to nothing for that of the archive.
            if archive.offset != begun:
                raise TarError(_INVALID)
            break
        count += 1
        if count > most:
            raise TarError(f"more than {most} entries")
        if member.size < 0 or "\0" in member.name or "\0" in member.linkname:
            raise TarError(_INVALID)
        if plain is None and tar_doubts.is_doubtful(file, member):
            raise TarError(_INVALID)
        yield member
    _check_end(file, archive)


def _next_plain(file: BinaryIO, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    """Return the next entry if its header is a plain one, which nobody reads in another way.

    Else the library reads at the same place. It looks whether all before is there unless the file
    stands where it left off, so it must not.
    """
    file.seek(archive.offset)
    member = plain_header.plain(file.read(BLOCK), archive.offset)
    if member is None:
        file.seek(archive.offset - 1)
    else:
        archive.offset = member.offset_data + member.size + -member.size % BLOCK
    return member


def _words(error: Exception) -> str:
    cut = "truncated header" in str(error) or "end of data" in str(error)
    return _CUT if cut else _INVALID


def _has_content(file: BinaryIO, last: tarfile.TarInfo) -> bool:
    """Whether a file that was cut has all of its last entry, and lacks only what fills a block."""
    end, there = last.offset_data + last.size, file.seek(0, 2)
    return last.size > 0 and end <= there < end + -end % BLOCK


def _open(file: BinaryIO) -> tarfile.TarFile:
    return tarfile.TarFile(
        fileobj=cast("BinaryIO", _Bounded(file)), encoding="utf-8", errors="surrogateescape",
        pax_headers=tar_doubts.GlobalsIgnored())


def _check_end(file: BinaryIO, archive: tarfile.TarFile) -> None:
    """The library takes a damaged header for the end; the end is zeros, or no more bytes."""
    file.seek(archive.offset)
    if any(end := file.read(2 * BLOCK)):
        raise TarError(_CUT if len(end) < BLOCK else _INVALID)
