"""Signals of Linux by number and name (``signal(7)``), as each shell writes and reads them."""

from __future__ import annotations

_NAMES = (
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
    "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
    "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
)
NUMBERS = {name: number for number, name in enumerate(_NAMES)}
NUMBERS |= {f"RTMIN+{at}" if at else "RTMIN": 34 + at for at in range(16)}
NUMBERS |= {f"RTMAX-{at}" if at else "RTMAX": 64 - at for at in range(14, -1, -1)}
_BY_NUMBER = {number: name for name, number in NUMBERS.items()}
#: Traps that are no signals.
_EVENTS = {"bash": ("ERR", "DEBUG", "RETURN"), "ash": ("ERR",), "dash": ()}


def signal_name(text: str, dialect: str) -> str:
    """Return a signal's name without SIG, or nothing if a shell knows no such signal."""
    if text.isascii() and text.isdigit() and len(text) < 4:
        return _BY_NUMBER.get(int(text), "")
    name = text.upper()
    if dialect != "dash":
        name = name.removeprefix("SIG")
    name = {"POLL": "IO"}.get(name, name) if dialect == "ash" else name
    if name == "STKFLT" and dialect == "dash":
        return ""
    return name if name in NUMBERS or name in _EVENTS[dialect] else ""


def listing(dialect: str) -> str:
    """Return what ``kill -l`` prints."""
    if dialect == "ash":
        names = [{"IO": "POLL"}.get(name, name) for name in _NAMES[1:]]
        return "".join(f"{at:2}) {name}\n" for at, name in enumerate(names, 1))
    if dialect == "dash":
        names = [_BY_NUMBER.get(at, str(at)) for at in range(65)]
        return "".join({"EXIT": "0", "STKFLT": "16"}.get(name, name) + "\n" for name in names)
    cells = [f"{number:2}) SIG{name}" for name, number in NUMBERS.items() if number]
    rows = [cells[at : at + 5] for at in range(0, len(cells), 5)]
    return "".join("\t".join(row) + ("\t" if len(row) < 5 else "") + "\n" for row in rows)


def described(name: str) -> str:
    """Return what a shell says of a command that a signal ended."""
    words = {"HUP": "Hangup", "QUIT": "Quit", "ABRT": "Aborted", "KILL": "Killed",
             "USR1": "User defined signal 1", "USR2": "User defined signal 2",
             "ALRM": "Alarm clock", "TERM": "Terminated", "INT": "", "PIPE": ""}
    return words.get(name, f"Signal {NUMBERS[name]}")
