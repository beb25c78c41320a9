"""Sets of tr: from their text to bytes."""

from __future__ import annotations

from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.pattern import CLASSES
from imagelab.shell.programs.io import UsageError
from imagelab.shell.quoting import gnu_quote

_ESCAPES = {ord(name): ord(char) for name, char in (
    ("a", "\a"), ("b", "\b"), ("f", "\f"), ("n", "\n"), ("r", "\r"), ("t", "\t"), ("v", "\v"),
)}
_OCTAL = b"01234567"


def busybox_set(text: str) -> bytes:
    """Return the bytes of a set as busybox 1.35 reads it: what is no set stands for itself."""
    data = encode(unescape(text)[0])
    out = bytearray()
    pos = 0
    while pos < len(data):
        if data.startswith(b"[:", pos) and (end := data.find(b":]", pos, pos + 16)) > 0:
            members = _class(data[pos + 2 : end])
            if members is not None:
                out += members
                pos = end + 2
                continue
        if data[pos + 1 : pos + 2] == b"-" and pos + 2 < len(data):
            out += bytes(range(data[pos], data[pos + 2] + 1))
            pos += 3
        elif data.startswith(b"[=", pos) and data[pos + 3 : pos + 5] == b"=]":
            out.append(data[pos + 2])
            pos += 5
        else:
            out.append(data[pos])
            pos += 1
    return bytes(out)


def gnu_set(text: str, *, length: int | None = None) -> bytes:
    """Return the bytes of a set as GNU tr reads it.

    Args:
        text: of the set.
        length: of the first set when this is the second, where ``[c*]`` fills up.

    Raises:
        UsageError: it is wrong.
    """
    signs = _signs(encode(text))
    out = bytearray()
    fill: tuple[int, int] | None = None
    pos = 0
    while pos < len(signs):
        char, plain = signs[pos]
        found = _bracket(signs, pos, second=length is not None) if plain and char == 91 else None
        if found is not None:
            members, count, pos = found
            if count == 0:
                fill = (len(out), members[0])
            else:
                out += members * min(count, max((length or 0) - len(out), 1))
        elif pos + 2 < len(signs) and signs[pos + 1] == (45, True):
            last = signs[pos + 2][0]
            if last < char:
                raise UsageError(f"tr: range-endpoints of '{chr(char)}-{chr(last)}' are in "
                                 "reverse collating sequence order\n")
            out += bytes(range(char, last + 1))
            pos += 3
        else:
            out.append(char)
            pos += 1
    if fill is not None:
        at, char = fill
        out[at:at] = bytes([char]) * max((length or 0) - len(out), 0)
    return bytes(out)


def _class(name: bytes) -> bytes | None:
    test = CLASSES.get(decode(name))
    return None if test is None else bytes(c for c in range(128) if test(chr(c)))


def _signs(data: bytes) -> list[tuple[int, bool]]:
    """Return bytes, each with whether it may be a sign of the set's grammar."""
    signs: list[tuple[int, bool]] = []
    pos = 0
    while pos < len(data):
        char = data[pos]
        pos += 1
        if char != 92 or pos >= len(data):
            signs.append((char, True))
            continue
        end = pos
        while end < min(pos + 3, len(data)) and data[end] in _OCTAL:
            end += 1
        if end > pos:
            value = int(data[pos:end], 8)
            if value > 255:
                end, value = end - 1, value >> 3
            signs.append((value, False))
            pos = end
        else:
            signs.append((_ESCAPES.get(data[pos], data[pos]), False))
            pos += 1
    return signs


def _bracket(
    signs: list[tuple[int, bool]], pos: int, *, second: bool
) -> tuple[bytes, int, int] | None:
    """Return members, how often they stand there (0: as often as it takes), and the end."""
    data = bytes(char for char, _ in signs[pos : pos + 20])
    if data[1:2] == b":" and (end := data.find(b":]", 2)) > 0:
        members = _class(data[2:end])
        if members is None:
            raise UsageError(f"tr: invalid character class {gnu_quote(decode(data[2:end]))}\n")
        return members, 1, pos + end + 2
    if data[1:2] == b"=" and data[3:5] == b"=]":
        return data[2:3], 1, pos + 5
    if second and data[2:3] == b"*" and (end := data.find(b"]", 3)) > 0:
        digits = data[3:end]
        if not digits or digits.isdigit():
            octal = digits.startswith(b"0") and not set(digits) - set(_OCTAL)
            return data[1:2], int(digits or b"0", 8 if octal else 10), pos + end + 1
    return None
