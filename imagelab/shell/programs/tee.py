"""tee."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse


def tee(argv: list[str], io: Io) -> int:
    """Copy the input to the output and to files."""
    options, args = parse(io, argv, "ai")
    content = io.stdin()
    io.out(content)
    status = 0
    for path in args:
        try:
            target = io.open(path, "a" if "a" in options else "w")
        except OSError:
            continue
        io.host.write(target, content)
    return status
