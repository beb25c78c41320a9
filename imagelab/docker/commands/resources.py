"""``docker top``, ``docker stats`` and ``docker update``: processes and what they may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SECOND
from imagelab.docker import rows
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.images import print_rows
from imagelab.docker.commands.limit_flags import KEYS, LIMITS
from imagelab.docker.commands.run_settings import restart_policy
from imagelab.docker.errors import each_argument, given
from imagelab.docker.flags import Flag, Parsed, flag, switch
from imagelab.docker.formatter import FormatError, render
from imagelab.docker.gotemplate import SubContext
from imagelab.docker.io import Io, encode
from imagelab.docker.table import align

_HEADERS = {
    "Container": "CONTAINER",
    "ID": "CONTAINER ID",
    "Name": "NAME",
    "CPUPerc": "CPU %",
    "MemUsage": "MEM USAGE / LIMIT",
    "MemPerc": "MEM %",
    "NetIO": "NET I/O",
    "BlockIO": "BLOCK I/O",
    "PIDs": "PIDS",
}
_TABLE = (
    r"table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}"
    r"\t{{.BlockIO}}\t{{.PIDs}}"
)
#: What brings a terminal's cursor home, and what clears the rest of a line or of the screen.
_HOME, _LINE_END, _SCREEN_END = "\x1b[H", " \x1b[K\n", "\x1b[J"
_NOTE = "imagelab: on the clock of lessons nothing changes while you look, so this ends here"


def _top(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name, *options = parsed.arguments
    found = daemon.top(given(name), options)
    lines = ("\t".join(row) for row in (found["Titles"], *found["Processes"]))
    io.out(encode(align("".join(f"{line}\n" for line in lines), 20)))
    return 0


def _stats(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    """Print what containers use, once, or again each second until interrupted.

    On a simulated clock once is all there is to see, and no screen to be drawn over.
    """
    if _missing(daemon, io, parsed.arguments):
        return 1
    if parsed["no-stream"] or daemon.clock.simulated:
        print_rows(io, _stat_rows(daemon, parsed), _HEADERS, parsed["format"], _TABLE)
        if not parsed["no-stream"]:
            io.complain(_NOTE)
        return 0
    while True:
        text = _rendered(_stat_rows(daemon, parsed), parsed["format"])
        io.out(encode(_HOME + text.replace("\n", _LINE_END) + _SCREEN_END))
        with daemon.released():
            daemon.clock.wait_until(daemon.clock.now(0) + SECOND)
        daemon.bring_up_to_date()


def _missing(daemon: Daemon, io: Io, names: Sequence[str]) -> bool:
    """Tell of each container that is not there; return whether there is one."""
    def look(name: str) -> None:
        daemon.inspect_container(name)

    return each_argument(io, names, look) != 0


def _rendered(found: Sequence[SubContext], wanted: str) -> str:
    try:
        return render(found, _HEADERS, wanted, _TABLE)
    except FormatError as error:
        raise ClientError(str(error)) from error


def _stat_rows(daemon: Daemon, parsed: Parsed) -> list[SubContext]:
    """Return a row for each container: those named, in their order, or those that run."""
    found: dict[str, dict[str, Any]] = {}
    for name in parsed.arguments:
        document = daemon.stats(name)
        found.setdefault(document["id"], {**document, "asked": name})
    if not parsed.arguments:
        for each in daemon.containers(every=parsed["all"]):
            found[each["Id"]] = {**daemon.stats(each["Id"]), "asked": each["Id"][:12]}
    truncate = not parsed["no-trunc"]
    return [rows.stats_row(each, truncate=truncate) for each in found.values()]


def _update(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if not parsed.given:
        raise ClientError("you must provide one or more flags when using this command")
    policy, retries = restart_policy(parsed)
    settings = {key: parsed[name] for name, key in KEYS.items() if name in parsed.given}
    if retries:
        settings["RestartPolicy"] = {"Name": policy, "MaximumRetryCount": retries}

    def one(name: str) -> None:
        daemon.update(name, settings, policy)
        io.print(name)

    return each_argument(io, parsed.arguments, one)


_UPDATE_FLAGS = (*LIMITS, Flag("kernel-memory", kind="bytes", hidden=True), flag("restart"))
COMMANDS = (
    Command("top", "CONTAINER [ps OPTIONS]", _top, (), 1, None, interspersed=False,
            also=("container top",)),
    Command("stats", "[OPTIONS] [CONTAINER...]", _stats,
            (switch("all", "a"), flag("format"), switch("no-stream"), switch("no-trunc")),
            0, None, also=("container stats",)),
    Command("update", "[OPTIONS] CONTAINER [CONTAINER...]", _update, _UPDATE_FLAGS, 1, None,
            also=("container update",)),
)
