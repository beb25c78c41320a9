"""``docker events``: what the daemon did and does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imagelab.daemon import Daemon
from imagelab.daemon.watching import Selection
from imagelab.docker import gotemplate
from imagelab.docker.command import ClientError, Command
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, flag, many
from imagelab.docker.gotemplate import Int64, StringMap, Struct
from imagelab.docker.io import Io
from imagelab.engine.events import document
from imagelab.formats.gotime import format_fixed
from imagelab.formats.timestamp import parse_timestamp
from imagelab.model.outcome import Event

_NOTE = "imagelab: on the clock of lessons nothing happens while you wait, so this ends here"
_HINT = "; with --since 1h it shows what has happened"


def _events(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    line = _formatter(parsed["format"])

    def see(event: Event) -> None:
        try:
            io.print(line(event))
        except gotemplate.ExecError as error:
            io.print(error.output)
            raise ClientError(str(error)) from error

    now = daemon.state.clock
    since, until = (_moment(parsed[which], now) for which in ("since", "until"))
    cut_short = daemon.watch(see, Selection(since, until, parse_filters(parsed["filter"])))
    if cut_short:
        io.complain(_NOTE + (_HINT if since is None else ""))
    return 0


def _moment(text: str, now: int) -> int | None:
    """Return the time that a text gives; None for an empty one.

    Raises:
        ClientError: it is no time.
    """
    try:
        return parse_timestamp(text, now) if text else None
    except ValueError as error:
        raise ClientError(str(error)) from error


def _formatter(text: str) -> Callable[[Event], str]:
    """Return what makes an event a line; ``--format`` is tried on an empty event first.

    Raises:
        ClientError: the template cannot be used (exit code 64).
    """
    if not text:
        return _line
    try:
        template = gotemplate.parse("{{json .}}" if text == "json" else text)
        template.execute(_message(Event("", "", "")))
    except (gotemplate.ParseError, gotemplate.ExecError) as error:
        raise ClientError(f"Error parsing format: {error}", 64) from error
    return lambda event: template.execute(_message(event))


def _line(event: Event) -> str:
    attributes = ", ".join(f"{key}={value}" for key, value in sorted(event.attributes.items()))
    shown = f" ({attributes})" if attributes else ""
    return f"{format_fixed(event.time)} {event.type} {event.action} {event.id}{shown}"


def _message(event: Event) -> Struct:
    """Return an event as the client's type."""
    found: dict[str, Any] = document(event)
    actor = {"ID": event.id, "Attributes": StringMap(sorted(event.attributes.items()))}
    fields = {
        "Status": found.get("status", ""), "ID": found.get("id", ""),
        "From": found.get("from", ""), "Type": event.type, "Action": event.action,
        "Actor": Struct("events.Actor", actor), "Scope": found["scope"],
        "Time": Int64(found["time"]), "TimeNano": Int64(found["timeNano"]),
    }
    return Struct("*events.Message", fields, marshal=found)


COMMANDS = (
    Command("events", "[OPTIONS]", _events,
            (many("filter", "f"), flag("format"), flag("since"), flag("until")), 0, 0,
            also=("system events",)),
)
