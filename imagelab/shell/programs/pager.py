"""more and less: they show everything at once, as where they are not at a terminal."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io

_RULE = ":" * 14 + "\n"


def pager(argv: list[str], io: Io) -> int:
    """Print files."""
    status = 0
    for path in [arg for arg in argv[1:] if not arg.startswith(("-", "+"))] or ["-"]:
        try:
            content = io.content(path)
            if io.gnu and io.name == "more" and path != "-" and not io.terminal(1):
                io.out(f"{_RULE}{path}\n{_RULE}")
            io.out(content)
        except FileError as error:
            if not io.gnu:
                status = io.fail(f"can't open '{path}': {error.message}")
            elif error.code == "EISDIR":
                io.out(f"{path} is a directory\n" if io.name == "less"
                       else f"\n*** {path}: directory ***\n\n")
            elif io.name == "less":
                io.out(f"{path}: {error.message}\n")
            else:
                io.fail(f"cannot open {path}: {error.message}")
    return status
