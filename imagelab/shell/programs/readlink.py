"""readlink and realpath."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse


def readlink(argv: list[str], io: Io) -> int:
    """Print where a link points, or with -f a path without links."""
    options, args = parse(io, argv, "fenqsvmz")
    real = io.name == "realpath" or bool(options.keys() & {"f", "e", "m"})
    if not args:
        return missing(io, "missing operand")
    status = 0
    for path in args:
        try:
            if real:
                found = "/" + io.files.resolve(path, cwd=io.cwd)
                if "e" in options or not io.gnu:
                    io.stat(path)
                text = found
            else:
                node = io.stat(path, follow=False)
                if node.kind is not Kind.SYMLINK:
                    status = 1
                    continue
                text = node.target
        except FileError as error:
            status = 1
            if io.name == "realpath" and "q" not in options:
                io.fail(f"{path}: {error.message}")
            continue
        io.out(text + ("" if "n" in options else "\n"))
    return status
