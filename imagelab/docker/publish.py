"""``-p`` and ``--expose`` of ``docker run`` as the client reads them."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.docker.command import ClientError
from imagelab.engine.ports import port_range
from imagelab.formats.ports import PortError, PortSpec, parse_port_spec
from imagelab.model.container import PortBinding, PortBindings


def published_ports(texts: Sequence[str]) -> PortBindings:
    """Read ``[[IP:][HOST_PORT]:]PORT[/PROTOCOL]`` and ``target=80,published=8080``.

    Raises:
        ClientError: in the client's words.
    """
    found: dict[str, tuple[PortBinding, ...]] = {}
    for text in texts:
        try:
            spec = parse_port_spec(_bracketed(_short_form(text)))
        except PortError as error:
            raise ClientError(_client_words(str(error))) from error
        for number, binding in zip(spec.ports, _bindings(spec), strict=True):
            port = f"{number}/{spec.protocol}"
            found[port] = (*found.get(port, ()), binding)
    return found


def _short_form(text: str) -> str:
    """Turn ``target=80,published=8080,protocol=udp`` into ``8080:80/udp``."""
    if "=" not in text:
        return text
    values = {"published": "", "target": "", "protocol": "tcp"}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not (name and equals):
            raise ClientError(
                f"invalid publish opts format (should be name=value but got '{part}')")
        values[name] = value
    return f"{values['published']}:{values['target']}/{values['protocol']}"


def _bracketed(text: str) -> str:
    """Put an IPv6 address in brackets: the client takes it without, too."""
    address, host, ports = ([""] * 2 + text.rsplit(":", 2))[-3:]
    if ":" not in address or address.startswith("["):
        return text
    return f"[{address}]:{host}:{ports}"


def _client_words(message: str) -> str:
    """Return the words of the client's port parser, which is newer than the daemon's."""
    return message[:1].lower() + message[1:].replace("ip address", "IP address")


def _bindings(spec: PortSpec) -> list[PortBinding]:
    host = spec.host_ports
    if host is None:
        return [PortBinding(spec.host_ip)] * len(spec.ports)
    if len(spec.ports) == 1 < len(host):
        return [PortBinding(spec.host_ip, f"{host[0]}-{host[-1]}")]
    return [PortBinding(spec.host_ip, str(port)) for port in host]


def exposed_by(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read the values of ``--expose``: ``80``, ``80/udp``, ``8000-8010``.

    Raises:
        ClientError: in the client's words.
    """
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        if ":" in text:
            raise ClientError(f"invalid port format for --expose: {text}")
        ports, _, protocol = text.partition("/")
        try:
            numbers = port_range(ports)
        except ValueError as error:
            raise ClientError(
                f"invalid range format for --expose: {text}, error: {error}") from error
        found |= {f"{number}/{protocol or 'tcp'}": {} for number in numbers}
    return found
