"""``docker image prune`` and ``docker container prune``: deleting what is not in use."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker.command import Command
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, many, switch
from imagelab.docker.io import Io, encode
from imagelab.formats import units


def _images(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    everything = parsed["all"]
    kind = (
        "all images without at least one container associated to them"
        if everything
        else "all dangling images"
    )
    if not parsed["force"] and not confirmed(io, kind):
        return 0
    filters = parse_filters(parsed["filter"])
    if everything:
        filters["dangling"] = ["false"]
    done = daemon.prune_images(filters)
    if done.records:
        io.print("Deleted Images:")
        for record in done.records:
            io.print(f"{record.action.lower()}: {record.target}")
        io.print("")
    print_reclaimed(io, done.reclaimed)
    return 0


def _containers(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if not parsed["force"] and not confirmed(io, "all stopped containers"):
        return 0
    done = daemon.prune_containers(parse_filters(parsed["filter"]))
    if done.ids:
        io.print("Deleted Containers:")
        for identifier in done.ids:
            io.print(identifier)
        io.print("")
    print_reclaimed(io, done.reclaimed)
    return 0


def print_reclaimed(io: Io, size: int) -> None:
    """Print what a prune has freed."""
    io.print(f"Total reclaimed space: {units.human_size(size)}")


def confirmed(io: Io, kind: str) -> bool:
    """Ask before a prune; only ``y`` says yes (``-f`` does not ask)."""
    io.out(encode(f"WARNING! This will remove {kind}.\n"
                  "Are you sure you want to continue? [y/N] "))
    answer = io.read_line() if io.read_line else io.stdin.readline()
    return answer.strip().lower() == b"y"


COMMANDS = (
    Command("image prune", "[OPTIONS]", _images,
            (switch("all", "a"), many("filter"), switch("force", "f")), 0, 0),
    Command("container prune", "[OPTIONS]", _containers,
            (many("filter"), switch("force", "f")), 0, 0),
)
