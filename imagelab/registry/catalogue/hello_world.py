"""The layer of ``hello-world``: one program and nothing else."""

from __future__ import annotations

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes, file
from imagelab.registry.catalogue.stand_in import program


def hello() -> Changes:
    """Return the program that says hello."""
    built = parse_time("2025-08-08T19:05:17Z")
    return {"hello": file(program("hello", 10_072, "hello-world"), 0o755, built)}
