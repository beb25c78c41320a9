"""``docker logs``: a container's output, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from imagelab.model.container import Log


def log_lines(logs: Iterable[Log]) -> Iterator[Log]:
    """Yield output as lines, each when it ends and with its time then; line ends included.

    A line may have come in several pieces, with pieces of the other stream in between.
    """
    begun: dict[int, Log] = {}
    for log in logs:
        whole = log.data
        if log.stream in begun:
            whole = begun.pop(log.stream).data + whole
        *ended, rest = whole.split(b"\n")
        for line in ended:
            yield replace(log, data=line + b"\n")
        if rest:
            begun[log.stream] = replace(log, data=rest)
    yield from begun.values()
