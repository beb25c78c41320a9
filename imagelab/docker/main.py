"""The docker command line: from words to output and an exit code."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

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
from imagelab.docker.io import Io, encode
from imagelab.engine.commit import DOCKER_VERSION
from imagelab.model.outcome import EngineError

COMMANDS: dict[str, Command] = {
    name: replace(command, name=name)
    for module in (images, containers, run, transfer, inspect)
    for command in module.COMMANDS
    for name in (command.name, *command.also)
}
GROUPS = ("image", "container", "volume")
_GLOBAL_WITH_VALUE = ("-H", "--host", "--config", "-c", "--context", "-l", "--log-level")


def execute(daemon: Daemon, words: Sequence[str], io: Io) -> int:
    """Run one docker command line as one step of the journal and return its exit code.

    Args:
        daemon: the lab.
        words: the words after ``docker``.
        io: where to read and write.
    """
    try:
        rest = _skip_globals(list(words))
        if rest and rest[0] in ("-v", "--version"):
            io.print(f"Docker version {DOCKER_VERSION}, imagelab")
            return 0
        command, arguments = _find(rest)
        if command is None:
            io.out(encode(overview(rest[0] if rest else "")))
            return 0
    except ClientError as error:
        io.complain(error.message)
        return error.code
    with daemon.step(shlex.join(["docker", *words])) as step:
        step.exit_code = _run(daemon, command, arguments, io)
        return step.exit_code


def _run(daemon: Daemon, command: Command, arguments: list[str], io: Io) -> int:
    try:
        try:
            parsed = flags.parse(command.flags, arguments, interspersed=command.interspersed)
        except flags.FlagError as error:
            raise flag_error(command, str(error)) from error
        if parsed["help"]:
            io.out(encode(help_text(command)))
            return 0
        check_count(command, parsed.arguments)
        return command.run(daemon, io, parsed)
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
