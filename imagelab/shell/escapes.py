"""Backslash escapes of echo, printf and ``$'…'``."""

from __future__ import annotations

_SIMPLE = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
           "v": "\v", "\\": "\\"}
_OCTAL = "01234567"
_HEX = "0123456789abcdefABCDEF"


def encode(text: str) -> bytes:
    """Return a text of the shell as bytes; bytes that were no UTF-8 come back as they were."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """Return bytes as a text of the shell."""
    return data.decode("utf-8", "surrogateescape")


def unescape(text: str, *, zero: bool = True, hexes: bool = True, bare: bool = True
             ) -> tuple[str, bool]:
    r"""Replace escapes; the flag says that ``\c`` ended the text.

    Args:
        text: with escapes.
        zero: octal numbers may begin with ``\0``, as in echo.
        hexes: ``\x41`` is a byte.
        bare: octal numbers may do without that nought.
    """
    if "\\" not in text:
        return text, False
    out = bytearray()
    pos = 0
    while pos < len(text):
        stop = text.find("\\", pos)
        stop = len(text) if stop < 0 else stop
        out += encode(text[pos:stop])
        if stop >= len(text) - 1:
            out += encode(text[stop:])
            break
        if text[stop + 1] == "c":
            return decode(bytes(out)), True
        data, pos = _escaped(text, stop + 1, zero=zero, hexes=hexes, bare=bare)
        out += data
    return decode(bytes(out)), False


def quoted_text(text: str, *, bash: bool) -> str:
    r"""Return what stands in ``$'…'``.

    bash knows ``\?``, ``\cA`` and ``\u0041`` too, and ends the text at a null byte, which ash
    leaves out.
    """
    out = bytearray()
    pos = 0
    while pos < len(text):
        after = text[pos + 1 : pos + 2]
        if text[pos] != "\\" or not after:
            out += encode(text[pos])
            pos += 1
        elif after in "'\"" or (bash and after == "?"):
            out += after.encode()
            pos += 2
        elif bash and after == "c" and pos + 2 < len(text):
            out.append(ord(text[pos + 2]) & 31)
            pos += 3
        elif bash and after in "uU" and (
            digits := _digits(text, pos + 2, 4 if after == "u" else 8, _HEX)
        ) and int(digits, 16) < 128:  # others stay as they are in the C locale
            out.append(int(digits, 16))
            pos += 2 + len(digits)
        else:
            data, pos = _escaped(text, pos + 1, zero=False, hexes=True, bare=True)
            out += data
    whole, null, _ = bytes(out).partition(b"\0")
    return decode(whole if null and bash else bytes(out).replace(b"\0", b""))


def _escaped(text: str, pos: int, *, zero: bool, hexes: bool, bare: bool) -> tuple[bytes, int]:
    """Return what an escape stands for whose backslash is before ``pos``, and where it ends."""
    char = text[pos]
    if char in _SIMPLE:
        return _SIMPLE[char].encode(), pos + 1
    if char == "x" and hexes and text[pos + 1 : pos + 2] in tuple(_HEX):
        digits = _digits(text, pos + 1, 2, _HEX)
        return bytes([int(digits, 16)]), pos + 1 + len(digits)
    if char in _OCTAL and (bare or char == "0"):
        start = pos + 1 if char == "0" and zero else pos
        digits = _digits(text, start, 3, _OCTAL)
        return bytes([int(digits or "0", 8) & 255]), start + len(digits)
    return encode("\\" + char), pos + 1


def _digits(text: str, pos: int, most: int, allowed: str) -> str:
    end = pos
    while end < len(text) and end < pos + most and text[end] in allowed:
        end += 1
    return text[pos:end]
