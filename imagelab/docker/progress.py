"""Printing what a daemon streams while a command is at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imagelab.docker.command import ClientError
from imagelab.engine.progress import Interrupted, Progress


def stream(
    print_line: Callable[[str], None], run: Callable[[], Sequence[Progress]], *,
    quiet: bool = False, terminal: bool = False,
) -> None:
    """Run a command of the daemon and print its progress, unless ``quiet``.

    Raises:
        ClientError: it was interrupted; what went before is printed.
    """
    try:
        lines, error = run(), None
    except Interrupted as stopped:
        lines, error = stopped.lines, stopped
    if not quiet:
        print_progress(print_line, lines, terminal=terminal)
    if error is not None:
        raise ClientError(error.message) from error


def print_progress(
    print_line: Callable[[str], None], lines: Sequence[Progress], *, terminal: bool = False,
) -> None:
    """Print progress as the client does: a line each; a ``terminal`` keeps the last of a layer.

    The client writes over a layer's line there until it says ``Pull complete``.
    """
    last: dict[str, Progress] = {}
    if terminal:
        last = {line.id: line for line in lines if line.is_of_layer}
    for line in lines:
        if last.get(line.id, line) is not line and line.id:
            continue
        print_line(f"{line.id}: {line.status}" if line.id else line.status)
