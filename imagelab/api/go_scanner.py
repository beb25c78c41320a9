"""Where Go's reader of JSON stops in a text that is none, and what it says (``encoding/json``).

Python's reader says neither, so a text that it refuses is gone through once more.
"""

from __future__ import annotations

import re
from typing import NoReturn

BLANKS = re.compile(r"[ \t\n\r]*")
#: What a text ends at, an escape begins with, or cannot have.
_STOP = re.compile(r'["\\\x00-\x1f]')
_HEX = re.compile("[0-9A-Fa-f]*")
_DIGITS = re.compile("[0-9]*")
_CLOSES = {"{": "}", "[": "]"}
_LITERALS = {"t": "true", "f": "false", "n": "null"}
_ESCAPED = {"'": r"\'", '"': '"', "\\": r"\\", "\a": r"\a", "\b": r"\b", "\f": r"\f",
            "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}


class _Stop(Exception):
    """The text is no JSON from some place on."""

    def __init__(self, at: int, where: str) -> None:
        """Keep the place, and what Go has to say of it."""
        super().__init__(where)
        self.at = at
        self.where = where


def complaint(text: str) -> str:
    """Return what Go says of a text that is no JSON, or has more behind it.

    Returns:
        ``invalid character 'x' after object key``, or nothing for a text that breaks off.
    """
    try:
        _scan(text)
    except _Stop as stop:
        rest = text[stop.at:stop.at + 1]
        return f"invalid character {_quoted(rest)} {stop.where}" if rest else ""


def _scan(text: str) -> NoReturn:
    """Go through a text to its end.

    Raises:
        _Stop: always, be it where more could come.
    """
    opened: list[str] = []
    at = _skip(text, 0)
    while True:
        char = text[at:at + 1]
        if char and char in _CLOSES:
            at = _skip(text, at + 1)
            if text[at:at + 1] != _CLOSES[char]:
                opened.append(char)
                at = _key(text, at) if char == "{" else at
                continue
            at += 1
        else:
            at = _scalar(text, at)
        at = _next(text, _skip(text, at), opened)


def _next(text: str, at: int, opened: list[str]) -> int:
    """Return where the value begins that follows another one."""
    while opened and text[at:at + 1] == _CLOSES[opened[-1]]:
        opened.pop()
        at = _skip(text, at + 1)
    if not opened:
        raise _Stop(at, "after top-level value")
    is_object = opened[-1] == "{"
    if text[at:at + 1] != ",":
        raise _Stop(at, "after object key:value pair" if is_object else "after array element")
    at = _skip(text, at + 1)
    return _key(text, at) if is_object else at


def _skip(text: str, at: int) -> int:
    return _end(BLANKS, text, at)


def _end(of: re.Pattern[str], text: str, at: int) -> int:
    found = of.match(text, at)
    assert found is not None, "may be empty"
    return found.end()


def _key(text: str, at: int) -> int:
    if text[at:at + 1] != '"':
        raise _Stop(at, "looking for beginning of object key string")
    at = _skip(text, _string(text, at + 1))
    if text[at:at + 1] != ":":
        raise _Stop(at, "after object key")
    return _skip(text, at + 1)


def _scalar(text: str, at: int) -> int:
    char = text[at:at + 1]
    if char == '"':
        return _string(text, at + 1)
    if char in _LITERALS:
        return _literal(text, at, _LITERALS[char])
    if not char or char not in "-0123456789":
        raise _Stop(at, "looking for beginning of value")
    return _number(text, at)


def _string(text: str, at: int) -> int:
    while stop := _STOP.search(text, at):
        at = stop.end()
        if stop[0] == '"':
            return at
        if stop[0] != "\\":
            raise _Stop(stop.start(), "in string literal")
        kind, at = text[at:at + 1], at + 1
        if kind == "u":
            end = min(_end(_HEX, text, at), at + 4)
            if end < at + 4:
                raise _Stop(end, r"in \u hexadecimal character escape")
            at = end
        elif kind not in '"\\/bfnrt':
            raise _Stop(at - 1, "in string escape code")
    raise _Stop(len(text), "")


def _literal(text: str, at: int, word: str) -> int:
    for index, char in enumerate(word):
        if text[at + index:at + index + 1] != char:
            raise _Stop(at + index, f"in literal {word} (expecting '{char}')")
    return at + len(word)


def _number(text: str, at: int) -> int:
    if text[at] == "-":
        at += 1
    at = at + 1 if text[at:at + 1] == "0" else _digits(text, at, "in numeric literal")
    if text[at:at + 1] == ".":
        at = _digits(text, at + 1, "after decimal point in numeric literal")
    if text[at:at + 1] in ("e", "E"):
        at += 2 if text[at + 1:at + 2] in ("+", "-") else 1
        at = _digits(text, at, "in exponent of numeric literal")
    return at


def _digits(text: str, at: int, where: str) -> int:
    end = _end(_DIGITS, text, at)
    if end == at:
        raise _Stop(at, where)
    return end


def _quoted(char: str) -> str:
    """Return a character as messages have it: its first byte, taken for one of Latin-1."""
    first = chr(char.encode("utf-8", "surrogateescape")[0])
    if first in _ESCAPED:
        return f"'{_ESCAPED[first]}'"
    if first.isprintable():
        return f"'{first}'"
    return f"'\\x{ord(first):02x}'" if first < "\x80" else f"'\\u{ord(first):04x}'"
