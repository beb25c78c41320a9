"""The docker command line: from words to output and an exit code."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from imagelab.daemon import Daemon
from imagelab.docker import flags
from imagelab.docker.command import (
    ClientError,
    Command,
    check_count,
    flag_error,
    help_text,
)
from imagelab.docker.commands import containers, images, inspect, run, transfer
from imagelab.docker.errors import daemon_error
from imagelab.docker.io import Io, encode, spooled
from imagelab.engine.commit import DOCKER_VERSION
from imagelab.model.outcome import EngineError

COMMANDS: dict[str, Command] = {
    name: replace(command, name=name)
    for module in (images, containers, run, transfer, inspect)
    for command in module.COMMANDS
    for name in (command.name, *command.also)
}
GROUPS = ("image", "container", "volume")
#: What a docker client has besides, and the groups that all of it is missing of.
_NOT_SIMULATED = frozenset({
    "attach", "build", "builder", "buildx", "compose", "config", "container attach",
    "container cp", "container exec", "container export", "container port", "container prune",
    "container restart", "container stats", "container top", "container update",
    "container wait", "context", "cp", "events", "exec", "export", "image build",
    "image import", "image push", "import", "info", "login", "logout", "manifest", "network",
    "node", "plugin", "port", "push", "restart", "search", "secret", "service", "stack", "stats",
    "swarm", "system", "top", "trust", "update", "version", "volume create", "volume inspect",
    "volume prune", "volume rm", "wait",
})
_GLOBAL_WITH_VALUE = ("-H", "--host", "--config", "-c", "--context", "-l", "--log-level")


@dataclass(frozen=True)
class CommandLine:
    """A command line that has been understood.

    Attributes:
        words: the words after ``docker``.
        command: what they name.
        parsed: its flags and arguments.
    """

    words: Sequence[str]
    command: Command
    parsed: flags.Parsed


def execute(daemon: Daemon, words: Sequence[str], io: Io) -> int:
    """Run one docker command line as one step of the journal and return its exit code.

    A line that the client refuses is a step too, so that undo always takes back the line typed
    last; asking for help is none.

    Args:
        daemon: the lab.
        words: the words after ``docker``.
        io: where to read and write.
    """
    line = _understand(words, io)
    if isinstance(line, CommandLine):
        return _run_line(daemon, line, io)
    if line:
        with daemon.step(shlex.join(["docker", *words])) as step:
            step.exit_code = line
    return line


def _understand(words: Sequence[str], io: Io) -> CommandLine | int:
    """Parse a command line; where it needs no lab, answer it and return the exit code."""
    try:
        rest = _skip_globals(list(words))
        if rest and rest[0] in ("-v", "--version"):
            io.print(f"Docker version {DOCKER_VERSION}, imagelab")
            return 0
        command, arguments = _find(rest)
        if command is None:
            io.out(encode(overview(rest[0] if rest else "")))
            return 0
        parsed = _parse(command, arguments)
        if parsed["help"]:
            io.out(encode(help_text(command)))
            return 0
        check_count(command, parsed.arguments)
    except ClientError as error:
        io.complain(error.message)
        return error.code
    return CommandLine(tuple(words), command, parsed)


def _parse(command: Command, arguments: list[str]) -> flags.Parsed:
    try:
        return flags.parse(command.flags, arguments, interspersed=command.interspersed)
    except flags.FlagError as error:
        raise flag_error(command, str(error)) from error


def _run_line(daemon: Daemon, line: CommandLine, io: Io) -> int:
    """Run a command line as one step of the journal and return its exit code.

    Raises:
        BrokenPipeError: whoever reads the output has gone. What was done stays done, as on a
            daemon.
    """
    gone: BrokenPipeError | None = None
    with ExitStack() as stack:
        if line.command.reads_stdin(line.parsed) and io.read_line is None:
            # Before its turn comes: the input may be what another command of this lab prints.
            io = replace(io, stdin=stack.enter_context(spooled(io.stdin)))
        with daemon.step(shlex.join(["docker", *line.words])) as step:
            try:
                step.exit_code = _run(daemon, line, io)
            except BrokenPipeError as error:
                step.exit_code, gone = 1, error
    if gone is not None:
        raise gone
    return step.exit_code


def _run(daemon: Daemon, line: CommandLine, io: Io) -> int:
    try:
        return line.command.run(daemon, io, line.parsed)
    except ClientError as error:
        io.complain(error.message)
        return error.code
    except EngineError as error:
        io.complain(daemon_error(error))
        return 1


def _skip_globals(words: list[str]) -> list[str]:
    """Drop options before the command; there is one lab, whatever host they name."""
    while words and words[0].startswith("-") and words[0] not in ("-v", "--version", "--help"):
        name = words.pop(0)
        if name in _GLOBAL_WITH_VALUE and words:
            words.pop(0)
    return words


def _find(words: list[str]) -> tuple[Command | None, list[str]]:
    """Find the command that the words begin with; None for an overview.

    Raises:
        ClientError: there is none.
    """
    if not words or words[0] in ("--help", "help"):
        return None, []
    name, rest = words[0], words[1:]
    if name in GROUPS:
        if not rest or rest[0] == "--help":
            return None, []
        name, rest = f"{name} {rest[0]}", rest[1:]
    if name in COMMANDS:
        return COMMANDS[name], rest
    if name in _NOT_SIMULATED or name.partition(" ")[0] in _NOT_SIMULATED:
        raise ClientError(f"imagelab does not simulate 'docker {name}'")
    group = name.partition(" ")[0] if " " in name else ""
    usage = f"Usage:  docker {group}\n\n" if group else ""
    raise ClientError(
        f"docker: unknown command: docker {name}\n\n{usage}"
        f"Run 'docker {group + ' ' if group else ''}--help' for more information"
    )


def overview(group: str) -> str:
    """Return the list of commands, of one group or of all."""
    names = sorted(
        name
        for name in COMMANDS
        if (name.startswith(f"{group} ") if group in GROUPS else " " not in name)
    )
    usage = f"docker {group} COMMAND" if group in GROUPS else "docker [OPTIONS] COMMAND"
    lines = [f"Usage:  {usage}", "", "Commands:"]
    lines += [f"  {name:<18}{COMMANDS[name].summary}" for name in names]
    return "\n".join(lines) + "\n"
