"""The layer of ``hello-world``: one program and nothing else."""

from __future__ import annotations

from imagelab.formats.gotime import parse_time
from imagelab.model.content import Pattern
from imagelab.model.node import Changes, file
from imagelab.registry.catalogue.stand_in import elf
from imagelab.shell.programs.hello import GREETING

_SIZE = 10_072


def hello() -> Changes:
    """Return the program that says hello; it does so under a real kernel too."""
    built = parse_time("2025-08-08T19:05:17Z")
    greeting = elf(GREETING.encode(), stream=1, status=0)
    return {"hello": file(Pattern("hello-world", _SIZE, greeting), 0o755, built)}
