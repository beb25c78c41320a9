"""Contents that stand in for real files: the right size and kind, bytes of our own."""

from __future__ import annotations

import struct
from functools import lru_cache

from imagelab.model.content import CHUNK, Bytes, Content, Joined, Pattern

#: How a 64-bit little-endian ELF file begins; the shell knows programs by it.
ELF_MAGIC = b"\x7fELF\x02\x01\x01" + bytes(9)
_ADDRESS = 0x400000
_HEADERS = 64 + 56
_EXECUTABLE, _X86_64, _LOAD, _READ_AND_RUN = 2, 62, 1, 5
_WRITE, _EXIT = 1, 60
_CODE_SIZE = 36
#: Exit status of a program that is there but cannot do its work.
STANDS_IN_STATUS = 126

_LINE = b"# The lab keeps the size of this file and not its text.\n"
_BLOCK = (_LINE * 20)[:1024]
_BLOCKS_A_PART = CHUNK // len(_BLOCK)
_HEADS = {".gz": b"\x1f\x8b\x08" + bytes(7), ".pyc": b"\xee\x0c\r\n"}
_BINARY_NAMES = (
    ".bin", ".cache", ".gpg", ".mgc", "/aux-cache", "/faillog", "/lastlog", "/locale-archive",
    "/localtime", "/lock",
)
_BINARY_FOLDERS = ("lib/terminfo/", "usr/lib/locale/")
_ZONES = "usr/share/zoneinfo/"


def program(path: str, size: int, seed: str) -> Content:
    """Return an executable or a shared library.

    Where a kernel really runs it (a lab's image loaded into Docker), it says on standard error
    that it is a stand-in and ends with :data:`STANDS_IN_STATUS`.
    """
    note = f"imagelab: /{path} only stands in for the real program\n".encode()
    return Pattern(seed, size, elf(note, stream=2, status=STANDS_IN_STATUS))


def elf(message: bytes, *, stream: int, status: int) -> bytes:
    """Return a program for Linux on x86-64 that writes a message and ends.

    Args:
        message: what it writes.
        stream: the descriptor that it writes to.
        status: its exit status.
    """
    after_lea = 17  # bytes of code up to the instruction behind the one that takes the address
    code = b"".join((
        b"\xb8", struct.pack("<I", _WRITE), b"\xbf", struct.pack("<I", stream),
        b"\x48\x8d\x35", struct.pack("<I", _CODE_SIZE - after_lea),
        b"\xba", struct.pack("<I", len(message)), b"\x0f\x05",
        b"\xb8", struct.pack("<I", _EXIT), b"\xbf", struct.pack("<I", status), b"\x0f\x05"))
    assert len(code) == _CODE_SIZE
    size = _HEADERS + len(code) + len(message)
    head = ELF_MAGIC + struct.pack(
        "<HHIQQQIHHHHHH", _EXECUTABLE, _X86_64, 1, _ADDRESS + _HEADERS, 64, 0, 0, 64, 56, 1, 64,
        0, 0)
    segment = struct.pack(
        "<IIQQQQQQ", _LOAD, _READ_AND_RUN, 0, _ADDRESS, _ADDRESS, size, size, 0x1000)
    return head + segment + code + message


def text(path: str, size: int, first: bytes = b"") -> Content:
    """Return printable filler whose lines are comments to a shell."""
    head = first + f"# stands in for /{path}\n".encode()
    if size <= len(head):
        return Bytes(head[:size])
    blocks, rest = divmod(size - len(head), len(_BLOCK))
    parts, more = divmod(blocks, _BLOCKS_A_PART)
    return Joined((Bytes(head), *(_blocks(_BLOCKS_A_PART),) * parts, _blocks(more), _tail(rest)))


# Few and long parts, which all files share: a kept lab has each of them once.
@lru_cache(maxsize=_BLOCKS_A_PART + 1)
def _blocks(count: int) -> Bytes:
    return Bytes(_BLOCK * count)


@lru_cache(maxsize=len(_BLOCK))
def _tail(size: int) -> Bytes:
    return Bytes(_BLOCK[: max(0, size - 1)] + b"\n"[:size])


def stand_in(path: str, size: int, mode: int, seed: str) -> Content:
    """Return what suits a path's name and mode.

    Args:
        path: without a leading slash.
        size: bytes.
        mode: permission bits; a program is executable and not in ``/etc``.
        seed: of the filler; files of one seed share it.
    """
    if not size:
        return Bytes()
    executable = mode & 0o111 and not path.startswith("etc/")
    if executable or path.endswith(".so") or ".so." in path:
        return program(path, size, seed)
    head = _head(path)
    if head is not None:
        return Pattern(seed, size, head)
    return text(path, size, b"#!/bin/sh\n" if mode & 0o111 else b"")


def _head(path: str) -> bytes | None:
    """Return how a binary file begins; None for text."""
    for ending, head in _HEADS.items():
        if path.endswith(ending):
            return head
    if path.startswith(_ZONES) and not path.endswith((".tab", ".list", "leapseconds")):
        return b"TZif2"
    if path.startswith(_BINARY_FOLDERS) or f"/{path}".endswith(_BINARY_NAMES):
        return b""
    return None
