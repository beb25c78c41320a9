"""ln."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import base_name, below
from imagelab.shell.quoting import gnu_quote


def ln(argv: list[str], io: Io) -> int:
    """Make links."""
    long = {"symbolic": "s", "force": "f", "no-dereference": "n", "verbose": "v"}
    options, args = parse(io, argv, "sfnvrTbi", "tS", long=long)
    if not args:
        return missing(io, "missing file operand")
    targets, place = (args, ".") if len(args) == 1 else (args[:-1], args[-1])
    if "t" in options:
        targets, place = args, options["t"][-1]
    link = io.lookup(place, follow=False)
    into = io.is_directory(place) and "T" not in options and not (
        "n" in options and link is not None and link.kind is Kind.SYMLINK
    )
    if len(targets) > 1 and not into:
        return io.fail(f"target {gnu_quote(place)}: Not a directory" if io.gnu
                       else f"'{place}' is not a directory")
    status = 0
    for target in targets:
        path = below(place, base_name(target)) if into else place
        status = _link(io, target, path, options) or status
    return status


def _link(io: Io, target: str, path: str, options: dict[str, list[str]]) -> int:
    symbolic = "s" in options
    try:
        if not symbolic:
            source = io.stat(target, follow=False)
            if source.is_directory:
                return io.fail(f"{target}: hard link not allowed for directory" if io.gnu
                               else f"{path}: Operation not permitted")
    except FileError as error:
        return io.fail(f"failed to access {gnu_quote(target)}: {error.message}" if io.gnu
                       else f"{target}: {error.message}")
    try:
        there = io.lookup(path, follow=False)
        if there is not None and "f" in options:
            io.files.unlink(path, cwd=io.cwd)
        if symbolic:
            io.files.symlink(target, path, cwd=io.cwd)
        else:
            io.files.link(target, path, cwd=io.cwd)
        if "v" in options:
            io.out(f"{gnu_quote(path)} {'->' if symbolic else '=>'} {gnu_quote(target)}\n")
    except FileError as error:
        kind = "symbolic" if symbolic else "hard"
        tail = "" if symbolic or error.code == "EEXIST" else f" => {gnu_quote(target)}"
        return io.fail(f"failed to create {kind} link {gnu_quote(path)}{tail}: {error.message}"
                       if io.gnu else f"{path}: {error.message}")
    return 0
