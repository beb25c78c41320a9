"""The gzip format (RFC 1952) over lazy contents: what is read and what comes out is counted."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from imagelab.model.content import CHUNK, Bytes, Content, Zeros, join
from imagelab.shell.budget import Budget

MAGIC = b"\x1f\x8b"
_UNIX = 3
_NAMED = 8
_EXTRA_FLAGS = {1: 4, 9: 2}
#: Bytes compressed for one step of the budget.
_PER_STEP = 512


class GzipError(ValueError):
    """The data cannot be decompressed.

    Attributes:
        kind: ``magic``, ``end`` (cut off), ``data`` (damaged) or ``garbage`` (something else
            follows).
        content: what came out before.
    """

    def __init__(self, kind: str, content: Content) -> None:
        """Keep both."""
        super().__init__(kind)
        self.kind, self.content = kind, content


def compress(
    content: Content, budget: Budget, *, level: int = 6, name: bytes = b"", mtime: int = 0
) -> Content:
    """Return the content as a gzip file.

    Args:
        content: what to compress.
        budget: pays for it.
        level: 1 to 9.
        name: of the file, for the header.
        mtime: of the file, for the header, seconds since 1970.

    Raises:
        ExhaustedError: there is too much of it.
    """
    budget.take("hashed", content.size)
    budget.take("steps", content.size // _PER_STEP)
    head = MAGIC + struct.pack("<BBIBB", 8, _NAMED if name else 0, mtime & 0xFFFFFFFF,
                               _EXTRA_FLAGS.get(level, 0), _UNIX)
    pieces = [head + (name + b"\0" if name else b"")]
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    checksum = 0
    for chunk in content.chunks():
        checksum = zlib.crc32(chunk, checksum)
        pieces.append(packer.compress(chunk))
        budget.take("words", len(pieces[-1]))
    pieces.append(packer.flush() + struct.pack("<II", checksum, content.size & 0xFFFFFFFF))
    return Bytes(b"".join(pieces))


def overhead(content: Content) -> int:
    """Return how many bytes of a gzip file are not compressed data."""
    head = content.read(512)
    name = head.find(b"\0", 10) - 9 if head[3:4] == bytes([_NAMED]) else 0
    return 18 + max(0, name)


def decompress(content: Content, budget: Budget) -> Content:
    """Return what a gzip file holds; runs of zeros are kept as such.

    Raises:
        GzipError: it is no gzip file, or not a whole one.
        ExhaustedError: there is too much in it.
    """
    found: list[Content] = []
    unpacker = None
    for chunk in content.chunks():
        budget.take("hashed", len(chunk))
        data = chunk
        while data:
            if unpacker is None:
                if not MAGIC.startswith(data[:2]):
                    raise GzipError("garbage" if found else "magic", join(*found))
                unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
            try:
                found.extend(_unpacked(unpacker, data, budget))
            except zlib.error as error:
                raise GzipError("data", join(*found)) from error
            data = unpacker.unused_data
            unpacker = None if unpacker.eof else unpacker
    if unpacker is not None:
        raise GzipError("end", join(*found))
    if not content.size:
        raise GzipError("end", Bytes())
    return join(*found)


def _unpacked(unpacker: zlib._Decompress, data: bytes, budget: Budget) -> Iterator[Content]:
    while data:
        piece = unpacker.decompress(data, CHUNK)
        budget.take("hashed", len(piece))
        if piece.count(0) == len(piece):
            yield Zeros(len(piece))
        else:
            budget.take("words", len(piece))
            yield Bytes(piece)
        data = unpacker.unconsumed_tail
        if unpacker.eof:
            return
