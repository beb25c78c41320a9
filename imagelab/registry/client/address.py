"""Where a registry is: its origin, and which hosts may do without TLS."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port, which all requests to a registry share.

    Attributes:
        scheme: ``http`` or ``https``.
        host: name or address; one of IPv6 without brackets.
        port: the port.
        netloc: host and port as the user wrote them.
    """

    scheme: str
    host: str
    port: int
    netloc: str

    def url(self, path: str) -> str:
        """Return the URL of a path on it."""
        return f"{self.scheme}://{self.netloc}{path}"


def origin_of(url: str) -> Origin:
    """Return the origin of a URL.

    Raises:
        ValueError: it is no URL of HTTP, or holds a user name.
    """
    parts = _split(url)
    assert parts.hostname is not None
    port = parts.port or _PORTS[parts.scheme]
    return Origin(parts.scheme, parts.hostname, port, parts.netloc)


def path_of(url: str) -> str:
    """Return the path and query of a URL, as a request names them.

    Raises:
        ValueError: as for :func:`origin_of`.
    """
    parts = _split(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _split(url: str) -> SplitResult:
    if any(ord(letter) <= 32 or ord(letter) >= 127 for letter in url):
        raise ValueError("a URL with a letter that none can have")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("no URL of HTTP")
    _ = parts.port  # raises for one that is none
    return parts


def join(origin: Origin, path: str, location: str) -> str | None:
    """Return the path that a ``Location`` or ``Link`` means, None where it leaves the origin.

    Args:
        origin: where the answer came from.
        path: what was asked for.
        location: the header's value, absolute or relative.
    """
    try:
        url = urljoin(origin.url(path), location)
        return path_of(url) if same_origin(origin_of(url), origin) else None
    except ValueError:
        return None


def same_origin(one: Origin, other: Origin) -> bool:
    """Whether scheme, host and port are the same, however they are written."""
    return one[:3] == other[:3]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its own name or address; a daemon asks DNS as well."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
