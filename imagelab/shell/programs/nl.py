"""nl."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of, read_each
from imagelab.shell.programs.options import parse


def nl(argv: list[str], io: Io) -> int:
    """Number lines."""
    options, args = parse(io, argv, "p", "bwsv")
    found, status = read_each(io, args)
    number = 0
    every = options.get("b", ["t"])[-1] == "a"
    for _, data in found:
        for line in lines_of(data):
            if line or every:
                number += 1
                io.out(b"%6d\t" % number + line + b"\n")
            else:
                io.out(b"       \n")
    return status
