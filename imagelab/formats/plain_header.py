"""The header of a tar's entry as nearly all are: ASCII, numbers in octal, no type that is rare.

What is read of one is what :meth:`tarfile.TarInfo.frombuf` reads of it. Who has another header asks
the library, which knows all of them.
"""

from __future__ import annotations

import re
import tarfile
import zlib
from functools import lru_cache

BLOCK = 512

#: Mode, owner and group; size; time; check sum: of full width, as the writers of images have them.
_NUMBERS = re.compile(rb"((?:[0-7]{7}\0){3})([0-7]{11})\0([0-7]{11})\0([0-7]{6})\0 ")
_TYPES = {kind: kind for kind in (
    tarfile.REGTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE)}
_DEVICES = {bytes(16), b"0000000\0" * 2}


def plain(block: bytes, offset: int) -> tarfile.TarInfo | None:
    """Return the entry of a header, or None where the library is to read it.

    Args:
        block: the header, or fewer bytes where the file ends.
        offset: where it is in the file.
    """
    # Of ASCII the sum of all bytes is less than the number that Adler's sum is cut by.
    if len(block) != BLOCK or not block.isascii():
        return None
    numbers = _NUMBERS.match(block, 100)
    kind = _TYPES.get(block[156:157])
    if numbers is None or kind is None or block[329:345] not in _DEVICES:
        return None
    size, check_sum = int(numbers[2], 8), int(numbers[4], 8)
    if zlib.adler32(block[156:], zlib.adler32(block[:148])) & 0xFFFF != check_sum - 8 * 32 + 1:
        return None
    if size and kind is not tarfile.REGTYPE:
        return None
    if block[345] and (block[257:263] != b"ustar\0" or not block[0] or block[508:] == b"tar\0"):
        return None  # readers differ about what stands before the name
    member = tarfile.TarInfo(_name(block, kind))
    member.offset, member.offset_data = offset, offset + BLOCK
    member.mode, member.uid, member.gid = _owned(numbers[1])
    member.size, member.chksum, member.type = size, check_sum, kind
    member.mtime = int(numbers[3], 8)
    if block[157]:
        member.linkname = _text(block[157:257])
    member.uname, member.gname = _owners(block[265:329])
    return member


def _name(block: bytes, kind: bytes) -> str:
    name = _text(block[:100])
    if block[345]:
        name = f"{_text(block[345:500])}/{name}"
    return name.rstrip("/") if kind is tarfile.DIRTYPE else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("ascii")


@lru_cache(maxsize=1 << 10)
def _owned(field: bytes) -> tuple[int, int, int]:
    return int(field[:7], 8), int(field[8:15], 8), int(field[16:23], 8)


@lru_cache(maxsize=1 << 10)
def _owners(field: bytes) -> tuple[str, str]:
    return _text(field[:32]), _text(field[32:])
