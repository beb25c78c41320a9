"""``docker network ls`` and ``docker network inspect``, and ``docker port``."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker import named_formats, rows
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.images import print_rows
from imagelab.docker.commands.inspect import network_named, print_all
from imagelab.docker.errors import given
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, flag, many, switch
from imagelab.docker.io import Io
from imagelab.engine.ports import port_number


def _list(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    table = rows.network_rows(
        daemon.networks(parse_filters(parsed["filter"])), truncate=not parsed["no-trunc"])
    formats = named_formats.NETWORKS
    return print_rows(io, table, rows.NETWORK_HEADERS,
                      formats.named(parsed["format"], quiet=parsed["quiet"]), formats.table)


def _inspect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return print_all(io, parsed, lambda name: network_named(daemon, name))


def _port(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name, wanted = [*parsed.arguments, ""][:2]
    ports = daemon.inspect_container(given(name))["NetworkSettings"]["Ports"]
    published = {port: bindings for port, bindings in ports.items() if bindings}
    if wanted:
        number, _, protocol = wanted.partition("/")
        try:
            port_number(number)
        except ValueError as error:
            raise ClientError(f"Error: invalid port ({number}): {error}") from error
        found = published.get(f"{number}/{protocol or 'tcp'}")
        if found is None:
            raise ClientError(f"Error: No public port '{wanted}' published for {name}")
        for place in found:
            io.print(rows.host_and_port(place["HostIp"], place["HostPort"]))
        return 0
    for port in sorted(published, key=lambda text: (int(text.partition("/")[0]), text)):
        for place in published[port]:
            io.print(f"{port} -> {rows.host_and_port(place['HostIp'], place['HostPort'])}")
    return 0


COMMANDS = (
    Command("network ls", "[OPTIONS]", _list,
            (many("filter", "f"), flag("format"), switch("no-trunc"), switch("quiet", "q")),
            0, 0, also=("network list",)),
    Command("network inspect", "[OPTIONS] NETWORK [NETWORK...]", _inspect,
            (flag("format", "f"), switch("verbose", "v")), 1, None),
    Command("port", "CONTAINER [PRIVATE_PORT[/PROTO]]", _port, (), 1, 2,
            also=("container port",)),
)
