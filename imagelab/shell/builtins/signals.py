"""Signals and jobs: trap, kill, wait, times."""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine

_SIGNALS = {"0": "EXIT", "1": "HUP", "2": "INT", "3": "QUIT", "6": "ABRT", "9": "KILL",
            "10": "USR1", "12": "USR2", "13": "PIPE", "14": "ALRM", "15": "TERM"}


def signal_name(text: str) -> str:
    """Return a signal's name without SIG, or nothing if there is no such signal."""
    name = _SIGNALS.get(text, text.upper().removeprefix("SIG"))
    return name if name in (*_SIGNALS.values(), "ERR", "DEBUG", "CHLD", "CONT", "STOP") else ""


def trap(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Say what is to run when a signal comes."""
    shell = m.shell
    if args[:1] == ["--"]:
        args = args[1:]
    if not args or args == ["-p"]:
        for name, action in shell.traps.items():
            front = "SIG" if shell.bash and name not in ("EXIT", "ERR") else ""
            write(m, f"trap -- {_quoted(action)} {front}{name}\n")
        return 0
    action, names = args[0], args[1:]
    if not names or (action.isdigit() and shell.dialect != "bash"):
        names, action = args, "-"
    for text in names:
        name = signal_name(text)
        if not name:
            return wrong(m, "trap", f"{text}: invalid signal specification" if shell.bash
                         else f"bad trap {text}" if shell.dialect == "dash"
                         else f"{text}: invalid signal specification")
        if action == "-":
            shell.traps.pop(name, None)
        else:
            shell.traps[name] = action
    return 0


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def wait(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Wait for commands in the background, which have all ended."""
    known = str(m.shell.background)
    for arg in args:
        if arg.isdigit() and arg != known:
            if m.shell.bash:
                m.complain(f"pid {arg} is not a child of this shell", builtin="wait")
            return 127
    return 0


def kill(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Send a signal, which nothing in a lab receives."""
    shell = m.shell
    pids = [a for a in args if not a.startswith("-")]
    status = 0
    for pid in pids:
        if pid in ("1", str(shell.background), "0"):
            continue
        words = {"bash": f"({pid}) - No such process", "dash": "No such process\n",
                 "ash": f"can't kill pid {pid}: No such process"}
        if shell.dialect == "ash":
            m.write_error(f"{shell.name}: {words['ash']}\n")
        else:
            m.complain(words[shell.dialect], builtin="kill")
        status = 1
    return status


def times(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Print the time that processes took: none."""
    zero = "0m0.000s 0m0.000s" if m.shell.bash else "0m0.000000s 0m0.000000s"
    return write(m, f"{zero}\n{zero}\n")
