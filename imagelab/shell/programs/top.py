"""top, busybox's: the machine and the main process, again and again."""

from __future__ import annotations

from imagelab.shell.programs.io import Io, SleepRequest
from imagelab.shell.programs.machine_state import MEMORY
from imagelab.shell.programs.options import parse, whole_number
from imagelab.shell.programs.ps import processes
from imagelab.shell.programs.service import not_simulated

_SECOND = 10**9
_TITLES = "  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND"
#: What it ends with at a signal.
_SIGNALS = {"HUP": 129, "INT": 130, "QUIT": 131, "TERM": 143}
#: Of every process, in KiB.
_SIZE = 2268


def top(argv: list[str], io: Io) -> int:
    """Show what there is every few seconds."""
    if io.gnu:
        return not_simulated(io, "top")
    options, _ = parse(io, argv, "bHm", "nd")
    count, pause = (whole_number(io, options.get(letter, [usual])[-1])
                    for letter, usual in (("n", "0"), ("d", "5")))
    shown = io.state or 0
    if io.signal:
        return _SIGNALS[io.signal]
    io.out(_screen(io, " ".join(argv), plain="b" in options, again=shown > 0))
    if shown + 1 == count:
        io.out("\n")
        return 0
    raise SleepRequest(io.host.now + max(pause, 1) * _SECOND, shown + 1, list(_SIGNALS))


def _screen(io: Io, line: str, *, plain: bool, again: bool) -> str:
    total, used, free, shared, cached, _ = MEMORY
    front, dark, light = ("", "", "") if plain else ("\033[H\033[J", "\033[7m", "\033[m")
    rows = [f"Mem: {used}K used, {free}K free, {shared}K shrd, 0K buff, {cached}K cached",
            "CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq",
            "Load average: 0.00 0.00 0.00 1/1 1", f"{dark}{_TITLES}{light}"]
    user, found = processes(io, line)
    for pid, parent, command in found:
        state, share = "R" if command == line else "S", _SIZE * 100 // total
        rows.append(f"{pid:>5} {parent:>5} {user:<8} {state:<4} {_SIZE:>5} {share:>3}% "
                    f"{0:>3}% {command}")
    text = "\n".join(rows)
    # A terminal's last line stays open, so that it need not move up.
    return f"{text}\n" if plain else (("\r" if again else "") + front + text)
