"""Commands about containers that exist: ``ps start stop rm diff logs`` and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from imagelab.daemon import Daemon
from imagelab.daemon.attach import Attach
from imagelab.daemon.waiting import EndlessError
from imagelab.docker import named_formats, rows
from imagelab.docker.command import ClientError, Command, needs_experiments
from imagelab.docker.commands.images import print_rows
from imagelab.docker.commands.run import attach_to
from imagelab.docker.conversation import Held, converse
from imagelab.docker.errors import daemon_error, each_argument, given
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Flag, Parsed, flag, many, number, switch
from imagelab.docker.io import Io, encode
from imagelab.formats.gotime import format_fixed
from imagelab.formats.timestamp import parse_timestamp
from imagelab.model.container import STDERR, Log
from imagelab.model.outcome import EngineError


def _ps(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    limit = 1 if parsed["latest"] and parsed["last"] == -1 else parsed["last"]
    chosen, quiet = parsed["format"], parsed["quiet"]
    if quiet and chosen:
        io.complain("WARNING: Ignoring custom format, because both --format and --quiet are set.")
    size = named_formats.wants_size(chosen, daemon.state.clock)
    if "size" in parsed.given:
        size = parsed["size"]
    found = daemon.containers(
        every=parsed["all"], limit=limit, size=size, filters=parse_filters(parsed["filter"])
    )
    table = rows.container_rows(found, now=daemon.state.clock, truncate=not parsed["no-trunc"])
    if quiet and chosen != "raw":
        chosen = ""
    formats = named_formats.containers(size=parsed["size"])
    return print_rows(io, table, rows.CONTAINER_HEADERS, formats.named(chosen, quiet=quiet),
                      formats.table)


def _start(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    attach, interactive = parsed["attach"], parsed["interactive"]
    if attach or interactive:
        if len(parsed.arguments) > 1:
            raise ClientError("you cannot start and attach multiple containers at once")
        name = given(parsed.arguments[0])
        try:
            if daemon.inspect_container(name)["State"]["Paused"]:
                raise ClientError("unable to upgrade to tcp, received 409")
            return attach_to(daemon, io, name, interactive=interactive)
        except EngineError as error:
            io.complain(daemon_error(error))
            return 1

    def one(name: str) -> None:
        daemon.start(name, stdin_open=True)
        io.print(name)

    return each_argument(io, parsed.arguments, one, last_line="Error: failed to start containers: ")


def _stop(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    timeout = _timeout(parsed)

    def one(name: str) -> None:
        with _patience():
            daemon.stop(name, timeout)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _restart(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    timeout = _timeout(parsed)

    def one(name: str) -> None:
        with _patience():
            daemon.restart(name, timeout)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _timeout(parsed: Parsed) -> int | None:
    """Return the seconds given; --signal is for newer daemons and left out for this one."""
    if {"time", "timeout"} <= parsed.given:
        raise ClientError("conflicting options: cannot specify both --timeout and --time")
    given = next(iter(parsed.given & {"time", "timeout"}), "")
    return int(parsed[given]) if given else None


@contextmanager
def _patience() -> Iterator[None]:
    """Say in the lab's name that a command would wait for ever."""
    try:
        yield
    except EndlessError as error:
        raise ClientError(f"imagelab: {error.message}") from error


def _kill(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        daemon.kill(name, parsed["signal"])
        io.print(name)

    return each_argument(io, parsed.arguments, one)


def _wait(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        with _patience():
            status = daemon.wait(name)
        io.print(str(status))

    return each_argument(io, parsed.arguments, one)


def _attach(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = given(parsed.arguments[0])
    found = daemon.inspect_container(name)
    if not found["State"]["Running"]:
        raise ClientError("You cannot attach to a stopped container, start it first")
    if found["State"]["Paused"]:
        raise ClientError("You cannot attach to a paused container, unpause it first")
    if found["State"]["Restarting"]:
        raise ClientError("You cannot attach to a restarting container, wait until it is running")
    once = found["Config"]["StdinOnce"]
    interactive = found["Config"]["OpenStdin"] and not parsed["no-stdin"]

    def start(stdin: bytes, live: bool, attach: Attach) -> int | None:
        ended = interactive and once and not live
        return daemon.send_input(name, stdin, close=ended, attach=attach)

    daemon.attach(name)
    held = Held(found["Id"], leaving=1)
    return converse(daemon, io, start, held, interactive=interactive) or 0


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
        if parsed["link"]:
            daemon.remove_link(name)
        else:
            daemon.remove_container(name, force=parsed["force"], volumes=parsed["volumes"])
        io.print(name)

    return each_argument(io, parsed.arguments, one, forgive_missing=parsed["force"],
                         empty="container name cannot be empty")


def _rename(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    old, new = (text.strip() for text in parsed.arguments)
    if not old or not new:
        raise ClientError("Error: Neither old nor new names may be empty")
    try:
        daemon.rename(old, new)
    except EngineError as error:
        io.complain(daemon_error(error))
        io.complain(f"Error: failed to rename container named {old}")
        return 1
    return 0


def _diff(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    for change in daemon.diff(given(parsed.arguments[0], "Container name cannot be empty")):
        io.print(f"{change.kind} {change.path}")
    return 0


def _logs(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = given(parsed.arguments[0])
    daemon.inspect_container(name)
    since, until = (_moment(parsed, which, daemon.state.clock) for which in ("since", "until"))

    def show(log: Log) -> None:
        stamp = f"{format_fixed(log.time)} " if parsed["timestamps"] else ""
        details = " " if parsed["details"] else ""  # no log driver here adds any
        (io.err if log.stream == STDERR else io.out)(encode(stamp + details) + log.data)

    for log in daemon.logs(name, tail=_tail(parsed["tail"]), since=since, until=until):
        show(log)
    if parsed["follow"]:
        with _patience():
            daemon.follow_logs(name, show, until)
    return 0


def _tail(text: str) -> int:
    """Return how many lines; whatever is no number means all."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII) else -1


def _moment(parsed: Parsed, name: str, now: int) -> int | None:
    """Return the time that a flag gives; None for none, which ``--until 0`` is too.

    Raises:
        ClientError: it is no time.
    """
    text = parsed[name]
    if not text or (name, text) == ("until", "0"):
        return None
    try:
        return parse_timestamp(text, now)
    except ValueError as error:
        raise ClientError(f'invalid value for "{name}": {error}') from error


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
_START_FLAGS = (
    switch("attach", "a"),
    flag("checkpoint", needs=needs_experiments("checkpoint")),
    flag("checkpoint-dir", needs=needs_experiments("checkpoint-dir")),
    flag("detach-keys"),
    switch("interactive", "i"),
)
_TIMES = (flag("signal", "s"), number("timeout", "t"), Flag("time", kind="int", instead="timeout"))
_REMOVE = (switch("force", "f"), switch("link", "l"), switch("volumes", "v"))


COMMANDS = (
    Command("ps", "[OPTIONS]", _ps, _PS_FLAGS, 0, 0,
            also=("container ls", "container list", "container ps")),
    Command("start", _START, _start, _START_FLAGS, 1, None,
            also=("container start",),
            reads_stdin=lambda parsed: parsed["interactive"]),
    Command("stop", _START, _stop, _TIMES, 1, None,
            also=("container stop",)),
    Command("restart", _START, _restart, _TIMES, 1, None,
            also=("container restart",)),
    Command("wait", "CONTAINER [CONTAINER...]", _wait, (), 1, None,
            also=("container wait",)),
    Command("attach", "[OPTIONS] CONTAINER", _attach,
            (flag("detach-keys"), switch("no-stdin"), switch("sig-proxy", default=True)), 1, 1,
            also=("container attach",),
            reads_stdin=lambda parsed: not parsed["no-stdin"]),
    Command("kill", _START, _kill, (flag("signal", "s"),), 1, None,
            also=("container kill",)),
    Command("pause", "CONTAINER [CONTAINER...]", _pause, (), 1, None,
            also=("container pause",)),
    Command("unpause", "CONTAINER [CONTAINER...]", _unpause, (), 1, None,
            also=("container unpause",)),
    Command("rm", _START, _rm, _REMOVE, 1, None,
            also=("container rm", "container remove")),
    Command("rename", "CONTAINER NEW_NAME", _rename, (), 2, 2,
            also=("container rename",)),
    Command("diff", "CONTAINER", _diff, (), 1, 1,
            also=("container diff",)),
    Command("logs", "[OPTIONS] CONTAINER", _logs,
            (switch("details"), switch("follow", "f"), flag("since"), flag("until"),
             flag("tail", "n", default="all"), switch("timestamps", "t")), 1, 1,
            also=("container logs",)),
)
