"""sleep."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io, SleepRequest
from imagelab.shell.streams import ENDLESS

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def sleep(argv: list[str], io: Io) -> int:
    """Sleep for a time; several are added."""
    if io.state is not None:
        if io.host.now >= io.state:
            return 0
        raise SleepRequest(io.state, io.state)
    args = [a for a in argv[1:] if a != "--"]
    if not args:
        io.err(io.words("sleep: missing operand\nTry 'sleep --help' for more information.\n",
                        _busybox_usage("sleep [N]...")))
        return 1
    total = 0
    for arg in args:
        if arg in ("inf", "infinity"):
            total += ENDLESS
            continue
        match = re.fullmatch(r"(\d{1,12})?(?:\.(\d{0,9})\d*)?([smhd]?)", arg, re.ASCII)
        if match is None or not (match[1] or match[2]):
            io.err(io.words(f"sleep: invalid time interval '{arg}'\n"
                            "Try 'sleep --help' for more information.\n",
                            f"sleep: invalid number '{arg}'\n"))
            return 1
        nanos = int(match[1] or 0) * 10**9 + int((match[2] or "").ljust(9, "0"))
        total += nanos * _UNITS[match[3]]
    until = io.host.now + total
    if total == 0:
        return 0
    raise SleepRequest(until, until)


def _busybox_usage(line: str) -> str:
    return f"BusyBox v1.35.0 multi-call binary.\n\nUsage: {line}\n"
