"""date."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.times import parse_date, strftime
from imagelab.shell.quoting import gnu_quote


def date(argv: list[str], io: Io) -> int:
    """Print the lab's time."""
    options, args = parse(io, argv, "uR", "dsIr", long={"utc": "u", "date": "d",
                                                        "iso-8601": "I", "universal": "u"})
    when: int | None = io.host.now
    if "d" in options:
        when = parse_date(options["d"][-1], io.host.now)
        if when is None:
            return io.fail(f"invalid date {gnu_quote(options['d'][-1])}" if io.gnu
                           else f"invalid date '{options['d'][-1]}'")
    elif "r" in options:
        when = io.stat(options["r"][-1]).mtime
    if "s" in options:
        return io.fail(io.words("cannot set date: Operation not permitted",
                                "can't set date: Operation not permitted"))
    form = "%a %b %e %H:%M:%S UTC %Y"
    if "R" in options:
        form = "%a, %d %b %Y %H:%M:%S +0000"
    elif "I" in options:
        form = "%F"
    if args:
        if not args[0].startswith("+"):
            return io.fail(f"invalid date {gnu_quote(args[0])}")
        form = args[0][1:]
    io.out(strftime(form, when or 0) + "\n")
    return 0
