"""rm, rmdir and unlink."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.node import Node
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import base_name, below, quoted_path
from imagelab.shell.quoting import gnu_quote


def rm(argv: list[str], io: Io) -> int:
    """Remove files and, with -r, directories."""
    long = {"recursive": "r", "force": "f", "dir": "d", "verbose": "v",
            "no-preserve-root": "N", "preserve-root": "P", "one-file-system": "x"}
    options, args = parse(io, argv, "rRfidvI", long=long)
    recursive, force = bool({"r", "R"} & set(options)), "f" in options
    if not args:
        return 0 if force else missing(io, "missing operand")
    status = 0
    for path in args:
        if base_name(path) in (".", "..") and recursive:
            status = io.fail(f"refusing to remove '.' or '..' directory: skipping "
                             f"{gnu_quote(path)}" if io.gnu else "can't remove '.' or '..'")
            continue
        if path.strip("/") == "" and path and recursive and "N" not in options and io.gnu:
            io.fail("it is dangerous to operate recursively on '/'")
            status = io.fail("use --no-preserve-root to override this failsafe")
            continue
        status = remove(io, path, options) or status
    return status


def remove(io: Io, path: str, options: dict[str, list[str]]) -> int:
    """Remove a path as the options of rm say; return the status."""
    recursive, force = bool({"r", "R"} & set(options)), "f" in options
    verb = io.words("cannot remove", "can't remove")
    try:
        node = io.stat(path, follow=False)
    except FileError as error:
        if not io.gnu and error.code != "ENOENT":
            return io.fail(f"can't stat '{path}': {error.message}")
        if force and error.code in ("ENOENT", "ENOTDIR"):
            return 0
        return io.fail(f"{verb} {quoted_path(io, path)}: {error.message}")
    try:
        if not node.is_directory or not recursive:
            if node.is_directory and "d" in options:
                io.files.rmdir(path, cwd=io.cwd)
            elif node.is_directory and not io.gnu:
                return io.fail(f"'{path}' is a directory")
            else:
                io.files.unlink(path, cwd=io.cwd)
            _said_removed(io, path, node, options)
            return 0
    except FileError as error:
        return io.fail(f"{verb} {quoted_path(io, path)}: {error.message}")
    status = 0
    stack: list[tuple[str, bool]] = [(path, False)]
    kept: set[str] = set()
    while stack:
        here, emptied = stack.pop()
        if emptied and here.rstrip("/") in kept:  # something in it stays, and so does it
            kept.add(here.rstrip("/").rpartition("/")[0])
            continue
        try:
            node = io.stat(here, follow=False)
            if node.is_directory and not emptied:
                stack.append((here, True))
                stack.extend((below(here, name), False) for name in reversed(io.names(here)))
                continue
            if node.is_directory:
                io.files.rmdir(here, cwd=io.cwd)
            else:
                io.files.unlink(here, cwd=io.cwd)
            _said_removed(io, here, node, options)
        except FileError as error:
            kept.add(here.rpartition("/")[0])
            status = io.fail(f"{verb} {quoted_path(io, here)}: {error.message}")
    return status


def _said_removed(io: Io, path: str, node: Node, options: dict[str, list[str]]) -> None:
    if "v" in options:
        what = "directory " if node.is_directory and io.gnu else ""
        io.out(f"removed {what}{quoted_path(io, path)}\n")


def rmdir(argv: list[str], io: Io) -> int:
    """Remove empty directories."""
    long = {"parents": "p", "ignore-fail-on-non-empty": "i", "verbose": "v"}
    options, args = parse(io, argv, "pv", long=long)
    if not args:
        return missing(io, "missing operand")
    status = 0
    for path in args:
        here = path
        while True:
            try:
                io.files.rmdir(here, cwd=io.cwd)
            except FileError as error:
                if not (error.code == "ENOTEMPTY" and "i" in options):
                    status = io.fail(f"failed to remove {gnu_quote(here)}: {error.message}"
                                     if io.gnu else f"'{here}': {error.message}")
                break
            here = here.rstrip("/").rpartition("/")[0]
            if "p" not in options or not here:
                break
    return status


def unlink(argv: list[str], io: Io) -> int:
    """Remove one file."""
    if len(argv) != 2:
        return missing(io, "missing operand")
    try:
        io.files.unlink(argv[1], cwd=io.cwd)
    except FileError as error:
        return io.fail(f"cannot unlink {gnu_quote(argv[1])}: {error.message}" if io.gnu
                       else f"can't remove file '{argv[1]}': {error.message}")
    return 0
