"""rev and tac."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of, read_each


def rev(argv: list[str], io: Io) -> int:
    """Reverse lines."""
    found, status = read_each(io, argv[1:])
    for _, data in found:
        io.out(b"".join(line[::-1] + b"\n" for line in lines_of(data)))
    return status


def tac(argv: list[str], io: Io) -> int:
    """Print lines last first."""
    found, status = read_each(io, argv[1:])
    for _, data in found:
        io.out(b"".join(reversed(data.splitlines(keepends=True))))
    return status
