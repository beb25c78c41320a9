"""What services and the language programs of images share."""

from __future__ import annotations

from typing import Any, NoReturn

from imagelab.model.content import Content
from imagelab.shell.programs.io import Io, PauseRequest
from imagelab.shell.programs.registry import NOT_SIMULATED_STATUS
from imagelab.shell.programs.times import strftime


def wait_for_signal(*signals: str, state: Any = True) -> NoReturn:
    """Let a service run on, without work, until one of the signals comes.

    Args:
        signals: their names, without ``SIG``.
        state: JSON values, which the service finds in ``io.state`` then.

    Raises:
        PauseRequest: always.
    """
    raise PauseRequest(list(signals), state)


def not_simulated(io: Io, what: str) -> int:
    """Say that the lab has no such program or option; return the status for it."""
    io.err(f"imagelab does not simulate {what}\n")
    return NOT_SIMULATED_STATUS


def write(io: Io, path: str, content: Content | bytes) -> None:
    """Write a file of a service.

    Raises:
        FileError: it cannot be written.
    """
    io.host.budget.take("written", len(content) if isinstance(content, bytes) else content.size)
    io.files.write(path, content)


def stamp(io: Io, form: str) -> str:
    """Return the lab's time in a log's form; ``%L`` and ``%f`` are milli- and microseconds."""
    nanoseconds = io.host.now % 10**9
    form = form.replace("%L", f"{nanoseconds // 10**6:03d}")
    return strftime(form.replace("%f", f"{nanoseconds // 1000:06d}"), io.host.now)
