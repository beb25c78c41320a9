"""Programs that do next to nothing."""

from __future__ import annotations

from imagelab.shell.programs.io import Io


def true(argv: list[str], io: Io) -> int:
    """Succeed."""
    return 0


def false(argv: list[str], io: Io) -> int:
    """Fail."""
    return 1


def nothing(argv: list[str], io: Io) -> int:
    """Do nothing, as sync and clear may."""
    return 0
