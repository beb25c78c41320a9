"""Tars out of short texts, so that what chance changes is the entries and not the checksums.

A text has an entry in each line, its fields separated by tabs: the type, the name, and
``KEY=VALUE`` for the rest of the header and the content (``data``). ``pax.KEY`` makes an extended
header before it. ``@NAME@`` in a content stands for the SHA-256 of the content of an entry before,
``#NAME#`` for its size. What begins with ``!`` is bytes of a tar, whose checksums are made right;
with ``!!`` they are left as they are.
"""

from __future__ import annotations

import hashlib
import re

BLOCK = 512
_REFERENCE = re.compile(rb"([@#])([^@#\t\n]{1,80})\1")
#: Where numbers and texts stand in a header: POSIX.1-2001, ustar.
_PLACES = {
    b"mode": (100, 8), b"uid": (108, 8), b"gid": (116, 8), b"size": (124, 12),
    b"mtime": (136, 12), b"link": (157, 100), b"magic": (257, 8), b"user": (265, 32),
    b"group": (297, 32), b"major": (329, 8), b"minor": (337, 8), b"prefix": (345, 155),
}
_DEFAULTS = {b"mode": b"0000644", b"magic": b"ustar\x0000"}
_NUMBERS = frozenset({b"mode", b"uid", b"gid", b"mtime", b"major", b"minor"})


def tar_of(text: bytes) -> bytes:
    """Return the tar that a text stands for."""
    if text.startswith(b"!!"):
        return text[2:]
    if text.startswith(b"!"):
        return b"".join(map(_mended, _blocks(text[1:])))
    contents: dict[bytes, bytes] = {}
    entries = [_entry(line, contents) for line in text.split(b"\n") if line]
    return b"".join(entries) + bytes(2 * BLOCK)


def _blocks(data: bytes) -> list[bytes]:
    return [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]


def _entry(line: bytes, contents: dict[bytes, bytes]) -> bytes:
    kind, *rest = line.split(b"\t")
    name, fields = rest[0] if rest else b"", dict(each.partition(b"=")[::2] for each in rest[1:])

    def known(match: re.Match[bytes]) -> bytes:
        data = contents.get(match[2], b"")
        return hashlib.sha256(data).hexdigest().encode() if match[1] == b"@" else b"%d" % len(data)

    data = _REFERENCE.sub(known, fields.pop(b"data", b""))
    name = _REFERENCE.sub(known, name)
    contents[name] = data
    pax = b"".join(_record(key[4:], value)
                   for key, value in fields.items() if key.startswith(b"pax."))
    header = _header(kind[:1] or b"0", name, {b"size": b"%011o" % len(data), **fields})
    extended = _header(b"x", b"p", {b"size": b"%011o" % len(pax)}) + _whole(pax) if pax else b""
    return extended + header + _whole(data)


def _record(key: bytes, value: bytes) -> bytes:
    length = len(key) + len(value) + 4
    while len(record := b"%d %s=%s\n" % (length, key, value)) != length:
        length = len(record)
    return record


def _whole(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def _header(kind: bytes, name: bytes, fields: dict[bytes, bytes]) -> bytes:
    block = bytearray(BLOCK)
    block[: min(len(name), 100)] = name[:100]
    block[156:157] = kind
    for key, value in {**_DEFAULTS, **fields}.items():
        if key in _PLACES:
            at, width = _PLACES[key]
            text = value.rjust(width - 1, b"0") if key in _NUMBERS else value
            block[at : at + min(len(text), width)] = text[:width]
    return _mended(bytes(block))


def _mended(block: bytes) -> bytes:
    """Return a block with the checksum that it has as a header; others that are none stay."""
    if len(block) < BLOCK or b"ustar" not in block[257:265]:
        return block
    blank = block[:148] + b" " * 8 + block[156:]
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]
