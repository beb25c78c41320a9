"""What a docker command is to the parser, and the messages of a wrong command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from imagelab.daemon import Daemon
from imagelab.docker.flags import Flag, Grammar, Parsed
from imagelab.docker.io import Io

#: Version of the Engine API that the lab's daemon has.
API_VERSION = "1.41"
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
    also: tuple[str, ...] = ()
    reads_stdin: Callable[[Parsed], bool] = _never

    @cached_property
    def grammar(self) -> Grammar:
        """What may follow its name."""
        return Grammar.of(self.flags, interspersed=self.interspersed)


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


class NotSimulated(ClientError):
    """A wish that the lab cannot meet; it is told without the client's phrases around it."""


def flag_error(command: Command, reason: str) -> ClientError:
    """Return the error for a flag that cannot be (exit code 125)."""
    return ClientError(f"{reason}\n\n{usage_line(command)}\n\n{_run_help(command)}", 125)


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
        f"docker: 'docker {command.name}' {wish}\n\n{usage_line(command)}\n\n"
        f"{_run_help(command, front)}"
    )


def _arguments(count: int) -> str:
    return f"{count} argument" if count == 1 else f"{count} arguments"


def usage_line(command: Command) -> str:
    """Return the line that begins with ``Usage:``."""
    return " ".join(filter(None, ["Usage:  docker", command.name, command.usage]))


def _run_help(command: Command, front: str = "Run") -> str:
    name = " ".join(filter(None, ["docker", command.name]))
    return f"{front} '{name} --help' for more information"


def needs_api(name: str, version: str) -> str:
    """Return what the client says of a flag that a newer daemon would take."""
    return (f'"--{name}" requires API version {version}, but the Docker daemon API version is '
            f"{API_VERSION}")


def needs_windows(name: str) -> str:
    """Return what the client says of a flag that is for Windows only."""
    return (f'"--{name}" is only supported on a Docker daemon running on windows, but the '
            "Docker daemon is running on linux")


def needs_experiments(name: str) -> str:
    """Return what the client says of a flag that daemons take only to try new things out."""
    return (f'"--{name}" is only supported on a Docker daemon with experimental features '
            "enabled")


def check_supported(command: Command, parsed: Parsed) -> None:
    """Refuse flags that the lab's daemon is too old for.

    Raises:
        ClientError: in the client's words.
    """
    refused = [each for each in command.flags if each.needs and each.name in parsed.given]
    if refused:
        refused.sort(key=lambda known: known.name)
        raise ClientError("\n".join(each.needs for each in refused))


def spellings(command: Command) -> Iterator[tuple[str, Command]]:
    """Yield the names of a command, each with the command as messages call it then.

    In a group a command has one name, and others that stand for it: ``image remove`` speaks of
    ``image rm``.
    """
    names = (command.name, *command.also)
    first: dict[str, str] = {}
    for name in names:
        own = first.setdefault(name.rpartition(" ")[0], name)
        yield name, replace(
            command, name=own, also=tuple(other for other in names if other != own))
