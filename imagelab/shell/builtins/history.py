"""history: what was typed at a shell."""

from __future__ import annotations

from dataclasses import replace

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.history.session import forget, rewrite, save
from imagelab.shell.machine import Machine
from imagelab.shell.state import History

_NOT_SIMULATED = frozenset("anrwps")
_USAGE = (
    "history: usage: history [-c] [-d offset] [n] or history -anrw [filename] or "
    "history -ps arg [arg...]\n")


def history(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """List the commands that were typed, or forget or write them."""
    if m.shell.depth and m.shell.history:  # a subshell's is its own
        m.shell.history = replace(m.shell.history, entries=[*m.shell.history.entries])
    known = m.shell.history or History()
    if not m.shell.bash:
        for number, entry in enumerate(known.entries, known.first - 1):
            write(m, f"{number:4} {entry}\n")
        return 0
    if args[:1] == ["-c"]:
        forget(known)
        return 0
    if args == ["-a"]:
        save(m.shell, m.host)
        return 0
    if args == ["-w"]:
        return int(not rewrite(m.shell, m.host))
    if args[:1] == ["-d"] and len(args) == 2:
        return _drop(m, known, args[1])
    if args and args[0][:1] == "-" and args[0][1:2] in _NOT_SIMULATED:
        m.write_error(f"imagelab does not simulate history {args[0][:2]}\n")
        return 2
    if args and args[0].startswith("-"):
        wrong(m, "history", f"{args[0]}: invalid option")
        m.write_error(_USAGE)
        return 2
    most = len(known.entries)
    if args:
        if not args[0].isdecimal():
            return wrong(m, "history", f"{args[0]}: numeric argument required")
        most = min(most, int(args[0][:9]))
    first = len(known.entries) - most
    for number, entry in enumerate(known.entries[first:], known.first + first):
        write(m, f"{number:5}  {entry}\n")
    return 0


def _drop(m: Machine, known: History, text: str) -> int:
    at = int(text) - known.first if text.isdecimal() and len(text) < 9 else -1
    if not 0 <= at < len(known.entries):
        return wrong(m, "history", f"{text}: history position out of range")
    if at >= len(known.entries) - known.unsaved:
        known.unsaved -= 1
    del known.entries[at]
    return 0
