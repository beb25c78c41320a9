"""Which program a file is, and what runs for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from imagelab.shell.lookup import Found
from imagelab.shell.programs import basic, data, files, find, grep, listing, sed, system, text
from imagelab.shell.programs.io import Io, UsageError

Program: TypeAlias = Callable[[list[str], Io], int]
_SHELLS = {"sh": "dash", "dash": "dash", "bash": "bash", "rbash": "bash", "ash": "ash"}
NOT_SIMULATED_STATUS = 126


def _unknown(argv: list[str], io: Io) -> int:
    name = argv[0].rpartition("/")[2]
    io.err(f"imagelab does not simulate {name}\n")
    return NOT_SIMULATED_STATUS


def _guarded(program: Program) -> Program:
    def run(argv: list[str], io: Io) -> int:
        try:
            return program(argv, io)
        except UsageError as error:
            io.err(error.message)
            return error.status

    return run


PROGRAMS: dict[str, Program] = {
    name: _guarded(program)
    for group in (basic, data, files, find, grep, listing, sed, system, text)
    for name, program in group.PROGRAMS.items()
}
#: What ``busybox NAME`` takes.
APPLETS = frozenset({*PROGRAMS, "sh", "ash"})
PROGRAMS["?"] = _unknown


def program_for(found: Found, argv: list[str]) -> tuple[str, str]:
    """Return an ELF file's program and flavour: ``("ls", "busybox")``."""
    base = found.resolved.rpartition("/")[2]
    name = argv[0].rpartition("/")[2].lstrip("-")
    if base.startswith("busybox"):
        if name in ("sh", "ash"):
            return "ash", "busybox"
        name = "busybox" if name.startswith("busybox") else name
        return (name if name in PROGRAMS else "?"), "busybox"
    if base in _SHELLS:
        return _SHELLS[base], "gnu"
    return (base if base in PROGRAMS else "?"), "gnu"
