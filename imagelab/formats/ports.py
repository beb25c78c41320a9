"""Ports as Docker writes them: ``80``, ``53/udp``, ``8000-8010:80``, ``127.0.0.1:8080:80/tcp``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_PROTOCOLS = ("tcp", "udp", "sctp")
_MOST = 65535
_NUMBER = re.compile(r"[0-9]{1,20}")


class PortError(ValueError):
    """A text that names no port, in the words of Docker's port parser."""


@dataclass(frozen=True)
class PortSpec:
    """One mapping, or a range of them.

    Attributes:
        ports: the container's ports.
        protocol: ``tcp``, ``udp`` or ``sctp``.
        host_ip: the host's address; empty for any.
        host_ports: the host's ports; None for any.
    """

    ports: range
    protocol: str = "tcp"
    host_ip: str = ""
    host_ports: range | None = None


def parse_port_spec(text: str) -> PortSpec:
    """Read ``[[IP:][HOST_PORTS]:]PORTS[/PROTOCOL]``.

    Raises:
        PortError: in the port parser's words.
    """
    front, _, last = text.rpartition(":")
    host_ip, _, host = front.rpartition(":")
    protocol, wanted = _protocol(last)
    host_ip = _address(host_ip)
    if not wanted:
        raise PortError(f"No port specified: {text}<empty>")
    ports = _range(wanted)
    if ports is None:
        raise PortError(f"Invalid containerPort: {wanted}")
    host_ports = _range(host) if host else None
    if host and host_ports is None:
        raise PortError(f"Invalid hostPort: {host}")
    if host_ports is not None and len(ports) not in (1, len(host_ports)):
        raise PortError("Invalid ranges specified for container and host Ports: "
                        f"{wanted} and {host}")
    if protocol.lower() not in _PROTOCOLS:
        raise PortError(f"Invalid proto: {protocol}")
    return PortSpec(ports, protocol.lower(), host_ip, host_ports)


def exposed_ports(specs: Iterable[PortSpec]) -> list[str]:
    """Return the container's ports of some mappings as keys of ``ExposedPorts``: ``80/tcp``.

    A text can name many ranges that overlap; each of them costs next to nothing here.
    """
    wanted: dict[str, bytearray] = {}
    for spec in specs:
        marks = wanted.setdefault(spec.protocol, bytearray(_MOST + 1))
        marks[spec.ports.start : spec.ports.stop] = b"\1" * len(spec.ports)
    return [f"{port}/{protocol}" for protocol, marks in wanted.items()
            for port, marked in enumerate(marks) if marked]


def _protocol(text: str) -> tuple[str, str]:
    ports, *rest = text.split("/")
    if not ports:
        return "", ""
    return (rest[0] if rest and rest[0] else "tcp"), ports


def _address(text: str) -> str:
    import ipaddress

    if not text:
        return ""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if bare == text and ":" in text:
        raise PortError(f"Invalid ip address {text}: address {text}:: too many colons in address")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        raise PortError(f"Invalid ip address: {bare}") from None
    return bare


def _range(text: str) -> range | None:
    """Return the ports of ``80`` or ``80-90``; None for what is neither."""
    first, dash, last = text.partition("-")
    numbers = [_port(first), _port(last if dash else first)]
    if numbers[0] is None or numbers[1] is None or numbers[1] < numbers[0]:
        return None
    return range(numbers[0], numbers[1] + 1)


def _port(text: str) -> int | None:
    if not _NUMBER.fullmatch(text) or int(text) > _MOST:
        return None
    return int(text)
