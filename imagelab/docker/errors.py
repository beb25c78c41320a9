"""Errors of the daemon as the client prints them, and commands with several arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imagelab.docker.io import Io
from imagelab.model.outcome import EngineError, NotFound


def daemon_error(error: EngineError) -> str:
    """Return the client's line for a refusal of the daemon."""
    return f"Error response from daemon: {error.message}"


def each_argument(
    io: Io,
    arguments: Sequence[str],
    run: Callable[[str], None],
    *,
    forgive_missing: bool = False,
    last_line: str = "",
) -> int:
    """Run something for each argument, go on after errors and print them at the end.

    Args:
        io: where errors go.
        arguments: the names.
        run: what to do with one.
        forgive_missing: whether what is not there leaves the exit code at 0 (``-f``).
        last_line: printed after errors, with the names that failed.

    Returns:
        The exit code.
    """
    errors: list[EngineError] = []
    failed: list[str] = []
    for argument in arguments:
        try:
            run(argument)
        except EngineError as error:
            errors.append(error)
            failed.append(argument)
    for refused in errors:
        io.complain(daemon_error(refused))
    if failed and last_line:
        io.complain(f"{last_line}{', '.join(failed)}")
    only_missing = forgive_missing and all(isinstance(refused, NotFound) for refused in errors)
    return 1 if errors and not only_missing else 0
