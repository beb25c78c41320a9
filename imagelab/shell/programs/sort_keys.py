"""Keys of sort: which part of a line is compared, and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.quoting import gnu_quote

_ORDERS = "bdfghiMnRrV"
_FIELD = re.compile(rb"[ \t]*[^ \t]+|[ \t]+")
_NUMBER = re.compile(rb"[ \t\n\v\f\r]*(-?)(\d*)(?:\.(\d*))?")
_REAL = re.compile(rb"[ \t\n\v\f\r]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,5})?)")
_HUMAN = re.compile(rb"[ \t]*(-?)[\d.]*([KMGTPEk]?)")
_MONTHS = (b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT",
           b"NOV", b"DEC")


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        start: number of the first field from 1, and of the character in it; 0 is its beginning.
        end: the same for the last one; field 0 is the last of the line, character 0 its end.
        order: letters of its kind of comparison; those of the whole sort if it has none.
        skip: whether blanks before the start and before the end do not count.
    """

    start: tuple[int, int] = (1, 0)
    end: tuple[int, int] = (0, 0)
    order: str = ""
    skip: tuple[bool, bool] = (False, False)


def read_key(io: Io, text: str) -> Key:
    """Read a value of ``-k``.

    Raises:
        UsageError: it is wrong.
    """
    reader = _Reader(io, text)
    start = reader.place("at field start", field=True)
    first = reader.letters()
    end, second = (0, 0), ""
    if reader.take(","):
        end = reader.place("after ','", field=True)
        second = reader.letters()
    if reader.rest:
        raise reader.wrong(f"stray character in field spec: invalid field specification "
                           f"{gnu_quote(text)}", "unknown key option")
    order = (first + second).replace("b", "")
    return Key(start, end, order, ("b" in first, "b" in second))


class _Reader:
    def __init__(self, io: Io, text: str) -> None:
        self.io, self.text, self.rest = io, text, text

    def wrong(self, gnu: str, busybox: str = "bad field specification") -> UsageError:
        return UsageError(f"sort: {self.io.words(gnu, busybox)}\n", 2)

    def take(self, mark: str) -> bool:
        found = self.rest.startswith(mark)
        self.rest = self.rest[len(mark) :] if found else self.rest
        return found

    def number(self, where: str) -> int:
        match = re.match(r"\d{1,9}", self.rest, re.ASCII)
        if match is None:
            raise self.wrong(f"invalid number {where}: invalid count at start of "
                             f"{gnu_quote(self.rest)}")
        self.rest = self.rest[match.end() :]
        return int(match[0])

    def place(self, where: str, *, field: bool) -> tuple[int, int]:
        number = self.number(where)
        if not number:
            self.zero("field number")
        if not self.take("."):
            return number, 0
        character = self.number("after '.'")
        if not character and where == "at field start":
            self.zero("character offset")
        return number, character

    def zero(self, what: str) -> NoReturn:
        raise self.wrong(f"{what} is zero: invalid field specification {gnu_quote(self.text)}")

    def letters(self) -> str:
        found = re.match(f"[{_ORDERS}]*", self.rest)
        assert found is not None
        self.rest = self.rest[found.end() :]
        return found[0]


def value_of(
    key: Key, order: str, separator: bytes | None, *, gnu: bool
) -> Callable[[bytes], Any]:
    """Return what gives a line's value for a key, to be compared with other lines'."""
    compare = _comparison(order, gnu=gnu)
    if key == Key():
        return compare
    return lambda line: compare(_part(line, key, separator, gnu=gnu))


def _part(line: bytes, key: Key, separator: bytes | None, *, gnu: bool) -> bytes:
    fields = _fields(line, separator)
    number, character = key.start
    if number > len(fields):
        return b""
    start = _skipped(line, fields[number - 1][0], key.skip[0]) + max(character - 1, 0)
    number, character = key.end
    if number == 0 or number > len(fields):
        return line[start:]
    end = fields[number - 1][1]
    if character and not gnu:
        # Busybox 1.35 counts it from the beginning of the line.
        return line[start:character]
    if character:
        end = min(_skipped(line, fields[number - 1][0], key.skip[1]) + character, end)
    return line[start:end]


def _fields(line: bytes, separator: bytes | None) -> list[tuple[int, int]]:
    if separator is None:
        return [match.span() for match in _FIELD.finditer(line)]
    spans, at = [], 0
    for piece in line.split(separator):
        spans.append((at, at + len(piece)))
        at += len(piece) + len(separator)
    return spans


def _skipped(line: bytes, at: int, skip: bool) -> int:
    while skip and line[at : at + 1] in (b" ", b"\t"):
        at += 1
    return at


def _comparison(order: str, *, gnu: bool) -> Callable[[bytes], Any]:
    if "n" in order and gnu:
        return _number
    if "g" in order or "n" in order:
        return lambda text: _real(text, gnu=gnu)
    if "h" in order:
        return _human
    if "M" in order:
        return _month
    if "V" in order:
        return _version
    return lambda text: _folded(text, order)


def _number(text: bytes) -> int:
    match = _NUMBER.match(text)
    assert match is not None
    whole, rest = int(match[2][:300] or b"0"), (match[3] or b"").ljust(9, b"0")[:9]
    value = whole * 10**9 + int(rest)
    return -value if match[1] else value


def _real(text: bytes, *, gnu: bool) -> tuple[int, float]:
    match = _REAL.match(text)
    if match is None:
        return (0 if gnu else 1), 0.0
    return 1, float(match[1])


def _human(text: bytes) -> tuple[int, int]:
    match = _HUMAN.match(text)
    assert match is not None
    size = b" KMGTPE".find(match[2].upper() or b" ")
    return (-size if match[1] else size), _number(text)


def _month(text: bytes) -> int:
    name = text.strip()[:3].upper()
    return _MONTHS.index(name) + 1 if name in _MONTHS else 0


def _version(text: bytes) -> list[tuple[list[int], int]]:
    """Digits compare as numbers; before other signs come letters, and before all the tilde."""
    found = re.findall(rb"([^\d]*)(\d*)", text)
    return [([_weight(byte) for byte in signs] + [0], int(digits[:300] or b"0"))
            for signs, digits in found]


def _weight(byte: int) -> int:
    return -1 if byte == ord("~") else byte if chr(byte).isalpha() else byte + 256


def _folded(text: bytes, order: str) -> bytes:
    if "d" in order:
        text = re.sub(rb"[^A-Za-z0-9 \t]", b"", text)
    elif "i" in order:
        text = re.sub(rb"[^ -~]", b"", text)
    return text.upper() if "f" in order else text
