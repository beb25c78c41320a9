"""which."""

from __future__ import annotations

from imagelab.shell.lookup import DEFAULT_PATH, which
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse


def which_program(argv: list[str], io: Io) -> int:
    """Print where programs are in PATH."""
    _, args = parse(io, argv, "a")
    status = 0
    for name in args:
        found = name if "/" in name and io.files.may_run(name, cwd=io.cwd) else None
        if "/" not in name:
            found = which(io.files, name, path=io.env.get("PATH", DEFAULT_PATH), cwd=io.cwd)
        if found is None:
            status = 1
        else:
            io.out(found + "\n")
    return status
