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


def unescape(text: str, *, quotes: bool = False, zero: bool = True) -> tuple[str, bool]:
    r"""Replace escapes; the flag says that ``\c`` ended the text.

    Args:
        text: with escapes.
        quotes: also ``\'`` and ``\"``.
        zero: octal numbers may begin with ``\0``, as in echo.
    """
    if "\\" not in text:
        return text, False
    out = bytearray()
    pos = 0
    while pos < len(text):
        char = text[pos]
        after = text[pos + 1 : pos + 2]
        if char != "\\" or not after:
            out += encode(char)
            pos += 1
            continue
        pos += 2
        if after in _SIMPLE:
            out += _SIMPLE[after].encode()
        elif after == "c" and not quotes:
            return decode(bytes(out)), True
        elif quotes and after in "'\"?":
            out += after.encode()
        elif after == "x" and text[pos : pos + 1] and text[pos] in _HEX:
            digits = _digits(text, pos, 2, _HEX)
            out.append(int(digits, 16))
            pos += len(digits)
        elif after in _OCTAL:
            start = pos if after == "0" and zero else pos - 1
            digits = _digits(text, start, 3, _OCTAL)
            out.append(int(digits or "0", 8) & 255)
            pos = start + len(digits)
        else:
            out += encode("\\" + after)
    return decode(bytes(out)), False


def _digits(text: str, pos: int, most: int, allowed: str) -> str:
    end = pos
    while end < len(text) and end < pos + most and text[end] in allowed:
        end += 1
    return text[pos:end]
