"""comm."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of
from imagelab.shell.programs.options import missing, parse


def comm(argv: list[str], io: Io) -> int:
    """Print lines of two sorted files in columns: the first's, the second's, both's."""
    options, args = parse(io, argv, "123")
    if len(args) < 2:
        after = f" after '{args[0]}'" if args else ""
        return missing(io, f"missing operand{after}")
    sides: list[list[bytes]] = []
    for path in args[:2]:
        try:
            sides.append(lines_of(io.data(path)))
        except FileError as error:
            return io.fail(f"{path}: {error.message}" if io.gnu
                           else f"can't open '{path}': {error.message}")
    io.step(sum(map(len, sides)) // 20)
    io.out(b"".join(_columns(sides[0], sides[1], set(options))))
    unsorted = [n for n, lines in enumerate(sides, 1) if io.gnu and lines != sorted(lines)]
    for number in unsorted:
        io.fail(f"file {number} is not in sorted order")
    return io.fail("input is not in sorted order") if unsorted else 0


def _columns(one: list[bytes], other: list[bytes], hidden: set[str]) -> list[bytes]:
    gaps = {column: b"\t" * sum(1 for c in "12" if c < column and c not in hidden)
            for column in "123"}
    out: list[bytes] = []
    a = b = 0
    while a < len(one) or b < len(other):
        if b == len(other) or (a < len(one) and one[a] < other[b]):
            column, line = "1", one[a]
        elif a == len(one) or one[a] > other[b]:
            column, line = "2", other[b]
        else:
            column, line = "3", one[a]
        a += column in "13"
        b += column in "23"
        if column not in hidden:
            out.append(gaps[column] + line + b"\n")
    return out
