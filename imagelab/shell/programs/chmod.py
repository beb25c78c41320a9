"""chmod."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind
from imagelab.shell.modes import new_mode
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import everything_at
from imagelab.shell.quoting import gnu_quote


def chmod(argv: list[str], io: Io) -> int:
    """Change permission bits."""
    todo = [a if not (a.startswith("-") and len(a) > 1 and set(a[1:]) <= set("rwxXst,ugo+-="))
            else f"\0{a}" for a in argv]
    options, args = parse(io, todo, "Rfvc", "", long={"recursive": "R", "reference": "r",
                                                      "verbose": "v", "changes": "c"})
    args = [a.removeprefix("\0") for a in args]
    if len(args) < 2:
        return missing(io, "missing operand" if not args
                       else f"missing operand after {gnu_quote(args[0])}")
    text, status = args[0], 0
    if new_mode(text, 0, 0, is_directory=False) is None:
        if io.gnu:
            io.err(f"chmod: invalid mode: {gnu_quote(text)}\n"
                   "Try 'chmod --help' for more information.\n")
            return 1
        return io.fail(f"invalid mode '{text}'")
    for top in args[1:]:
        try:
            for path in everything_at(io, top, "R" in options):
                node = io.stat(path, follow=path == top)
                if node.kind is Kind.SYMLINK:
                    continue
                mode = new_mode(text, node.mode, io.umask, is_directory=node.is_directory,
                                gnu=io.gnu)
                assert mode is not None
                io.files.chmod(path, mode, cwd=io.cwd)
        except FileError as error:
            if error.code == "EPERM":
                status = io.fail(f"changing permissions of {gnu_quote(top)}: {error.message}"
                                 if io.gnu else f"{top}: {error.message}")
            else:
                status = io.fail(f"cannot access {gnu_quote(top)}: {error.message}" if io.gnu
                                 else f"{top}: {error.message}")
    return status
