"""sshd: a server that runs and lets nobody in."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated, wait_for_signal

_SEPARATION = "/run/sshd"


def sshd(argv: list[str], io: Io) -> int:
    """Run in the foreground; the log goes to a system that a container lacks."""
    if io.signal:
        return 0
    if io.state is not None:
        wait_for_signal("TERM")
    if argv[1:] != ["-D"]:
        return not_simulated(io, " ".join(["sshd", *argv[1:]]))
    if not io.is_directory(_SEPARATION):
        io.err(f"Missing privilege separation directory: {_SEPARATION}\n")
        return 255
    wait_for_signal("TERM")
