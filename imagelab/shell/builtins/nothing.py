"""Builtins that do nothing, at least in a lab."""

from __future__ import annotations

from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine


def true(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Succeed."""
    return 0


def false(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Fail."""
    return 1
