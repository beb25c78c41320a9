"""``docker logs``: a container's output, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from imagelab.model.container import Container, Log
from imagelab.model.outcome import EngineError


class Lines:
    """Makes lines of output as it comes.

    A line may come in several pieces, with pieces of the other stream in between; it is there
    when it ends, with its time then.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._begun: dict[int, Log] = {}

    def add(self, log: Log) -> Iterator[Log]:
        """Yield the lines that a piece of output ends; line ends included."""
        whole = log.data
        if log.stream in self._begun:
            whole = self._begun.pop(log.stream).data + whole
        *ended, rest = whole.split(b"\n")
        if rest:
            self._begun[log.stream] = replace(log, data=rest)
        for line in ended:
            yield replace(log, data=line + b"\n")

    def rest(self) -> Iterator[Log]:
        """Yield what no line end came after; it is a line when its program has ended."""
        yield from self._begun.values()


def read(
    container: Container, *, tail: int = -1, since: int | None = None, until: int | None = None,
) -> Sequence[Log]:
    """Return a container's output so far, line by line; the choice is that of :func:`select_lines`.

    Raises:
        EngineError: it keeps none, as those of builds; in the daemon's words.
    """
    if container.host_config.settings.get("LogConfig", {}).get("Type") == "none":
        raise EngineError("configured logging driver does not support reading")
    lines = tuple(log_lines(container))
    return select_lines(lines, tail=tail, since=since, until=until)


def log_lines(container: Container) -> Iterator[Log]:
    """Yield a container's output so far as lines."""
    lines = Lines()
    for log in container.logs:
        yield from lines.add(log)
    if not container.is_running:
        yield from lines.rest()


def select_lines(
    lines: Sequence[Log], *, tail: int = -1, since: int | None = None, until: int | None = None,
) -> Sequence[Log]:
    """Choose lines as the daemon does: first the last ones, then those of a time.

    Args:
        lines: all there are.
        tail: how many at the end; all if negative.
        since: time of the first, nanoseconds since 1970.
        until: time of the last.
    """
    chosen = lines[max(len(lines) - tail, 0) :] if tail >= 0 else lines
    return [line for line in chosen
            if (since is None or line.time >= since) and (until is None or line.time <= until)]
