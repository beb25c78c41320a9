"""mkdir."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.shell.modes import new_mode
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import quoted_path
from imagelab.shell.quoting import gnu_quote

#: A name with more behind it, and the slashes between, which busybox's messages hold too.
_PARENT = re.compile(r"[^/](/+)(?=[^/])")


def mkdir(argv: list[str], io: Io) -> int:
    """Make directories."""
    long = {"parents": "p", "mode": "m", "verbose": "v"}
    options, args = parse(io, argv, "pv", "m", long=long)
    if not args:
        return missing(io, "missing operand")
    mode = 0o777
    if "m" in options:
        found = new_mode(options["m"][-1], 0o777, 0, is_directory=False)
        if found is None:
            return io.fail(f"invalid mode {gnu_quote(options['m'][-1])}" if io.gnu
                           else f"invalid mode '{options['m'][-1]}'")
        mode = found
    status = 0
    for path in args:
        try:
            if "p" in options:
                _make_parents(io, path, "v" in options)
                if io.is_directory(path):
                    continue
            io.files.mkdir(path, cwd=io.cwd, mode=0o777)
            io.host.budget.take("entries")
            if "m" in options:
                io.files.chmod(path, mode, cwd=io.cwd)
            if "v" in options:
                io.out(io.words(f"mkdir: created directory {gnu_quote(path)}\n",
                                f"created directory: '{path}'\n"))
        except FileError as error:
            verb = io.words("cannot create directory", "can't create directory")
            shown = error.path if "p" in options and error.path else path
            status = io.fail(f"{verb} {quoted_path(io, shown)}: {error.message}")
    return status


def _make_parents(io: Io, path: str, verbose: bool) -> None:
    for match in _PARENT.finditer(path):
        front = path[: match.start(1)]
        shown = front if io.gnu else path[: match.end(1)]
        node = io.lookup(front)
        if node is not None and not node.is_directory:
            raise FileError("ENOTDIR", shown)
        if node is None:
            try:
                io.files.mkdir(front, cwd=io.cwd, mode=0o777)
            except FileError as error:
                raise FileError(error.code, shown) from error
            if verbose:
                io.out(io.words(f"mkdir: created directory {gnu_quote(front)}\n",
                                f"created directory: '{shown}'\n"))
