"""paste."""

from __future__ import annotations

from itertools import zip_longest

from imagelab.shell.escapes import encode, unescape
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of
from imagelab.shell.programs.options import parse


def paste(argv: list[str], io: Io) -> int:
    """Join lines of files side by side, or the lines of each file."""
    options, args = parse(io, argv, "s", "d", long={"serial": "s", "delimiters": "d"})
    text = options.get("d", ["\t"])[-1].replace("\\0", "\0")
    marks = [b"" if c == "\0" else encode(c) for c in unescape(text)[0]] or [b""]
    args = args or ["-"]
    sides: list[list[bytes]] = []
    shared = lines_of(io.data("-")) if "-" in args else []
    places = [place for place, path in enumerate(args) if path == "-"]
    for place, path in enumerate(args):
        if path != "-":
            sides.append(lines_of(io.data(path)))
        elif "s" in options:
            sides.append(shared if place == places[0] else [])
        else:
            sides.append(shared[places.index(place) :: len(places)])
    rows = sides if "s" in options else zip_longest(*sides, fillvalue=b"")
    out = []
    for row in rows:
        io.step(1 + len(row) // 50)
        pieces = [piece + marks[at % len(marks)] for at, piece in enumerate(row[:-1])]
        out.append(b"".join([*pieces, *row[-1:], b"\n"]))
    io.out(b"".join(out))
    return 0
