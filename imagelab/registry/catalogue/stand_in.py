"""Contents that stand in for real files: the right size and kind, bytes of our own."""

from __future__ import annotations

from functools import lru_cache

from imagelab.model.content import Bytes, Content, Joined, Pattern

#: How a 64-bit little-endian ELF file begins; the shell knows programs by it.
ELF_MAGIC = b"\x7fELF\x02\x01\x01" + bytes(9)

_LINE = b"# The lab keeps the size of this file and not its text.\n"
_BLOCK = Bytes((_LINE * 20)[:1024])
_HEADS = {".gz": b"\x1f\x8b\x08" + bytes(7), ".pyc": b"\xee\x0c\r\n"}
_BINARY_NAMES = (
    ".bin", ".cache", ".gpg", ".mgc", "/aux-cache", "/faillog", "/lastlog", "/locale-archive",
    "/localtime", "/lock",
)
_BINARY_FOLDERS = ("lib/terminfo/", "usr/lib/locale/")
_ZONES = "usr/share/zoneinfo/"


def program(path: str, size: int, seed: str) -> Content:
    """Return an executable or a shared library: ELF magic, a note, filler."""
    note = f"stands in for /{path}\n".encode()
    return Pattern(seed, size, ELF_MAGIC + bytes(48) + note)


def text(path: str, size: int, first: bytes = b"") -> Content:
    """Return printable filler whose lines are comments to a shell."""
    head = first + f"# stands in for /{path}\n".encode()
    if size <= len(head):
        return Bytes(head[:size])
    blocks, rest = divmod(size - len(head), _BLOCK.size)
    return Joined((Bytes(head), *(_BLOCK,) * blocks, _tail(rest)))


@lru_cache(maxsize=_BLOCK.size)
def _tail(size: int) -> Bytes:
    return Bytes(_BLOCK.data[: max(0, size - 1)] + b"\n"[:size])


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
