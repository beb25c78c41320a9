"""od and hexdump: bytes of files as numbers and characters."""

from __future__ import annotations

import re
from collections.abc import Callable

from imagelab.model.content import Content, join
from imagelab.model.file_error import FileError
from imagelab.shell.programs.content_file import ContentFile
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sizes import UNITS, c_number

_LINE = 16
_ESCAPES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
_NAMES = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr",
    "so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub",
    "esc", "fs", "gs", "rs", "us", "sp",
]
#: Old options and the types they stand for.
_OLD = {"b": "o1", "c": "c", "d": "u2", "o": "o2", "x": "x2", "a": "a", "i": "d4", "s": "d2"}
_WIDTHS = {"o": {1: 3, 2: 6, 4: 11, 8: 22}, "x": {1: 2, 2: 4, 4: 8, 8: 16},
           "d": {1: 4, 2: 6, 4: 11, 8: 20}, "u": {1: 3, 2: 5, 4: 10, 8: 20}}
_SIZES = {"C": 1, "S": 2, "I": 4, "L": 8, "": 4}
#: Busybox's units.
_UNITS = {"": 1, "b": 512, "k": 1 << 10, "m": 1 << 20}

Column = Callable[[bytes], list[str]]


def od(argv: list[str], io: Io) -> int:
    """Dump files, 16 bytes a line."""
    options, args = parse(io, argv, "".join(_OLD) + "v", "AtNjw", long={
        "address-radix": "A", "format": "t", "read-bytes": "N", "skip-bytes": "j",
        "output-duplicates": "v", "width": "w"})
    radix = options.get("A", ["o"])[-1]
    if radix not in ("o", "d", "x", "n"):
        raise UsageError(f"od: invalid output address radix '{radix}'; it must be one "
                         "character from [doxn]\n" if io.gnu
                         else f"od: bad output address radix '{radix}' (must be [doxn])\n")
    kinds = [kind for text in options.get("t", []) for kind in _types(io, text)]
    kinds += [_OLD[letter] for letter in options if letter in _OLD]
    kinds = kinds or ["o2"]
    content, status = _joined(io, args)
    skip, most = _number(io, options, "j", 0), _number(io, options, "N", content.size)
    if skip > content.size:
        if io.gnu and status and not content.size:
            return status
        return io.fail(io.words("cannot", "can't") + " skip past end of combined input")
    content = ContentFile(content).stretch(skip, most)
    form = {"o": "07o", "d": "07d", "x": "06x", "n": ""}[radix]

    def address(offset: int) -> str:
        return format(offset, form) if form else ""

    columns = [_column(kind) for kind in kinds]
    width = max(_LINE // _size(kind) * (_wide(kind) + 1) for kind in kinds)
    for offset, data, repeated in _rows(io, content, "v" in options):
        if repeated:
            io.out("*\n")
            continue
        for number, (kind, column) in enumerate(zip(kinds, columns, strict=True)):
            front = address(skip + offset) if number == 0 else " " * len(address(0))
            cells = column(data + bytes(-len(data) % _size(kind)))
            line = _line(cells, width, _LINE // _size(kind))
            if kind.endswith("z"):
                line = line.ljust(width) + f"  >{_printable(data)}<"
            io.out(front + line + "\n")
    if form and (content.size or not status):
        io.out(address(skip + content.size) + "\n")
    return status


def _types(io: Io, text: str) -> list[str]:
    found = re.findall(r"([acdoux])([1248CSIL]?)(z?)", text)
    if "".join("".join(parts) for parts in found) != text or not text:
        odd = next((c for c in text if c not in "acdouxz1248CSIL"), text[:1])
        front = f"invalid character '{odd}' in" if io.gnu else "invalid"
        raise UsageError(f"od: {front} type string '{text}'\n")
    kinds = []
    for letter, size, tail in found:
        number = "" if letter in "ac" else str(_SIZES.get(size, size))
        kinds.append(letter + number + tail)
    return kinds


def _number(io: Io, options: dict[str, list[str]], letter: str, default: int) -> int:
    """Return a number of bytes: in decimal, octal or hexadecimal as in C, perhaps with a unit."""
    if letter not in options:
        return default
    text = options[letter][-1]
    if not io.gnu and letter == "n":
        if not re.fullmatch("[0-9]{1,9}", text):
            raise UsageError(_not_a_number(io, letter, text, whole=True))
        return int(text)
    found = c_number(text)
    number, rest = found or (0, "")
    unit = _units(io).get(rest)
    if found is None or unit is None:
        raise UsageError(_not_a_number(io, letter, text, whole=found is None))
    return number * unit


def _units(io: Io) -> dict[str, int]:
    if not io.gnu:
        return _UNITS
    units = UNITS | {"m": 1 << 20}
    return units if io.name == "od" else {name: units[name] for name in units if name != "b"}


def _not_a_number(io: Io, letter: str, text: str, *, whole: bool) -> str:
    """Return what is said of a wrong number, or (not ``whole``) of a wrong end of one."""
    if not io.gnu:
        return f"{io.name}: invalid number '{text}'\n"
    if io.name == "od":
        return f"od: invalid {'' if whole else 'suffix in '}-{letter} argument '{text}'\n"
    what = "offset" if letter == "s" else "length"
    return f"{io.name}: failed to parse {what}: '{text}': Invalid argument\n"


def _size(kind: str) -> int:
    return int(kind[1]) if kind[1:2].isdigit() else 1


def _wide(kind: str) -> int:
    return 3 if kind[0] in "ac" else _WIDTHS[kind[0]][_size(kind)]


def _line(cells: list[str], width: int, fields: int) -> str:
    """Return cells spread over a width, so that types under each other line up."""
    out, used = "", 0
    for number, cell in enumerate(cells, 1):
        edge = width - width * (fields - number) // fields
        out += cell.rjust(edge - used)
        used = edge
    return out


def _column(kind: str) -> Column:
    letter, size = kind[0], _size(kind)

    def cells(data: bytes) -> list[str]:
        if letter == "a":
            return [_NAMES[b] if b < 33 else "del" if b == 127 else chr(b)
                    for b in (byte & 127 for byte in data)]
        if letter == "c":
            return [_ESCAPES.get(b, chr(b) if 32 <= b < 127 else f"{b:03o}") for b in data]
        numbers = [int.from_bytes(data[i : i + size], "little", signed=letter == "d")
                   for i in range(0, len(data), size)]
        if letter in "du":
            return [str(number) for number in numbers]
        wide = _WIDTHS[letter][size]
        return [format(number, f"0{wide}{letter}") for number in numbers]

    return cells


def _rows(io: Io, content: Content, all_lines: bool) -> list[tuple[int, bytes, bool]]:
    """Return lines with their offset; the flag stands for lines that repeat the one before."""
    rows: list[tuple[int, bytes, bool]] = []
    before, starred, rest, offset = b"", False, b"", 0
    for chunk in content.chunks():
        io.host.budget.take("hashed", len(chunk))
        io.step(1 + len(chunk) // 256)
        rest += chunk
        whole = len(rest) // _LINE * _LINE
        for at in range(0, whole, _LINE):
            data = rest[at : at + _LINE]
            if data == before and not all_lines:
                if not starred:
                    rows.append((offset, data, True))
                starred = True
            else:
                rows.append((offset, data, False))
                io.host.budget.take("words", 200)
                before, starred = data, False
            offset += _LINE
        rest = rest[whole:]
    if rest:
        rows.append((offset, rest, False))
    return rows


def _printable(data: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 else "." for b in data)


def _joined(io: Io, args: list[str]) -> tuple[Content, int]:
    found, status = [], 0
    for path in args or ["-"]:
        try:
            found.append(io.content(path))
        except FileError as error:
            status = io.fail(f"{path}: {error.message}")
    return join(*found), status


def hexdump(argv: list[str], io: Io) -> int:
    """Dump files in hexadecimal: two-byte numbers, or ``-C`` for bytes and characters."""
    options, args = parse(io, argv, "Cvxbcdo", "ns", long={"canonical": "C"})
    content, status = _joined(io, args)
    skip, most = _number(io, options, "s", 0), _number(io, options, "n", content.size)
    skip = min(skip, content.size)
    content = ContentFile(content).stretch(skip, most)
    canonical = "C" in options
    digits = 8 if canonical else 7
    for offset, data, repeated in _rows(io, content, "v" in options):
        if repeated:
            io.out("*\n")
            continue
        front = f"{skip + offset:0{digits}x}"
        if canonical:
            halves = [" ".join(f"{b:02x}" for b in data[i : i + 8]) for i in (0, 8)]
            io.out(f"{front}  {halves[0]:<23}  {halves[1]:<23}  |{_printable(data)}|\n")
        else:
            padded = data + bytes(len(data) % 2)
            words = [int.from_bytes(padded[i : i + 2], "little")
                     for i in range(0, len(padded), 2)]
            gap, form = ("    ", "04x") if "x" in options else (" ", "04x")
            line = "".join(gap + format(word, form) for word in words)
            io.out((front + line).ljust(47) + "\n")
    if content.size or skip:
        io.out(f"{skip + content.size:0{digits}x}\n")
    return status
