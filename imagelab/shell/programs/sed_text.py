"""Texts in scripts of sed: what ``a``, ``i`` and ``c`` insert, and escapes.

The rules are those that GNU sed 4.9 and busybox 1.35 follow; POSIX knows only the form with a
backslash and a new line, and no escapes.
"""

from __future__ import annotations

_NUMBERS = {"d": (10, 3, "0123456789"), "o": (8, 3, "01234567"),
            "x": (16, 2, "0123456789abcdefABCDEF")}
_BOTH = {"n": "\n", "t": "\t", "r": "\r"}
_SPECIAL = ".*[]^$\\+?(){}|"
_SHOWN = {ord(char): "\\" + name for name, char in (
    ("\\", "\\"), ("a", "\a"), ("b", "\b"), ("f", "\f"), ("n", "\n"), ("r", "\r"), ("t", "\t"),
    ("v", "\v"),
)}
_CASES = {"U": 10, "L": 11, "E": 12, "u": 13, "l": 14}
_GNU = {**_BOTH, "a": "\a", "f": "\f", "v": "\v"}


def escaped(text: str, pos: int, *, gnu: bool) -> tuple[str, int]:
    """Return what the escape is whose backslash stands before ``pos``, and where it ends."""
    char = text[pos]
    after = pos + 1
    if not gnu:
        return _BOTH.get(char, char), after
    if char == "c" and after < len(text):
        return chr(ord(text[after].upper()) & 127 ^ 64), after + 1
    if char in _NUMBERS:
        base, most, digits = _NUMBERS[char]
        end = after
        while end < len(text) and end < after + most and text[end] in digits:
            end += 1
        if end > after:
            byte = bytes([int(text[after:end], base) & 255])
            return byte.decode("utf-8", "surrogateescape"), end
    return _GNU.get(char, char), after


def pattern_escape(text: str, pos: int, *, gnu: bool) -> tuple[str, int]:
    """Return what an escape is in a regular expression, and where it ends.

    A character that is named by its number stands for itself there.
    """
    char, end = escaped(text, pos, gnu=gnu)
    if char == text[pos]:
        return "\\" + char, end
    return ("\\" + char if char in _SPECIAL else char), end


def letters(text: str, *, gnu: bool) -> str:
    """Return the characters of one side of ``y``."""
    out: list[str] = []
    pos = 0
    while pos < len(text):
        char = text[pos]
        pos += 1
        if char == "\\" and pos < len(text):
            char, end = escaped(text, pos, gnu=gnu)
            if char == text[pos] and char != "\\":
                char = "\\" + char
            pos = end
        out.append(char)
    return "".join(out)


def visible(line: str, width: int) -> str:
    """Return a line as ``l`` shows it, folded to a width; 0 does not fold."""
    out: list[str] = []
    column = 0
    for byte in line.encode("utf-8", "surrogateescape"):
        piece = _SHOWN.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
        if width and column + len(piece) > width - 1:
            out.append("\\\n")
            column = 0
        out.append(piece)
        column += len(piece)
    return "".join(out) + "$\n"


def inserted_text(text: str, pos: int, *, gnu: bool) -> tuple[str | None, int]:
    """Return the text of ``a``, ``i`` or ``c`` and where it ends; None when there is none.

    A first backslash keeps the blanks after it, and takes the end of its line with it.
    """
    while text[pos : pos + 1] in (" ", "\t"):
        pos += 1
    if pos >= len(text):
        return (None if gnu else "\n"), pos
    if text[pos] == "\\":
        pos += 1
        if gnu and pos >= len(text):
            return "", pos
        pos += text[pos : pos + 1] == "\n"
    out: list[str] = []
    while pos < len(text) and text[pos] != "\n":
        char = text[pos]
        pos += 1
        if char == "\\" and pos < len(text):
            char, pos = escaped(text, pos, gnu=gnu)
        elif char == "\\":
            char = "" if gnu else "\n"
        out.append(char)
    return "".join(out) + "\n", pos


def replacement(text: str, *, gnu: bool) -> list[str | int]:
    """Split into texts and numbers: 0 to 9 groups, from 10 on changes of case."""
    parts: list[str | int] = []
    pos = 0
    while pos < len(text):
        char = text[pos]
        if char == "\\" and pos + 1 < len(text):
            after = text[pos + 1]
            if after.isdigit():
                parts.append(int(after))
                pos += 2
            elif gnu and after in _CASES:
                parts.append(_CASES[after])
                pos += 2
            else:
                part, pos = escaped(text, pos + 1, gnu=gnu)
                parts.append(part)
        else:
            parts.append(0 if char == "&" else char)
            pos += 1
    return parts
