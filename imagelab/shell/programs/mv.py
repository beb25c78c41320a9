"""mv."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.node import Node
from imagelab.shell.programs.cp import copy_tree
from imagelab.shell.programs.inodes import same_file
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import base_name, below, unreachable
from imagelab.shell.programs.rm import remove
from imagelab.shell.quoting import gnu_quote


def mv(argv: list[str], io: Io) -> int:
    """Move or rename files."""
    long = {"force": "f", "no-clobber": "n", "verbose": "v", "target-directory": "t",
            "no-target-directory": "T"}
    options, args = parse(io, argv, "fnivTu", "t", long=long)
    if "t" in options:
        sources, place = args, options["t"][-1]
    elif len(args) < 2:
        return missing(io, "missing file operand" if not args else
                       f"missing destination file operand after {gnu_quote(args[0])}")
    else:
        sources, place = args[:-1], args[-1]
    into = io.is_directory(place) and "T" not in options
    if io.gnu:
        if len(sources) > 1 and not into:
            return io.fail(f"target {gnu_quote(place)}: Not a directory")
    elif len(sources) > 1:
        into = True  # even into what is no directory
    elif lost := unreachable(io, place):
        return io.fail(lost)
    status = 0
    for source in sources:
        target = below(place, base_name(source)) if into else place
        status = _move(io, source, target, options) or status
    return status


def _move(io: Io, source: str, target: str, options: dict[str, list[str]]) -> int:
    if not io.gnu and (lost := unreachable(io, target)):
        return io.fail(lost)
    try:
        node = io.stat(source, follow=False)
    except FileError as error:
        return io.fail(f"cannot stat {gnu_quote(source)}: {error.message}" if io.gnu
                       else f"can't rename '{source}': {error.message}")
    there = io.lookup(target, follow=False)
    if there is not None and "n" in options:
        return 0
    try:
        if there is not None and same_file(io.files, source, target, io.cwd, follow=False):
            return io.fail(f"{gnu_quote(source)} and {gnu_quote(target)} are the same file"
                           ) if io.gnu else 0
        if there is not None and not there.is_directory and node.is_directory and io.gnu:
            return io.fail(f"cannot overwrite non-directory {gnu_quote(target)} with directory "
                           f"{gnu_quote(source)}")
        if there is not None and there.is_directory and not node.is_directory and io.gnu:
            return io.fail(f"cannot overwrite directory {gnu_quote(target)} with non-directory "
                           f"{gnu_quote(source)}")
        io.files.rename(source, target, cwd=io.cwd)
    except FileError as error:
        if error.code == "EXDEV":
            return _move_by_copy(io, source, target, node)
        if error.code == "EINVAL":
            return io.fail(f"cannot move {gnu_quote(source)} to a subdirectory of itself, "
                           f"{gnu_quote(target)}" if io.gnu
                           else f"can't rename '{source}': Invalid argument")
        return io.fail(f"cannot move {gnu_quote(source)} to {gnu_quote(target)}: {error.message}"
                       if io.gnu else f"can't rename '{source}': {error.message}")
    if "v" in options:
        io.out(f"renamed {gnu_quote(source)} -> {gnu_quote(target)}\n" if io.gnu
               else f"'{source}' -> '{target}'\n")
    return 0


def _move_by_copy(io: Io, source: str, target: str, node: Node) -> int:
    there = io.lookup(target, follow=False)
    if there is not None and there.is_directory:
        io.files.rmdir(target, cwd=io.cwd)
    elif there is not None:
        io.files.unlink(target, cwd=io.cwd)
    return copy_tree(io, source, target, node) or remove(io, source, {"r": [""]})
