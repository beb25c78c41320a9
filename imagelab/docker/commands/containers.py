"""Commands about containers that exist: ``ps start stop rm diff logs`` and the like."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker import rows
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.images import print_rows
from imagelab.docker.commands.run import attach_to
from imagelab.docker.errors import daemon_error, each_argument
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, flag, many, number, switch
from imagelab.docker.io import Io, encode
from imagelab.formats.gotime import SECOND, format_time
from imagelab.model.container import STDERR, Log
from imagelab.model.outcome import EngineError

_TABLE = (
    r"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
    r"\t{{.Names}}"
)


def _ps(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    limit = 1 if parsed["latest"] else parsed["last"]
    size = parsed["size"] or ".Size" in parsed["format"]
    found = daemon.containers(
        every=parsed["all"], limit=limit, size=size, filters=parse_filters(parsed["filter"])
    )
    table = rows.container_rows(found, now=daemon.state.clock, truncate=not parsed["no-trunc"])
    if parsed["quiet"] and not parsed["format"]:
        return print_rows(io, table, rows.CONTAINER_HEADERS, "{{.ID}}", "")
    default = _TABLE + (r"\t{{.Size}}" if parsed["size"] else "")
    return print_rows(io, table, rows.CONTAINER_HEADERS, parsed["format"], default)


def _start(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    attach, interactive = parsed["attach"], parsed["interactive"]
    if attach or interactive:
        if len(parsed.arguments) > 1:
            raise ClientError("you cannot start and attach multiple containers at once")
        name = parsed.arguments[0]
        try:
            daemon.inspect_container(name)
            return attach_to(daemon, io, name, interactive=interactive)
        except EngineError as error:
            io.complain(daemon_error(error))
            return 1

    def one(name: str) -> None:
        daemon.start(name, stdin_open=True)
        io.print(name)

    return each_argument(io, parsed.arguments, one, last_line="Error: failed to start containers: ")


def _stop(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        daemon.stop(name)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _kill(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    signal = parsed["signal"].upper().removeprefix("SIG") or "KILL"

    def one(name: str) -> None:
        daemon.kill(name, signal)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _pause(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        daemon.pause(name)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _unpause(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        daemon.unpause(name)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _rm(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        daemon.remove_container(name, force=parsed["force"])
        io.print(name)

    return each_argument(io, parsed.arguments, one, forgive_missing=parsed["force"])


def _rename(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    old, new = (text.strip() for text in parsed.arguments)
    try:
        daemon.rename(old, new)
    except EngineError as error:
        io.complain(daemon_error(error))
        io.complain(f"Error: failed to rename container named {old}")
        return 1
    return 0


def _diff(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    for change in daemon.diff(parsed.arguments[0]):
        io.print(f"{change.kind} {change.path}")
    return 0


def _logs(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    lines = daemon.logs(parsed.arguments[0])
    if parsed["tail"].isdecimal():  # anything else means all
        lines = lines[max(len(lines) - int(parsed["tail"]), 0) :]
    for log in lines:
        stamp = f"{_log_time(log)} " if parsed["timestamps"] else ""
        (io.err if log.stream == STDERR else io.out)(encode(stamp) + log.data)
    return 0


def _log_time(log: Log) -> str:
    """Return a time with all nine digits of its fraction, so that lines stay in columns."""
    seconds, rest = divmod(log.time, SECOND)
    return f"{format_time(seconds * SECOND)[:-1]}.{rest:09d}Z"


def _volumes(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if not parsed["quiet"]:
        io.print("DRIVER    VOLUME NAME")
    return 0


_PS_FLAGS = (
    switch("all", "a"),
    many("filter", "f"),
    flag("format"),
    number("last", "n", -1),
    switch("latest", "l"),
    switch("no-trunc"),
    switch("quiet", "q"),
    switch("size", "s"),
)
_START = "[OPTIONS] CONTAINER [CONTAINER...]"
_TIMES = (flag("signal", "s"), number("timeout", "t", 10), number("time", default=10))
_REMOVE = (switch("force", "f"), switch("link", "l"), switch("volumes", "v"))


COMMANDS = (
    Command("ps", "[OPTIONS]", _ps, _PS_FLAGS, 0, 0, summary="List containers",
            also=("container ls", "container list", "container ps")),
    Command("start", _START, _start, (switch("attach", "a"), switch("interactive", "i")), 1, None,
            summary="Start containers", also=("container start",),
            reads_stdin=lambda parsed: parsed["interactive"]),
    Command("stop", _START, _stop, _TIMES, 1, None,
            summary="Stop running containers", also=("container stop",)),
    Command("kill", _START, _kill, (flag("signal", "s"),), 1, None,
            summary="Kill running containers", also=("container kill",)),
    Command("pause", "CONTAINER [CONTAINER...]", _pause, (), 1, None,
            summary="Freeze the processes of containers", also=("container pause",)),
    Command("unpause", "CONTAINER [CONTAINER...]", _unpause, (), 1, None,
            summary="Let the processes of paused containers go on",
            also=("container unpause",)),
    Command("rm", _START, _rm, _REMOVE, 1, None,
            summary="Remove containers", also=("container rm", "container remove")),
    Command("rename", "CONTAINER NEW_NAME", _rename, (), 2, 2,
            summary="Rename a container", also=("container rename",)),
    Command("diff", "CONTAINER", _diff, (), 1, 1,
            summary="List what a container changed in its files", also=("container diff",)),
    Command("logs", "[OPTIONS] CONTAINER", _logs,
            (flag("tail", "n", default="all"), switch("timestamps", "t")), 1, 1,
            summary="Print a container's output", also=("container logs",)),
    Command("volume ls", "[OPTIONS]", _volumes, (switch("quiet", "q"), many("filter", "f")),
            0, 0, summary="List volumes", also=("volume list",)),
)
