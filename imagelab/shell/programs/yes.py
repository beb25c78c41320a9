"""yes."""

from __future__ import annotations

from imagelab.shell.programs.io import Io


def yes(argv: list[str], io: Io) -> int:
    """Print a line until nobody listens."""
    line = (" ".join(argv[1:]) or "y").encode("utf-8", "surrogateescape") + b"\n"
    block = line * (65536 // len(line) or 1)
    while True:
        io.step(100)
        io.out(block)
