"""What builtins write: their output and their errors."""

from __future__ import annotations

from imagelab.shell.command import SPECIAL
from imagelab.shell.escapes import encode
from imagelab.shell.machine import Machine
from imagelab.shell.state import FaultError


def write(m: Machine, data: str | bytes) -> int:
    """Write to the shell's standard output."""
    m.host.write(m.shell.fds.get(1), encode(data) if isinstance(data, str) else data)
    return 0


def wrong(m: Machine, name: str, message: str, status: int = 1) -> int:
    """An error of a builtin; in shells that are not bash it ends the shell if special."""
    if name in SPECIAL and not m.shell.bash:
        raise FaultError(message, 2, builtin=name)
    m.complain(message, builtin=name)
    return status


def unknown_option(m: Machine, name: str, letter: str, usage: str = "") -> int:
    """An option that a builtin does not have; bash says how it is used."""
    words = {"bash": f"-{letter}: invalid option", "dash": f"Illegal option -{letter}",
             "ash": f"illegal option -{letter}"}
    status = wrong(m, name, words[m.shell.dialect], 2)
    if usage and m.shell.bash:
        m.write_error(f"{name}: usage: {usage}\n")
    return status


def number(m: Machine, name: str, text: str, least: int = 0) -> int:
    """Return a builtin's numeric argument.

    Raises:
        FaultError: it is none, or less than ``least``.
    """
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least:
        return int(text)
    raise FaultError(f"{text}: numeric argument required" if m.shell.bash
                     else f"Illegal number: {text}", 2, builtin=name)
