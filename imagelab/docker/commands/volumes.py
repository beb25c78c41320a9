"""The ``docker volume`` group."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker import flag_values, named_formats, rows
from imagelab.docker.command import ClientError, Command, needs_api
from imagelab.docker.commands.images import print_rows
from imagelab.docker.commands.inspect import print_all, volume_named
from imagelab.docker.commands.prune import confirmed, print_deleted, print_reclaimed
from imagelab.docker.commands.run import parse_labels
from imagelab.docker.errors import each_argument
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Flag, Parsed, flag, many, switch
from imagelab.docker.io import Io
from imagelab.engine.volumes import NewVolume


def _list(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    table = rows.volume_rows(daemon.volumes(parse_filters(parsed["filter"])))
    formats = named_formats.VOLUMES
    return print_rows(io, table, rows.VOLUME_HEADERS,
                      formats.named(parsed["format"], quiet=parsed["quiet"]), formats.table)


def _inspect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return print_all(io, parsed, lambda name: volume_named(daemon, name))


def _create(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = parsed["name"]
    if parsed.arguments:
        if name:
            raise ClientError("conflicting options: cannot specify a volume-name through both "
                              "--name and as a positional arg")
        name = parsed.arguments[0]
    options = (each.partition("=") for each in parsed["opt"])
    io.print(daemon.create_volume(NewVolume(
        name, parse_labels(parsed["label"]) or None, parsed["driver"],
        {key: value for key, _, value in options})))
    return 0


def _remove(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        daemon.remove_volume(name, force=parsed["force"])
        io.print(name)

    return each_argument(io, parsed.arguments, one,
                         empty="invalid volume name or ID: value is empty")


def _prune(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    kind = "all local volumes not used by at least one container"
    if not parsed["force"] and not confirmed(daemon, io, kind):
        return 0
    done = daemon.prune_volumes(parse_filters(parsed["filter"]))
    print_deleted(io, "Volumes", done.names)
    print_reclaimed(io, done.reclaimed)
    return 0


#: What only volumes of a cluster have.
_CLUSTER_FLAGS = tuple(
    Flag(name, kind=kind, needs=needs_api(name, "1.42"))
    for name, kind in (
        ("availability", "string"), ("group", "string"), ("limit-bytes", "bytes"),
        ("required-bytes", "bytes"), ("scope", "string"), ("secret", "map"),
        ("sharing", "string"), ("topology-preferred", "list"), ("topology-required", "list"),
        ("type", "string"),
    )
)
_FORCE = switch("force", "f")
COMMANDS = (
    Command("volume ls", "[OPTIONS]", _list,
            (switch("cluster", needs=needs_api("cluster", "1.42")), many("filter", "f"),
             flag("format"), switch("quiet", "q")), 0, 0,
            also=("volume list",)),
    Command("volume inspect", "[OPTIONS] VOLUME [VOLUME...]", _inspect, (flag("format", "f"),),
            1, None),
    Command("volume create", "[OPTIONS] [VOLUME]", _create,
            (flag("driver", "d", default="local"),
             many("label", read=flag_values.label), flag("name", hidden=True),
             Flag("opt", "o", "map"), *_CLUSTER_FLAGS),
            0, 1),
    Command("volume rm", "[OPTIONS] VOLUME [VOLUME...]", _remove, (_FORCE,), 1, None,
            also=("volume remove",)),
    Command("volume prune", "[OPTIONS]", _prune,
            (switch("all", "a", needs=needs_api("all", "1.42")), many("filter"), _FORCE), 0, 0),
)
