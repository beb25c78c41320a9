"""Headers of a tar that its readers take for different things.

The library and Go's reader, thus a daemon, agree on all that writers of tars make. On bytes that
none of them makes they do not: what the one skips as a file's content holds entries for the other,
or a file has another name. What is looked at in the lab would not be what a daemon unpacks; so
such headers are refused. Rules: Go 1.19, ``archive/tar`` (``reader.go``, ``strconv.go``), and
``tarfile`` of Python 3.11 to 3.14.
"""

from __future__ import annotations

import re
import tarfile
from typing import BinaryIO

_BLOCK = 512
_PAX, _GLOBAL, _NAME, _LINK = tarfile.XHDTYPE, tarfile.XGLTYPE, b"L", b"K"
_FRONT = frozenset({_PAX, _GLOBAL, _NAME, _LINK, tarfile.SOLARIS_XHDTYPE})
#: Mode, owner, group, size, time, sum; device.
_NUMBERS = ((100, 108), (108, 116), (116, 124), (124, 136), (136, 148), (148, 156), (329, 337),
            (337, 345))
_OCTAL = re.compile(rb" *[0-7]*[ \0]*")
_LENGTH = re.compile(rb"([0-9]{1,9}) ")
_WHOLE = re.compile(rb"[+-]?[0-9]{1,19}")
_WHOLES = frozenset({b"size", b"uid", b"gid"})
#: Where one that is empty says nothing to Go, and something to the library.
_NEVER_EMPTY = frozenset({b"path", b"linkpath", b"uname", b"gname", *_WHOLES})
_SPARSE = b"GNU.sparse."
#: Where what goes before the name is; in star's form it is shorter.
_PREFIX, _STAR_END = 345, 476


class GlobalsIgnored(dict[str, str]):
    """What headers for all of an archive say: nothing, as for a daemon."""

    def __setitem__(self, key: str, value: str) -> None:
        """Take nothing."""

    def update(self, *_: object, **__: object) -> None:
        """Take nothing."""


def is_doubtful(file: BinaryIO, member: tarfile.TarInfo) -> bool:
    """Tell whether readers may take an entry's headers for different things.

    Args:
        file: the tar, seekable.
        member: the entry as the library read it.
    """
    fronts: dict[bytes, bytes] = {}
    at = member.offset
    while True:
        file.seek(at)
        block = file.read(_BLOCK)
        kind = block[156:157]
        if not all(_is_number(block[begin:end]) for begin, end in _NUMBERS):
            return True
        if kind not in _FRONT:
            break
        if kind in fronts or kind not in (_PAX, _NAME, _LINK):
            return True
        size = tarfile.nti(block[124:136])  # type: ignore[attr-defined]
        filled = file.read(size + -size % _BLOCK)
        if any(filled[size:]):
            return True
        fronts[kind] = filled[:size]
        at += _BLOCK + len(filled)
    records = _records(fronts.get(_PAX, b""))
    if records is None or _says_too_much(records, fronts, member):
        return True
    other = fronts.get(_NAME, b"").partition(b"\0")[0] or records.get(b"path", b"")
    return _is_named_twice(block, other)


def _is_number(field: bytes) -> bool:
    return field[:1] >= b"\x80" or _OCTAL.fullmatch(field) is not None


def _records(data: bytes) -> dict[bytes, bytes] | None:
    """Return what a pax header says; None if not all of it is records."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        match = _LENGTH.match(data, at)
        end = at + int(match[1]) if match else 0
        if match is None or not match.end() < end <= len(data) or data[end - 1:end] != b"\n":
            return None
        key, equals, value = data[match.end():end - 1].partition(b"=")
        if not key or not equals:
            return None
        records[key] = value
        at = end
    return records


def _says_too_much(
    records: dict[bytes, bytes], fronts: dict[bytes, bytes], member: tarfile.TarInfo,
) -> bool:
    """Tell whether records contradict others, or are what one reader heeds and another does not."""
    return (
        any(not records.get(key, b"0") for key in _NEVER_EMPTY)
        or not all(_WHOLE.fullmatch(records[key]) for key in _WHOLES & records.keys())
        or (_NAME in fronts and b"path" in records)
        or (_LINK in fronts and b"linkpath" in records)
        or (not member.issparse() and any(key.startswith(_SPARSE) for key in records)))


def _is_named_twice(block: bytes, other: bytes) -> bool:
    """Tell whether an entry's own header has two names, or what makes a file of a folder.

    Args:
        block: the header.
        other: the name that stands before it; empty for none.
    """
    name = block[:100].partition(b"\0")[0]
    kind = block[156:157]
    if block[_PREFIX] and kind != tarfile.GNUTYPE_SPARSE:
        star = block[508:512] == b"tar\0" and 0 not in block[_PREFIX:_STAR_END]
        if block[257:263] != b"ustar\0" or star or not name:
            return True
    return kind == tarfile.AREGTYPE and bool(other) and (
        name.endswith(b"/") != other.endswith(b"/"))
