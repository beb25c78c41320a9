"""``--network`` of ``docker run`` as the client reads it: ``own``, ``name=own,alias=x,ip=…``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagelab.docker.command import ClientError
from imagelab.docker.csv_fields import fields
from imagelab.docker.flags import Parsed
from imagelab.engine.networks import BUILTIN

_LONG = re.compile(r"[0-9A-Za-z_]+=[0-9A-Za-z_]+")
#: Fields, and under which keys the Engine API has their values.
_KEYS = {
    "alias": "Aliases", "driver-opt": "DriverOpts", "gw-priority": "GwPriority",
    "ip": "IPv4Address", "ip6": "IPv6Address", "link-local-ip": "LinkLocalIPs",
    "mac-address": "MacAddress",
}
_LISTS = ("Aliases", "Links", "LinkLocalIPs")
_POOL = ("IPv4Address", "IPv6Address", "LinkLocalIPs")
#: Flags that say something about the first network, the keys, and what the client calls these.
_FLAGS = {
    "network-alias": ("Aliases", "alias"), "link": ("Links", "links"),
    "ip": ("IPv4Address", "IPv4 address"), "ip6": ("IPv6Address", "IPv6 address"),
    "mac-address": ("MacAddress", "MAC address"),
    "link-local-ip": ("LinkLocalIPs", "link-local IP addresses"),
}
_NO_OWN_NAMES = ("default", *BUILTIN)


@dataclass(frozen=True)
class Attachment:
    """A network that a container is to be in.

    Attributes:
        name: the network.
        wishes: what is asked for there, under the keys of the Engine API.
    """

    name: str
    wishes: Mapping[str, Any]


def network(text: str) -> Attachment:
    """Read one ``--network``.

    Raises:
        ValueError: in the client's words.
    """
    if not _LONG.search(text):
        return Attachment(text, {})
    name, wishes = "", dict[str, Any]()
    for field in fields(text):
        key, equals, value = (each.strip() for each in field.lower().partition("="))
        if not equals or not key:
            raise ValueError(f"invalid field {field}")
        if key == "name":
            name = value
        elif key in _KEYS:
            _take(wishes, _KEYS[key], value)
        else:
            raise ValueError(f"invalid field key {key}")
    if not name:
        raise ValueError("network name/id is not specified")
    return Attachment(name, wishes)


def _take(wishes: dict[str, Any], key: str, value: str) -> None:
    if key in _LISTS:
        wishes[key] = [*wishes.get(key, ()), value]
    elif key == "DriverOpts":
        name, equals, text = (each.strip() for each in value.partition("="))
        if not equals or not name:
            raise ValueError("invalid key value pair format in driver options")
        wishes[key] = {**wishes.get(key, {}), name: text}
    elif key == "GwPriority":
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
            raise ValueError(f"invalid gw-priority ({value}): invalid syntax")
    else:
        wishes[key] = value


def network_mode(parsed: Parsed) -> str:
    """Return the network that a container is in first."""
    wanted: Sequence[Attachment] = parsed["network"]
    return wanted[0].name if wanted and wanted[0].name else "default"


def places(parsed: Parsed) -> dict[str, Any]:
    """Return what is asked for in the networks, as ``EndpointsConfig`` of the Engine API.

    Raises:
        ClientError: flags contradict each other, in the client's words.
    """
    first, *others = parsed["network"] or (Attachment("default", {}),)
    wanted = (Attachment(first.name, _with_flags(first, parsed)), *others)
    found: dict[str, Any] = {}
    for each in wanted:
        if each.name in _NO_OWN_NAMES and each.wishes.get("Aliases"):
            raise ClientError(
                "network-scoped aliases are only supported for user-defined networks")
        if each.name in found:
            raise ClientError(f'network "{each.name}" is specified multiple times')
        found[each.name] = _place(each.wishes)
    if len({each.name in _NO_OWN_NAMES for each in wanted}) > 1:
        raise ClientError("conflicting options: cannot attach both user-defined and "
                          "non-user-defined network-modes")
    return found if others or found[first.name] else {}


def _with_flags(first: Attachment, parsed: Parsed) -> dict[str, Any]:
    wishes = dict(first.wishes)
    for name, (key, title) in _FLAGS.items():
        value = parsed[name]
        if not value or (key == "Links" and first.name in _NO_OWN_NAMES):
            continue
        if wishes.get(key):
            raise ClientError(
                f"conflicting options: cannot specify both --{name} and per-network {title}")
        wishes[key] = value if isinstance(value, str) else list(value)
    return wishes


def _place(wishes: Mapping[str, Any]) -> dict[str, Any]:
    pool = {key: wishes[key] for key in _POOL if wishes.get(key)}
    rest = {key: value for key, value in wishes.items() if key not in _POOL}
    return {"IPAMConfig": pool, **rest} if pool else rest


def hardware_addresses(places: Mapping[str, Any]) -> Iterator[str]:
    """Yield the hardware addresses that are asked for."""
    for place in places.values():
        if address := place.get("MacAddress"):
            yield address
