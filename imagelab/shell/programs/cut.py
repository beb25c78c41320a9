"""cut."""

from __future__ import annotations

import re

from imagelab.shell.escapes import encode
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.lines import lines_of, read_each
from imagelab.shell.programs.options import parse
from imagelab.shell.quoting import gnu_quote

_LONG = {"fields": "f", "delimiter": "d", "characters": "c", "bytes": "b", "only-delimited": "s",
         "output-delimiter": "O", "complement": "C"}
_END = 1 << 30


def cut(argv: list[str], io: Io) -> int:
    """Print parts of lines."""
    options, args = parse(io, argv, "sn", "bcfd" + "O" * (not io.gnu),
                          long=_LONG if io.gnu else {})
    kind = _kind(io, options)
    ranges = _ranges(io, options[kind][-1], kind)
    delimiter = encode(options.get("d", ["\t"])[-1] or "\0")
    if len(delimiter) != 1 and io.gnu:
        raise _wrong(io, "the delimiter must be a single character", "")
    delimiter = delimiter[:1]
    joiner = encode(options["O"][-1]) if "O" in options else delimiter
    found, status = read_each(io, args)
    for _, data in found:
        out = []
        for line in lines_of(data):
            if kind != "f":
                pieces = [line[i : i + 1] for i in range(len(line))]
                out.append(b"".join(_chosen(pieces, ranges, "C" in options)))
            elif delimiter in line:
                pieces = line.split(delimiter)
                out.append(joiner.join(_chosen(pieces, ranges, "C" in options)))
            elif "s" not in options:
                out.append(line)
        io.step(len(data) // 100 + len(out) // 20)
        io.out(b"".join(line + b"\n" for line in out))
    return status


def _wrong(io: Io, gnu: str, busybox: str) -> UsageError:
    return UsageError(f"cut: {gnu}\nTry 'cut --help' for more information.\n" if io.gnu
                      else f"cut: {busybox}\n")


def _kind(io: Io, options: dict[str, list[str]]) -> str:
    """Return which list there is: of bytes, characters or fields."""
    kinds = [letter for letter in "bcf" if letter in options]
    if len(kinds) > 1 or (kinds and len(options[kinds[0]]) > 1 and io.gnu):
        raise _wrong(io, "only one list may be specified", "only one list may be specified")
    if not kinds:
        raise _wrong(io, "you must specify a list of bytes, characters, or fields",
                     "expected a list of bytes, characters, or fields")
    if kinds[0] != "f" and "d" in options:
        raise _wrong(io, "an input delimiter may be specified only when operating on fields",
                     "a delimiter may be specified only when operating on fields")
    if kinds[0] != "f" and "s" in options:
        raise _wrong(io, "suppressing non-delimited lines makes sense\n\tonly when operating on "
                     "fields", "suppressing non-delimited lines makes sense only when operating "
                     "on fields")
    return kinds[0]


def _ranges(io: Io, text: str, kind: str) -> list[tuple[int, int]]:
    ranges = []
    for piece in text.split(","):
        match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", piece, re.ASCII)
        if match is None:
            raise _wrong(io, _fault(piece, kind), f"invalid number '{_odd(piece)}'")
        low, dash, high = match[1], match[2], match[3]
        if io.gnu and dash and not (low or high):
            raise _wrong(io, "invalid range with no endpoint: -", "")
        if io.gnu and (low == "0" or (not low and not dash)):
            raise _wrong(io, "fields are numbered from 1" if kind == "f"
                         else "byte/character positions are numbered from 1", "")
        start = max(int(low or 1), 1)
        end = start if not dash else int(high or _END)
        if end < start:
            raise _wrong(io, "invalid decreasing range", f"{end}<{start - 1}")
        ranges.append((start, end))
    return ranges


def _odd(piece: str) -> str:
    """Return the part of a range that is no number."""
    low, _, high = piece.partition("-")
    return high if low.isdigit() or not low else low


def _fault(piece: str, kind: str) -> str:
    if piece.count("-") > 1:
        return "invalid field range" if kind == "f" else "invalid byte or character range"
    return (f"invalid field value {gnu_quote(_odd(piece))}" if kind == "f"
            else f"invalid byte/character position {gnu_quote(_odd(piece))}")


def _chosen(items: list[bytes], ranges: list[tuple[int, int]], others: bool) -> list[bytes]:
    chosen: set[int] = set()
    for low, high in ranges:
        chosen.update(range(low, min(high, len(items)) + 1))
    return [item for number, item in enumerate(items, 1) if (number in chosen) != others]
