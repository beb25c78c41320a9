"""Errors of the daemon as the client prints them, and commands with several arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imagelab.docker.command import ClientError
from imagelab.docker.io import Io
from imagelab.model.outcome import EngineError, NotFound, Unsimulated

#: What the client says of a container without a name.
EMPTY = "invalid container name or ID: value is empty"


class EmptyNameError(ClientError):
    """An argument that is to be a name is empty."""


def daemon_error(error: EngineError) -> str:
    """Return the client's line for a refusal of the daemon; the lab's own for one of its own."""
    if isinstance(error, Unsimulated):
        return error.message
    return f"Error response from daemon: {error.message.strip()}"


def each_argument(
    io: Io,
    arguments: Sequence[str],
    run: Callable[[str], None],
    *,
    forgive_missing: bool = False,
    last_line: str = "",
    empty: str = EMPTY,
) -> int:
    """Run something for each argument, go on after errors and print them at the end.

    Args:
        io: where errors go.
        arguments: the names.
        run: what to do with one.
        forgive_missing: whether what is not there leaves the exit code at 0 (``-f``).
        last_line: printed after errors, with the names that failed.
        empty: what the client says of an empty name.

    Returns:
        The exit code.
    """
    errors: list[str] = []
    failed: list[str] = []
    only_missing = forgive_missing
    for argument in arguments:
        try:
            if argument == ".":  # gone from the address that is asked for
                raise NotFound("page not found")
            run(given(argument, empty))
        except (EngineError, EmptyNameError) as error:
            errors.append(daemon_error(error) if isinstance(error, EngineError) else error.message)
            failed.append(argument)
            only_missing = only_missing and isinstance(error, NotFound)
    for message in errors:
        io.complain(message)
    if failed and last_line:
        io.complain(f"{last_line}{', '.join(failed)}")
    return 1 if errors and not only_missing else 0


def given(name: str, empty: str = EMPTY) -> str:
    """Return the name of a container, which the client looks at before it asks the daemon.

    Raises:
        EmptyNameError: it is empty.
    """
    if not name.strip():
        raise EmptyNameError(empty)
    return name
