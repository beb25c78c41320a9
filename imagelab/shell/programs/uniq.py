"""uniq."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of
from imagelab.shell.programs.options import parse


def uniq(argv: list[str], io: Io) -> int:
    """Join neighbouring lines that are equal."""
    options, args = parse(io, argv, "cduiz", "fsw", long={"count": "c", "repeated": "d",
                                                        "unique": "u", "ignore-case": "i"})
    skip, start, size = (_number(options, letter) for letter in "fsw")
    try:
        lines = lines_of(io.data(args[0] if args else "-"))
    except FileError as error:
        return io.fail(f"{args[0]}: {error.message}" if io.gnu
                       else f"can't open '{args[0]}': {error.message}")

    def key(line: bytes) -> bytes:
        line = line.lower() if "i" in options else line
        if skip:
            line = b"".join(re.findall(rb"\s*\S+", line)[skip:])
        return line[start : start + size if size else None]

    groups: list[tuple[int, bytes]] = []
    for line in lines:
        if groups and key(groups[-1][1]) == key(line):
            groups[-1] = (groups[-1][0] + 1, groups[-1][1])
        else:
            groups.append((1, line))
    io.step(len(lines) // 50)
    out = []
    for count, line in groups:
        if ("d" in options and count < 2) or ("u" in options and count > 1):
            continue
        out.append((b"%7d " % count if "c" in options else b"") + line + b"\n")
    data = b"".join(out)
    if len(args) > 1:
        io.host.write(io.open(args[1], "w"), data)
    else:
        io.out(data)
    return 0


def _number(options: dict[str, list[str]], letter: str) -> int:
    text = options.get(letter, ["0"])[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
