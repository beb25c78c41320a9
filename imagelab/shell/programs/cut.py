"""cut."""

from __future__ import annotations

import re

from imagelab.shell.escapes import encode
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.lines import lines_of, read_each
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.quoting import gnu_quote


def cut(argv: list[str], io: Io) -> int:
    """Print parts of lines."""
    options, args = parse(io, argv, "snz", "bcfd", long={
        "fields": "f", "delimiter": "d", "characters": "c", "bytes": "b", "only-delimited": "s",
        "output-delimiter": "O", "complement": "C",
    })
    chosen = next((letter for letter in "bcf" if letter in options), None)
    if chosen is None:
        return missing(io, "you must specify a list of bytes, characters, or fields")
    ranges = _ranges(io, options[chosen][-1])
    delimiter = encode(options.get("d", ["\t"])[-1])
    if len(delimiter) != 1:
        return missing(io, "the delimiter must be a single character")
    joiner = encode(options["O"][-1]) if "O" in options else delimiter
    found, status = read_each(io, args)
    for _, data in found:
        out = []
        for line in lines_of(data):
            if chosen == "f":
                if delimiter not in line:
                    if "s" not in options:
                        out.append(line)
                    continue
                pieces = line.split(delimiter)
                out.append(joiner.join(_selected(pieces, ranges)))
            else:
                out.append(b"".join(_selected([line[i : i + 1] for i in range(len(line))],
                                              ranges)))
        io.step(len(out) // 20)
        io.out(b"".join(line + b"\n" for line in out))
    return status


def _ranges(io: Io, text: str) -> list[tuple[int, int]]:
    ranges = []
    for piece in text.split(","):
        match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", piece, re.ASCII)
        if match is None or not (match[1] or match[3]) or match[1] == "0":
            what = "fields are numbered from 1" if match and match[1] == "0" else (
                f"invalid field value {gnu_quote(piece)}"
            )
            raise UsageError(f"cut: {what}\nTry 'cut --help' for more information.\n" if io.gnu
                             else f"cut: invalid number '{piece}'\n")
        low = int(match[1] or 1)
        ranges.append((low, low if not match[2] else int(match[3] or 1 << 30)))
    return ranges


def _selected(items: list[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    chosen: set[int] = set()
    for low, high in ranges:
        chosen.update(range(low, min(high, len(items)) + 1))
    return [item for number, item in enumerate(items, 1) if number in chosen]
