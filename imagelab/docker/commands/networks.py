"""The ``docker network`` group, and ``docker port``."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker import flag_values, named_formats, rows
from imagelab.docker.command import ClientError, Command, NotSimulated
from imagelab.docker.commands.images import print_rows
from imagelab.docker.commands.inspect import EMPTY_NETWORK, network_named, print_all
from imagelab.docker.commands.prune import confirmed, print_deleted
from imagelab.docker.commands.run import parse_labels
from imagelab.docker.commands.run_settings import pairs
from imagelab.docker.errors import each_argument, given
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Flag, Parsed, flag, many, number, switch
from imagelab.docker.io import Io
from imagelab.engine.networks import NewNetwork
from imagelab.engine.ports import port_number
from imagelab.model.outcome import NotFound


def _list(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    table = rows.network_rows(
        daemon.networks(parse_filters(parsed["filter"])), truncate=not parsed["no-trunc"])
    formats = named_formats.NETWORKS
    return print_rows(io, table, rows.NETWORK_HEADERS,
                      formats.named(parsed["format"], quiet=parsed["quiet"]), formats.table)


def _inspect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return print_all(io, parsed, lambda name: network_named(daemon, name))


def _create(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    more = {key: parsed[name] for name, key in _MORE.items()}
    io.print(daemon.create_network(NewNetwork(
        parsed.arguments[0], parsed["driver"], _pools(parsed), parsed["ipam-driver"],
        pairs(parsed["ipam-opt"]), pairs(parsed["opt"]), parse_labels(parsed["label"]),
        parsed["internal"], parsed["attachable"], more)))
    return 0


def _pools(parsed: Parsed) -> list[dict[str, Any]]:
    """Return what the flags say of addresses, subnet by subnet.

    Raises:
        ClientError: something belongs to no subnet, or to one that has it already.
    """
    found: list[dict[str, Any]] = [{"Subnet": text} for text in parsed["subnet"]]
    if max(len(parsed["ip-range"]), len(parsed["gateway"])) > len(found):
        raise ClientError("every ip-range or gateway must have a corresponding subnet")
    if len(found) > 1 and any(_subnet(one).overlaps(_subnet(other))
                              for one, other in combinations(parsed["subnet"], 2)):
        raise ClientError("multiple overlapping subnet configuration is not supported")
    for flag_name, key, title, where in (("ip-range", "IPRange", "range", "on"),
                                         ("gateway", "Gateway", "gateway", "for")):
        for text in parsed[flag_name]:
            pool = _pool_of(found, text, title)
            if key in pool:
                raise ClientError(f"cannot configure multiple {title}s ({text}, {pool[key]}) "
                                  f"{where} the same subnet ({pool['Subnet']})")
            pool[key] = text
    for name, address in pairs(parsed["aux-address"]).items():
        _pool_of(found, address, "aux-address").setdefault("AuxiliaryAddresses", {})[name] = address
    return found


def _pool_of(pools: list[dict[str, Any]], text: str, title: str) -> dict[str, Any]:
    for pool in pools:
        subnet = _subnet(pool["Subnet"])
        with suppress(ValueError):
            if IPv4Address(text.partition("/")[0]) in subnet:
                return pool
    raise ClientError(f"no matching subnet for {title} {text}")


def _subnet(text: str) -> IPv4Network:
    try:
        if "/" in text:
            return IPv4Network(text, strict=False)
    except ValueError:
        pass
    raise ClientError(f"invalid subnet: invalid CIDR address: {text}")


def _remove(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        try:
            daemon.remove_network(name)
        except NotFound:
            if not parsed["force"]:
                raise
        else:
            io.print(name)

    code = each_argument(io, parsed.arguments, one, empty=EMPTY_NETWORK)
    if code:
        io.complain("exit status 1")
    return code


def _connect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if parsed["gw-priority"]:
        raise NotSimulated("imagelab does not simulate --gw-priority of a network")
    network, container = parsed.arguments
    addresses = {key: parsed[name] for name, key in (
        ("ip", "IPv4Address"), ("ip6", "IPv6Address"), ("link-local-ip", "LinkLocalIPs"))
        if parsed[name]}
    if not all("=" in text for text in parsed["driver-opt"]):
        raise ClientError("invalid key/value pair format in driver options")
    daemon.connect(_named(network), given(container), {
        "IPAMConfig": addresses, "Links": list(parsed["link"]) or None,
        "Aliases": list(parsed["alias"]) or None, "DriverOpts": pairs(parsed["driver-opt"])})
    return 0


def _disconnect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    network, container = parsed.arguments
    daemon.disconnect(_named(network), container, force=parsed["force"])
    return 0


def _named(network: str) -> str:
    if not network.strip():
        raise ClientError(EMPTY_NETWORK)
    return network


def _prune(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    kind = "all custom networks not used by at least one container"
    if not parsed["force"] and not confirmed(daemon, io, kind):
        return 0
    print_deleted(io, "Networks", daemon.prune_networks(parse_filters(parsed["filter"])))
    return 0


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


_FORCE = switch("force", "f")
#: What else may be said of a network, and the API's keys of it.
_MORE = {
    "config-from": "ConfigFrom", "config-only": "ConfigOnly", "ingress": "Ingress",
    "ipv6": "EnableIPv6", "scope": "Scope",
}
COMMANDS = (
    Command("network ls", "[OPTIONS]", _list,
            (many("filter", "f"), flag("format"), switch("no-trunc"), switch("quiet", "q")),
            0, 0, also=("network list",)),
    Command("network inspect", "[OPTIONS] NETWORK [NETWORK...]", _inspect,
            (flag("format", "f"), switch("verbose", "v")), 1, None),
    Command("network create", "[OPTIONS] NETWORK", _create,
            (switch("attachable"), Flag("aux-address", kind="map"), flag("config-from"),
             switch("config-only"), flag("driver", "d", default="bridge"),
             Flag("gateway", kind="strings"), switch("ingress"), switch("internal"),
             Flag("ip-range", kind="strings"), flag("ipam-driver", default="default"),
             Flag("ipam-opt", kind="map"), switch("ipv4", default=True), switch("ipv6"),
             many("label", read=flag_values.label), Flag("opt", "o", "map"), flag("scope"),
             Flag("subnet", kind="strings")), 1, 1),
    Command("network rm", "NETWORK [NETWORK...]", _remove, (_FORCE,), 1, None,
            also=("network remove",)),
    Command("network connect", "[OPTIONS] NETWORK CONTAINER", _connect,
            (Flag("alias", kind="strings"), Flag("driver-opt", kind="strings"),
             number("gw-priority"), flag("ip"), flag("ip6"),
             many("link", read=flag_values.link),
             Flag("link-local-ip", kind="strings")), 2, 2),
    Command("network disconnect", "[OPTIONS] NETWORK CONTAINER", _disconnect, (_FORCE,), 2, 2),
    Command("network prune", "[OPTIONS]", _prune, (many("filter"), _FORCE), 0, 0),
    Command("port", "CONTAINER [PRIVATE_PORT[/PROTO]]", _port, (), 1, 2,
            also=("container port",)),
)
