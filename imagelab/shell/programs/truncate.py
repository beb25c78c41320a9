"""truncate."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.sizes import parse_size, resize
from imagelab.shell.quoting import gnu_quote


def truncate(argv: list[str], io: Io) -> int:
    """Change the size of files."""
    options, args = parse(io, argv, "co", "sr", long={"size": "s", "no-create": "c",
                                                      "reference": "r"})
    if not args or not ("s" in options or "r" in options):
        return missing(io, "missing file operand" if not args else
                       "you must specify either '--size' or '--reference'")
    status = 0
    for path in args:
        try:
            node = io.lookup(path)
            if node is None and "c" in options:
                continue
            size = io.stat(options["r"][-1]).size if "r" in options else _sized(
                options["s"][-1], node.size if node else 0
            )
            if size is None:
                return io.fail(f"Invalid number: {gnu_quote(options['s'][-1])}" if io.gnu
                               else f"invalid number '{options['s'][-1]}'")
            resize(io, path, size)
        except FileError as error:
            status = io.fail(f"cannot open {gnu_quote(path)} for writing: {error.message}"
                             if io.gnu else f"{path}: open: {error.message}")
    return status


def _sized(text: str, old: int) -> int | None:
    sign = text[:1] if text[:1] in "+-<>/%" and text else ""
    number = parse_size(text[len(sign) :])
    if number is None:
        return None
    return {"+": old + number, "-": max(0, old - number), "<": min(old, number),
            ">": max(old, number)}.get(sign, number)
