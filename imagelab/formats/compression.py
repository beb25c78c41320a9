"""Compressed streams that a daemon takes: gzip, bzip2, xz, and zstd as since version 23.

Which one it is tell the first bytes, never a name or a media type.
"""

from __future__ import annotations

import bz2
import importlib
import lzma
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Protocol

from imagelab.model.content import CHUNK

#: Most memory that unpacking xz may take; ``xz -9`` needs 65 MiB.
MAX_XZ_MEMORY = 256 << 20
#: Most bytes that one archive of files may unpack to.
MAX_UNPACKED = 64 << 30
#: Bytes that any stream may unpack to, and how many times its own size beyond that. Gzip cannot
#: do more than 1032 times; what the others do in some hundred bytes, nobody would wait for.
FREE, MOST_TIMES = 1 << 30, 1100
_HEAD = 6


class CompressionError(ValueError):
    """A compressed stream that is damaged or cut."""


class LibraryMissing(CompressionError):
    """A stream that this Python has no library for; says how to get it."""


class Swelling:
    """Sees that what is unpacked stays in proportion to what it was packed in."""

    def __init__(self, free: int, packed: int = 0) -> None:
        """Allow so many bytes at all, beside those for what is packed."""
        self.packed = packed
        self._free = free
        self._unpacked = 0

    def add(self, size: int) -> None:
        """Count bytes that came out.

        Raises:
            CompressionError: there are too many.
        """
        self._unpacked += size
        if self._unpacked > max(self._free, MOST_TIMES * self.packed):
            raise CompressionError(
                f"it unpacks to more than {self._free} bytes and {MOST_TIMES} times its size")


class _Unpacker(Protocol):
    """What the library's decompressors of bzip2, xz and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    """The same for gzip, whose decompressor leaves the input it did not use to its caller."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS + 16)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        piece = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self.needs_input = len(piece) < max_length and not self._zlib.unconsumed_tail
        return piece


def _zstd() -> _Unpacker:
    """Use the library of Python 3.14, or its copy for older ones.

    Raises:
        LibraryMissing: neither is there.
    """
    for module in ("compression.zstd", "backports.zstd"):
        try:
            made: _Unpacker = importlib.import_module(module).ZstdDecompressor()
        except ModuleNotFoundError:
            continue
        return made
    raise LibraryMissing(
        "imagelab unpacks zstd with Python 3.14, or with the package backports.zstd: "
        "pip install 'imagelab[zstd]'")


_ZSTD = b"\x28\xb5\x2f\xfd"
#: By a stream's first bytes.
_UNPACKERS: dict[bytes, Callable[[], _Unpacker]] = {
    b"\x1f\x8b\x08": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_XZ_MEMORY),
    _ZSTD: _zstd,
}


def is_compressed(head: bytes) -> bool:
    """Tell whether a stream that begins so is compressed."""
    return _unpacker(head) is not None


def decompressed(chunks: Iterator[bytes], *, zstd: bool = True) -> Iterator[bytes]:
    """Yield what a stream holds, in pieces of at most ``CHUNK`` bytes.

    A stream that is not compressed passes as it is. All of ``chunks`` is taken in any case.

    Args:
        chunks: the stream.
        zstd: whether that is unpacked too.

    Raises:
        CompressionError: as the class says, or it becomes larger than ``FREE`` allows.
        LibraryMissing: it is zstd.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _HEAD:
            break
    make = _unpacker(head) if zstd or not head.startswith(_ZSTD) else None
    everything = chain([head] if head else [], chunks)
    return everything if make is None else _unpacked(make, everything)


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what a stream holds, as :func:`decompressed` does without zstd.

    So engine 20.10 reads archives of files: contexts, imports, what is copied or added.

    Raises:
        CompressionError: as there, and for more than ``MAX_UNPACKED`` bytes.
    """
    total = 0
    for piece in decompressed(chunks, zstd=False):
        total += len(piece)
        if total > MAX_UNPACKED:
            raise CompressionError(f"an archive of more than {MAX_UNPACKED} bytes")
        yield piece


def _unpacker(head: bytes) -> Callable[[], _Unpacker] | None:
    return next((make for magic, make in _UNPACKERS.items() if head.startswith(magic)), None)


def _unpacked(make: Callable[[], _Unpacker], chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack streams that follow each other, as each of these formats allows."""
    data = b""
    swelling = Swelling(FREE)
    chunks = _counted(chunks, swelling)
    while data := data or next(chunks, b""):
        unpacker = make()
        while True:
            if piece := _piece(unpacker, data):
                swelling.add(len(piece))
                yield piece
            if unpacker.eof:
                break
            data = next(chunks, b"") if unpacker.needs_input else b""
            if unpacker.needs_input and not data:
                raise CompressionError("unexpected EOF")
        data = unpacker.unused_data


def _counted(chunks: Iterator[bytes], swelling: Swelling) -> Iterator[bytes]:
    for chunk in chunks:
        swelling.packed += len(chunk)
        yield chunk


def _piece(unpacker: _Unpacker, data: bytes) -> bytes:
    try:
        return unpacker.decompress(data, CHUNK)
    except Exception as error:  # each of the libraries has kinds of its own
        raise CompressionError(f"invalid compressed data: {error}") from error
