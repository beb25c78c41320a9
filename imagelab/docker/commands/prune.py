"""``docker image prune`` and ``docker container prune``: deleting what is not in use."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.daemon import Daemon
from imagelab.docker.command import Command
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, many, switch
from imagelab.docker.io import Io, encode
from imagelab.engine.prune import Pruned
from imagelab.formats import units


def _images(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    everything = parsed["all"]
    kind = (
        "all images without at least one container associated to them"
        if everything
        else "all dangling images"
    )
    if not parsed["force"] and not confirmed(daemon, io, kind):
        return 0
    filters = parse_filters(parsed["filter"])
    filters.setdefault("dangling", []).append("false" if everything else "true")
    done = daemon.prune_images(filters)
    print_images(io, done)
    print_reclaimed(io, done.reclaimed)
    return 0


def print_images(io: Io, done: Pruned) -> None:
    """Print which names and images a prune removed."""
    print_deleted(io, "Images", [
        f"{record.action.lower()}: {record.target}" for record in done.records])


def _containers(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if not parsed["force"] and not confirmed(daemon, io, "all stopped containers"):
        return 0
    done = daemon.prune_containers(parse_filters(parsed["filter"]))
    print_deleted(io, "Containers", done.ids)
    print_reclaimed(io, done.reclaimed)
    return 0


def print_deleted(io: Io, kind: str, lines: Sequence[str]) -> None:
    """Print what a prune has removed of a kind; nothing for nothing."""
    if lines:
        io.print("\n".join([f"Deleted {kind}:", *lines, ""]))


def print_reclaimed(io: Io, size: int) -> None:
    """Print what a prune has freed."""
    io.print(f"Total reclaimed space: {units.human_size(size)}")


def confirmed(daemon: Daemon, io: Io, kind: str) -> bool:
    """Ask before a prune; only ``y`` says yes (``-f`` does not ask)."""
    return agreed(daemon, io, f"WARNING! This will remove {kind}.\n")


def agreed(daemon: Daemon, io: Io, warning: str) -> bool:
    """Print a warning and ask whether to go on."""
    io.out(encode(f"{warning}Are you sure you want to continue? [y/N] "))
    with daemon.released():
        answer = io.read_line() if io.read_line else io.stdin.readline()
    return answer.strip().lower() == b"y"


COMMANDS = (
    Command("image prune", "[OPTIONS]", _images,
            (switch("all", "a"), many("filter"), switch("force", "f")), 0, 0),
    Command("container prune", "[OPTIONS]", _containers,
            (many("filter"), switch("force", "f")), 0, 0),
)
