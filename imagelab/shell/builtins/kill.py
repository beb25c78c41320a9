"""kill: signals to shells of the container.

The container's main process has the number 1: what it has no trap for does nothing to it. Other
shells, those that a shell starts, end by it. Programs that run are never at the same time as a
kill; commands in the background have ended.
"""

from __future__ import annotations

from imagelab.shell.builtins.reporting import write, wrong
from imagelab.shell.command import Gone, SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.signal_names import NUMBERS, described, listing, signal_name
from imagelab.shell.state import Shell

_USAGE = {
    "bash": "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... "
            "or kill -l [sigspec]\n",
    "dash": "Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\n"
            "kill -l [exitstatus]",
    "ash": "you need to specify whom to kill\n",
}
#: What a shell does not end by that somebody types at.
_NOT_TYPED_AT = frozenset(["INT", "QUIT", "TERM"])
_HARMLESS = frozenset(["CHLD", "CONT", "URG", "WINCH", "STOP", "TSTP", "TTIN", "TTOU"])


def kill(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Send a signal."""
    args = list(args)
    if args and args[0] in ("-l", "-L"):
        return _list(m, args[1:])
    name = "TERM"
    if args and args[0].startswith("-") and args[0] != "--" and len(args[0]) > 1:
        found = _signal(m, args)
        if isinstance(found, int):
            return found
        name = found
    if args[:1] == ["--"]:
        del args[0]
    if not args:
        return _complain(m, _USAGE, 1 if m.shell.dialect == "ash" else 2)
    status = 0
    for pid in args:
        status = _send(m, name, pid) or status
    return status


def _signal(m: Machine, args: list[str]) -> str | int:
    """Take the signal off the arguments, or return the status of a wrong one."""
    shell, word = m.shell, args.pop(0)
    text = word[1:]
    if text in ("s", "n") and not (text == "n" and shell.dialect == "dash"):
        if not args:
            return _complain(m, {"bash": f"-{text}: option requires an argument",
                                 "dash": f"No arg for -{text} option",
                                 "ash": f"bad signal name '{text}'\n"},
                             1 if shell.dialect != "dash" else 2)
        text = args.pop(0)
        wrong_name = f"invalid signal number or name: {text}"
    else:
        wrong_name = f"Illegal option -{text[0]}"
    name = signal_name(text, shell.dialect)
    if name in NUMBERS:
        return name
    return _complain(m, {"bash": f"{text}: invalid signal specification", "dash": wrong_name,
                         "ash": f"bad signal name '{text}'\n"}, 1 + (shell.dialect == "dash"))


def _complain(m: Machine, words: dict[str, str], status: int) -> int:
    """Write an error in a shell's words; those that end in a newline are whole lines."""
    shell = m.shell
    text = words[shell.dialect]
    if not text.endswith("\n") or shell.dialect == "dash":
        return wrong(m, "kill", text, status)
    m.write_error(text if shell.bash else f"{shell.name}: {text}")
    return status


def _list(m: Machine, names: list[str]) -> int:
    shell, status = m.shell, 0
    if not names:
        return write(m, listing(shell.dialect))
    for text in names[:1] if shell.dialect == "dash" else names:
        found = _other_form(shell.dialect, text)
        if found:
            write(m, f"{found}\n")
            continue
        numeric = text.isascii() and text.isdigit()
        status = _complain(m, {"bash": f"{text}: invalid signal specification",
                               "dash": f"invalid signal number or exit status: {text}"
                               if numeric else f"Illegal number: {text}",
                               "ash": f"unknown signal '{text}'\n"},
                           1 + (shell.dialect == "dash"))
    return status


def _other_form(dialect: str, text: str) -> str:
    """Return the name of a number (or of a status that a signal left), or a name's number."""
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        number = NUMBERS.get(signal_name(text, dialect), "") if dialect != "dash" else ""
        return str(number)
    name = signal_name(str(int(text) % 128), dialect)
    if dialect == "ash" and not 0 <= int(text) % 128 < 32:
        return str(int(text) % 128)
    return "" if name == "EXIT" and dialect == "dash" else name


def _send(m: Machine, name: str, pid: str) -> int:
    digits = pid.removeprefix("-")
    if pid.startswith("%") and pid[1:].isdigit():
        return wrong(m, "kill", f"No such job: {pid}" if m.shell.dialect == "dash"
                     else f"{pid}: no such job", 2 - m.shell.bash)
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return _complain(m, {"bash": f"{pid}: arguments must be process or job IDs",
                             "dash": f"Illegal number: {pid}",
                             "ash": f"invalid number '{pid}'\n"}, 1 + (m.shell.dialect == "dash"))
    number = int(pid)
    shells = [each for each in m.shells if not each.depth]
    if number in (0, -1):
        for each in shells:
            _deliver(m, name, each)
        return 0
    target = next((each for each in reversed(shells) if each.pid == abs(number)), None)
    if target is not None:
        _deliver(m, name, target)
    elif number != 1 and number != m.shell.background:
        return _complain(m, {"bash": f"({pid}) - No such process", "dash": "No such process\n",
                             "ash": f"can't kill pid {pid}: No such process\n"}, 1)
    return 0


def _deliver(m: Machine, name: str, target: Shell) -> None:
    if name == "EXIT" or target.traps.get(name) == "":
        return
    if target.traps.get(name):
        target.pending.append(name)
    elif target.pid != 1 and name not in _HARMLESS and not (
        target.interactive and name in _NOT_TYPED_AT
    ):
        _end(m, name, target)


def _end(m: Machine, name: str, target: Shell) -> None:
    """End a shell that is not the main process, and what it runs, without its EXIT trap."""
    while m.shells and m.shells[-1] is not target:
        m.pop()
    below = len(m.shells)
    while len(m.shells) >= below:
        m.pop()
    m.status = 128 + NUMBERS[name]
    if m.shells:
        m.shell.status = m.status
        if described(name):
            m.write_error(f"{described(name)}\n")
    raise Gone
