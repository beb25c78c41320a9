"""cmp."""

from __future__ import annotations

from collections.abc import Iterator

from imagelab.model.content import CHUNK, Content
from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse


def cmp(argv: list[str], io: Io) -> int:
    """Compare two files byte by byte."""
    options, args = parse(io, argv, "slb", "n", long={"silent": "s", "quiet": "s",
                                                      "verbose": "l", "print-bytes": "b"},
                          status=2)
    if not args:
        missing(io, "missing operand after 'cmp'")
        return 2 if io.gnu else 1
    args = [*args, "-"][:2]
    found: list[Content] = []
    for path in args:
        try:
            found.append(io.content(path))
        except FileError as error:
            if "s" not in options:
                io.fail(f"{path}: {error.message}")
            return 2
    one, other = found
    if one == other:
        return 0
    if "s" in options and one.size != other.size:
        return 1
    if "l" in options:
        return _list(io, args, one, other)
    line = 1
    for offset, a, b in _pairs(io, one, other):
        if a == b:
            line += a.count(b"\n")
            continue
        place = next(i for i in range(len(a)) if a[i] != b[i])
        line += a[:place].count(b"\n")
        if "s" not in options:
            io.out(f"{args[0]} {args[1]} differ: char {offset + place + 1}, line {line}\n")
        return 1
    return _ended(io, args, one, other, line, "s" in options)


def _pairs(io: Io, one: Content, other: Content) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the common stretch in pieces: offset and the bytes of both."""
    for offset in range(0, min(one.size, other.size), CHUNK):
        length = min(CHUNK, one.size - offset, other.size - offset)
        io.host.budget.take("hashed", 2 * length)
        io.step(4)
        yield (offset, b"".join(one.chunks(offset, length)),
               b"".join(other.chunks(offset, length)))


def _list(io: Io, args: list[str], one: Content, other: Content) -> int:
    width = len(str(max(one.size, other.size))) if io.gnu else 0
    differ = False
    for offset, a, b in _pairs(io, one, other):
        if a != b:
            io.step(len(a) // 16)
            for place in (i for i in range(len(a)) if a[i] != b[i]):
                differ = True
                io.out(f"{offset + place + 1:{width}d} {a[place]:3o} {b[place]:3o}\n")
    if one.size != other.size:
        return _ended(io, args, one, other, 0, False)
    return int(differ)


def _ended(
    io: Io, args: list[str], one: Content, other: Content, line: int, silent: bool
) -> int:
    if one.size == other.size:
        return 0
    short = args[0] if one.size < other.size else args[1]
    size = min(one.size, other.size)
    if not silent:
        if not io.gnu:
            io.fail(f"EOF on {short}")
        elif not size:
            io.fail(f"EOF on {short} which is empty")
        elif not line:
            io.fail(f"EOF on {short} after byte {size}")
        else:
            content = one if one.size < other.size else other
            whole = b"".join(content.chunks(size - 1, 1)) == b"\n"
            place = f"line {line - 1}" if whole else f"in line {line}"
            io.fail(f"EOF on {short} after byte {size}, {place}")
    return 1
