"""``docker system prune``: deleting all that is not in use, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.prune import agreed, print_deleted, print_images, print_reclaimed
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, many, switch
from imagelab.docker.io import Io


def _prune(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    """Prune in the client's order: containers, networks, volumes, images, build cache."""
    filters = parse_filters(parsed["filter"])
    if parsed["volumes"] and "until" in filters:
        raise ClientError('ERROR: The "until" filter is not supported with "--volumes"')
    if not parsed["force"] and not agreed(daemon, io, "\n".join((*_warning(parsed, filters), ""))):
        return 0
    containers = daemon.prune_containers(filters)
    print_deleted(io, "Containers", containers.ids)
    reclaimed = containers.reclaimed
    print_deleted(io, "Networks", daemon.prune_networks(filters))
    if parsed["volumes"]:
        volumes = daemon.prune_volumes(filters)
        print_deleted(io, "Volumes", volumes.names)
        reclaimed += volumes.reclaimed
    images = daemon.prune_images({**filters, "dangling": ["false"]} if parsed["all"] else filters)
    print_images(io, images)
    daemon.prune_cache(filters)
    print_reclaimed(io, reclaimed + images.reclaimed)
    return 0


def _warning(parsed: Parsed, filters: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield "WARNING! This will remove:"
    yield "  - all stopped containers"
    yield "  - all networks not used by at least one container"
    if parsed["volumes"]:
        yield "  - all anonymous volumes not used by at least one container"
    if parsed["all"]:
        yield "  - all images without at least one container associated to them"
        yield "  - all build cache"
    else:
        yield "  - all dangling images"
        yield "  - unused build cache"
    known = sorted(f"{name}={value}" for name in ("label", "label!", "until")
                   for value in filters.get(name, ()))
    if known:
        yield ""
        yield "  Items to be pruned will be filtered with:"
        yield from (f"  - {text}" for text in known)
    yield ""


COMMANDS = (
    Command("system prune", "[OPTIONS]", _prune,
            (switch("all", "a"), many("filter"), switch("force", "f"), switch("volumes")), 0, 0),
)
