"""touch."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.times import parse_date, parse_stamp
from imagelab.shell.quoting import gnu_quote


def touch(argv: list[str], io: Io) -> int:
    """Make files, or change their times."""
    long = {"no-create": "c", "date": "d", "reference": "r", "no-dereference": "h"}
    options, args = parse(io, argv, "camh", "dtr", long=long)
    if not args:
        return missing(io, "missing file operand")
    when: int | None = None
    if "r" in options:
        path = options["r"][-1]
        try:
            when = io.stat(path).mtime
        except FileError as error:
            return io.fail(f"failed to get attributes of {gnu_quote(path)}: {error.message}"
                           if io.gnu else f"{path}: {error.message}")
    elif "d" in options:
        when = parse_date(options["d"][-1], io.host.now)
        if when is None:
            text = options["d"][-1]
            return io.fail(io.words(f"invalid date format {gnu_quote(text)}",
                                    f"invalid date '{text}'"))
    elif "t" in options:
        when = parse_stamp(options["t"][-1], io.host.now)
        if when is None:
            text = options["t"][-1]
            return io.fail(io.words(f"invalid date format {gnu_quote(text)}",
                                    f"invalid date '{text}'"))
    status = 0
    for path in args:
        follow = "h" not in options
        try:
            if io.lookup(path, follow=follow) is None:
                if "c" in options:
                    continue
                io.open(path, "rw")
            if path.startswith("/dev/") or ("a" in options and "m" not in options):
                continue
            io.files.utime(path, when, cwd=io.cwd, follow=follow)
        except FileError as error:
            status = io.fail(f"cannot touch {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
    return status
