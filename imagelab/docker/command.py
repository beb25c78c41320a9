"""What a docker command is to the parser, and the messages of a wrong command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagelab.daemon import Daemon
from imagelab.docker.flags import Flag, Parsed
from imagelab.docker.io import Io

#: Runs a parsed command line and returns its exit code.
Run = Callable[[Daemon, Io, Parsed], int]


def _never(_: Parsed) -> bool:
    return False


@dataclass(frozen=True)
class Command:
    """A command of the docker client.

    Attributes:
        name: as typed: ``image prune``.
        usage: what follows the name in usage lines: ``[OPTIONS] CONTAINER``.
        run: carries it out.
        flags: what it knows.
        least: fewest arguments.
        most: most arguments, None for any number.
        interspersed: whether flags may stand behind arguments.
        summary: one line of help.
        also: other names, such as that in a group: ``image rm`` for ``rmi``.
        reads_stdin: whether a command line takes all of standard input.
    """

    name: str
    usage: str
    run: Run
    flags: tuple[Flag, ...] = ()
    least: int = 0
    most: int | None = 0
    interspersed: bool = True
    summary: str = ""
    also: tuple[str, ...] = ()
    reads_stdin: Callable[[Parsed], bool] = _never


class ClientError(Exception):
    """A refusal by the client itself.

    Attributes:
        message: what goes to standard error.
        code: exit code.
    """

    def __init__(self, message: str, code: int = 1) -> None:
        """Keep message and code."""
        super().__init__(message)
        self.message = message
        self.code = code


def flag_error(command: Command, reason: str) -> ClientError:
    """Return the error for a flag that cannot be (exit code 125)."""
    return ClientError(f"{reason}\n\n{_usage(command)}\n\n{_run_help(command)}", 125)


def check_count(command: Command, arguments: list[str]) -> None:
    """Refuse too few or too many arguments.

    Raises:
        ClientError: in the client's words.
    """
    least, most, count = command.least, command.most, len(arguments)
    if least <= count and (most is None or count <= most):
        return
    front = "Run"
    if most == 0:
        wish = "accepts no arguments"
    elif most is None:
        wish, front = f"requires at least {_arguments(least)}", "See"
    elif least == most:
        wish = f"requires {_arguments(least)}"
    elif least == 0:
        wish, front = f"requires at most {_arguments(most)}", "SRun"  # as docker 28.2 has it
    else:
        wish = f"requires at least {least} and at most {_arguments(most)}"
    raise ClientError(
        f"docker: 'docker {command.name}' {wish}\n\n{_usage(command)}\n\n"
        f"{_run_help(command, front)}"
    )


def _arguments(count: int) -> str:
    return f"{count} argument" if count == 1 else f"{count} arguments"


def _usage(command: Command) -> str:
    return f"Usage:  docker {command.name} {command.usage}".rstrip()


def _run_help(command: Command, front: str = "Run") -> str:
    return f"{front} 'docker {command.name} --help' for more information"


def help_text(command: Command) -> str:
    """Return what ``--help`` prints."""
    lines = [_usage(command), "", command.summary]
    if command.flags:
        lines += ["", "Options:"]
        for each in sorted(command.flags, key=lambda known: known.name):
            short = f"-{each.short}, " if each.short else "    "
            kind = "" if each.kind == "bool" else f" {each.kind}"
            lines.append(f"  {short}--{each.name}{kind}")
    return "\n".join(lines) + "\n"
