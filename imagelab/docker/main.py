"""The docker command line: from words to output and an exit code."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from imagelab.daemon import Daemon
from imagelab.daemon.clock import impatience
from imagelab.daemon.timeline import INTERRUPTED, Stopped
from imagelab.docker import flags, unsimulated
from imagelab.docker.command import (
    ClientError,
    Command,
    check_count,
    check_supported,
    flag_error,
    spellings,
)
from imagelab.docker.commands import (
    build,
    containers,
    cp,
    disk_usage,
    events,
    export,
    hub,
    images,
    inspect,
    manifest,
    networks,
    prune,
    push,
    resources,
    run,
    system,
    system_prune,
    transfer,
    volumes,
)
from imagelab.docker.commands import exec as exec_command
from imagelab.docker.conversation import Held
from imagelab.docker.errors import daemon_error
from imagelab.docker.io import Io, encode, spooled
from imagelab.docker.noting import Noting
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import StorageError

COMMANDS: dict[str, Command] = {
    name: command
    for module in (images, build, containers, run, transfer, cp, export, inspect, prune,
                   exec_command, hub, networks, system, volumes, push, manifest, disk_usage,
                   system_prune, events, resources)
    for each in module.COMMANDS
    for name, command in spellings(each)
}
GROUPS = ("builder", "image", "container", "manifest", "network", "system", "volume")
#: What a docker client has besides, and the groups that all of it is missing of.
_NOT_SIMULATED = frozenset({
    *unsimulated.GROUPS, unsimulated.EXPERIMENTAL, unsimulated.NEWER, "manifest annotate",
    "manifest create", "manifest push", "manifest rm",
})
#: There is one lab, whatever host and context these name.
_GLOBAL_FLAGS = (
    flags.flag("config"),
    flags.flag("context", "c"),
    flags.switch("debug", "D"),
    flags.many("host", "H"),
    flags.flag("log-level", "l", default="info"),
    flags.switch("tls"),
    flags.flag("tlscacert"),
    flags.flag("tlscert"),
    flags.flag("tlskey"),
    flags.switch("tlsverify"),
    flags.switch("version", "v"),
)
_LOG_LEVELS = ("debug", "error", "fatal", "info", "panic", "trace", "warn", "warning")
#: Characters that the journal keeps of what a failed command complained of.
MOST_KEPT = 4_000
#: The client itself, as messages about its own flags call it.
_DOCKER = Command("", "[OPTIONS] COMMAND [ARG...]", lambda *_: 0, _GLOBAL_FLAGS)
_BEFORE_COMMAND = flags.Grammar.of(_GLOBAL_FLAGS, interspersed=False)
_HELP = Command("help", "[command]", lambda *_: 0)


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
    last; asking for help is none. Where a kept lab cannot be read or written, the line fails, and
    the lab is as it was.

    Args:
        daemon: the lab.
        words: the words after ``docker``.
        io: where to read and write.

    Raises:
        InUse: the lab is, by others, and this command does not wait.
    """
    io, held = _noted(io, Noting(daemon.memory))
    line = _understand(words, io)
    try:
        if isinstance(line, CommandLine):
            return _run_line(daemon, line, io, held)
        if line:
            with daemon.step(shlex.join(["docker", *_shown(words)])) as step:
                step.exit_code, step.given = line, io.noting.given(io)
                step.complaint = _complaint(io)
    except StorageError as error:
        if impatience.get():
            raise
        code, message = _refused_by_disk(line, error)
        io.complain(message)
        daemon.could_not_keep(shlex.join(["docker", *_shown(words)]), code, _complaint(io))
        return code
    return line


def _refused_by_disk(line: CommandLine | int, error: StorageError) -> tuple[int, str]:
    """Return the exit code and the client's words where the lab cannot be read or written."""
    message = daemon_error(EngineError(str(error)))
    if isinstance(line, CommandLine) and line.command.name in ("run", "container run"):
        return 125, f"docker: {message}{run.HELP}"
    return 1, message


def _noted(io: Io, noting: Noting) -> tuple[Io, list[Held]]:
    """Return surroundings that note what is read, and where a process taken over is put."""
    held: list[Held] = []
    read_line, take_over = io.read_line, io.take_over

    def taking_over(process: Held) -> None:
        held.append(process)
        if take_over is not None:
            take_over(process)

    return replace(
        io, noting=noting, environment=noting.environment(io.environment), complaints=[],
        stdin=noting.stream(io.stdin),
        read_line=None if read_line is None else lambda: noting.line(read_line()),
        take_over=None if take_over is None else taking_over), held


def _complaint(io: Io) -> str:
    """Return the end of what was complained of, for the journal."""
    return "\n".join(io.complaints)[-MOST_KEPT:]


def _shown(words: Sequence[str]) -> Sequence[str]:
    """Return a command line as the journal keeps it."""
    if "login" not in words:
        return words
    try:
        first = _BEFORE_COMMAND.parse(words).arguments[:1]
    except flags.FlagError:
        first = []
    is_login = first == ["login"]
    return hub.without_password(words) if is_login else words


def _understand(words: Sequence[str], io: Io) -> CommandLine | int:
    """Parse a command line; where it needs no lab, answer it and return the exit code."""
    try:
        if any("\0" in word for word in words):
            raise ClientError("imagelab: no word of a command line can hold a zero byte")
        given = _parse_globals(words)
        rest = given.arguments
        if rest[:1] == ["help"]:
            return _help_topic(rest[1:], io)
        if not rest:
            return _without_command(given, io)
        if build.is_for_builder(rest):
            io.complain(build.notice(io.environment))
        command, arguments = _find(rest, given, io)
        if command is None:
            return 0
        parsed = _parse(command, arguments, io)
        if parsed["help"] or given["help"]:
            return _print_help(command, io)
        check_count(command, parsed.arguments)
        check_supported(command, parsed)
    except ClientError as error:
        io.complain(error.message)
        return error.code
    return CommandLine(tuple(words), command, parsed)


def _parse_globals(words: Sequence[str]) -> flags.Parsed:
    try:
        given = _BEFORE_COMMAND.parse(words)
    except flags.FlagError as error:
        raise flag_error(_DOCKER, str(error)) from error
    if given["log-level"] not in _LOG_LEVELS:
        raise ClientError(f"Unable to parse logging level: {given['log-level']}")
    return given


def _without_command(given: flags.Parsed, io: Io) -> int:
    for notice in given.notices:
        io.complain(notice)
    if given["version"] and not given["help"]:
        _print_version(io)
    else:
        _print_overview("", io, asked=given["help"])
    return 0


def _print_version(io: Io) -> None:
    io.print(f"Docker version {system.CLIENT_VERSION}, build imagelab")


def _help_topic(words: Sequence[str], io: Io) -> int:
    """Carry out ``docker help``."""
    parsed = _parse(_HELP, list(words), io)
    topic = parsed.arguments
    if parsed["help"]:
        return _print_help(_HELP, io)
    if not topic or topic in [[group] for group in GROUPS]:
        _print_overview("".join(topic), io, asked=True)
        return 0
    name = " ".join(topic)
    if name in COMMANDS:
        return _print_help(COMMANDS[name], io)
    if name in _NOT_SIMULATED:
        raise unsimulated.refusal(name, [])
    if topic[0] in _NOT_SIMULATED:
        raise unsimulated.refusal(topic[0], topic[1:])
    raise ClientError(f"unknown help topic: {topic[-1]}")


def _print_help(command: Command, io: Io) -> int:
    from imagelab.docker import help as texts

    io.out(encode(texts.command_help(command)))
    return 0


def _print_overview(group: str, io: Io, *, asked: bool) -> None:
    """Print the commands, of a group or of all; on standard error unless they were asked for."""
    from imagelab.docker import help as texts

    text = (texts.group_overview(COMMANDS, group) if group
            else texts.overview(COMMANDS, GROUPS, _GLOBAL_FLAGS))
    (io.out if asked else io.err)(encode(text))


def _parse(command: Command, arguments: list[str], io: Io) -> flags.Parsed:
    """Parse flags and arguments, and say what there is to say of old flags."""
    try:
        parsed = command.grammar.parse(arguments)
    except flags.FlagError as error:
        raise flag_error(command, str(error)) from error
    for notice in parsed.notices:
        io.print(notice)
    return parsed


def _run_line(daemon: Daemon, line: CommandLine, io: Io, held: Sequence[Held]) -> int:
    """Run a command line as one step of the journal and return its exit code.

    Args:
        daemon: the lab.
        line: what was typed.
        io: where to read and write.
        held: has the process that the terminal took over, once it has.

    Raises:
        BrokenPipeError: whoever reads the output has gone. What was done stays done, as on a
            daemon.
        Stopped: it was interrupted, and what it had finished stays.
        KeyboardInterrupt: it was interrupted, and the lab is as before.
    """
    gone: BrokenPipeError | Stopped | None = None
    with ExitStack() as stack:
        if line.command.reads_stdin(line.parsed) and io.read_line is None:
            # Before its turn comes: the input may be what another command of this lab prints.
            io = replace(io, stdin=stack.enter_context(spooled(io.stdin)))
        with daemon.step(shlex.join(["docker", *_shown(line.words)])) as step:
            try:
                step.exit_code = _run(daemon, line, io)
            except BrokenPipeError as error:
                step.exit_code, gone = 1, error
            except Stopped as error:
                step.exit_code, gone = INTERRUPTED, error
            finally:
                step.given = io.noting.given(
                    io, taken_over=bool(held), secret=line.command.name == "login")
            if step.exit_code:
                step.complaint = _complaint(io)
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


def _find(
    words: list[str], before: flags.Parsed, io: Io,
) -> tuple[Command | None, list[str]]:
    """Find the command that the words begin with; print an overview and return None for none.

    Args:
        words: the words from the command on.
        before: the client's own flags, which stand before them.
        io: where to print.

    Raises:
        ClientError: there is no such command.
    """
    group, name, rest = "", words[0], words[1:]
    wants_help = before["help"]
    if name in GROUPS:
        group = name
        usage = "COMMAND" if group == "volume" else ""  # as docker 28.2 has it
        parsed = _parse(Command(group, usage, lambda *_: 0, interspersed=False), rest, io)
        wants_help = wants_help or parsed["help"]
        rest = parsed.arguments
        if not rest:
            _print_overview(group, io, asked=wants_help)
            return None, []
        name, rest = f"{group} {rest[0]}", rest[1:]
        rest = ["--help", *rest] if wants_help else rest
    if name in COMMANDS:
        return COMMANDS[name], rest
    if name in _NOT_SIMULATED:
        raise unsimulated.refusal(name, rest)
    # What follows an unknown command is read as if it followed the group.
    own = _DOCKER if not group else Command(group, "", lambda *_: 0)
    if wants_help or _parse(own, rest, io)["help"]:
        _print_overview(group, io, asked=True)
        return None, []
    if before["version"] and not group:
        _print_version(io)
        return None, []
    # As docker 28.2 has it.
    shown = f"{group} COMMAND" if group in ("manifest", "volume") else group
    usage = f"Usage:  docker {shown}\n\n" if group else ""
    raise ClientError(
        f"docker: unknown command: docker {name}\n\n{usage}"
        f"Run 'docker {group + ' ' if group else ''}--help' for more information"
    )
