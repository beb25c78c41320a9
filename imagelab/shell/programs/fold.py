"""fold."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import read_each
from imagelab.shell.programs.options import parse
from imagelab.shell.quoting import gnu_quote


def fold(argv: list[str], io: Io) -> int:
    """Break long lines."""
    argv = [re.sub(r"^-(\d+)$", r"-w\1", arg, flags=re.ASCII) for arg in argv]
    options, args = parse(io, argv, "bs", "w", long={"bytes": "b", "spaces": "s", "width": "w"})
    text = options.get("w", ["80"])[-1]
    if re.fullmatch(r"0*[1-9]\d{0,8}", text, re.ASCII) is None:
        why = ": Numerical result out of range" if text.strip("0") == "" else ""
        return io.fail(f"invalid number of columns: {gnu_quote(text)}{why}" if io.gnu
                       else f"invalid number '{text}'")
    found, status = read_each(io, args)
    for _, data in found:
        io.step(len(data) // 100)
        lines = data.splitlines(keepends=True)
        io.out(b"".join(_folded(line, int(text), options) for line in lines))
    return status


def _folded(line: bytes, width: int, options: dict[str, list[str]]) -> bytes:
    """Return a line with breaks in it; a tab goes to the next eighth column."""
    out: list[bytes] = []
    start = at = column = 0
    while at < len(line):
        step = _step(line[at], column, "b" in options)
        if line[at] != 10 and column + step > width and at > start:
            cut = at
            if "s" in options and (blank := line.rfind(b" ", start, at)) >= 0:
                cut = blank + 1
            out += [line[start:cut], b"\n"]
            start = at = cut
            column = 0
            continue
        column += step
        at += 1
    return b"".join([*out, line[start:]])


def _step(byte: int, column: int, by_bytes: bool) -> int:
    if by_bytes:
        return 1
    return {9: 8 - column % 8, 8: -1 if column else 0, 13: -column}.get(byte, 1)
