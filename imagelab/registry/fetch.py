"""What a URL holds, for ``ADD`` and ``docker import``, of a lab that was opened for that.

A URL may stand in anybody's Dockerfile, and an answer may lead on to another one. So only
addresses of the public internet are connected to, never those of this machine or its networks,
and a name is looked up once: what is checked is what is connected to.
"""

from __future__ import annotations

import ipaddress
import socket
import string
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.parse import quote, unquote, urljoin, urlsplit

from imagelab.model.outcome import EngineError
from imagelab.registry.client.address import Origin, origin_of, path_of
from imagelab.registry.client.errors import MAX_BODY, line
from imagelab.registry.client.transport import Answer, Request, asked, check_installed

#: Bytes that a URL may hold, and seconds that all of it may take.
MAX_SIZE = 4 << 30
MAX_SECONDS = 900.0
_MAX_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
#: Refusals that a daemon passes on as its own.
_TOLD = (400, 401, 403, 404)
#: What the public internet has of IPv6 (IANA, "IPv6 Global Unicast Address Assignments"), and
#: where that carries addresses of IPv4, which may be anybody's.
_GLOBAL = ipaddress.IPv6Network("2000::/3")
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("2001::/32", "2002::/16")))


@dataclass(frozen=True)
class Download:
    """What a URL holds.

    Attributes:
        file: the bytes, from the beginning; gone when it is closed.
        name: the last part of the URL's path, as ``ADD`` names the file; empty for none.
        modified: ``Last-Modified``, in seconds since 1970; 0 where the server does not say.
        media_type: ``Content-Type``; empty where the server does not say.
    """

    file: IO[bytes]
    name: str
    modified: int
    media_type: str = ""


def fetch(url: str) -> Download:
    """Fetch a URL whole.

    Args:
        url: one of ``http`` or ``https``.

    Raises:
        EngineError: it leads to an address that is not public, fails, is too long or takes too
            long; in the daemon's words where it has any.
    """
    check_installed()  # before a name is looked up
    until = time.monotonic() + MAX_SECONDS
    where = url
    for _ in range(_MAX_REDIRECTS):
        with ExitStack() as stack:
            answer = stack.enter_context(asked(_request(where, until - time.monotonic())))
            location = answer.header("Location")
            if answer.status not in _REDIRECTS or not location:
                if answer.status >= 400:
                    body = line(answer.read(MAX_BODY).decode("utf-8", "replace"))
                    raise EngineError(
                        f"failed to GET {line(url)} with status {answer.reason}: {body}",
                        answer.status if answer.status in _TOLD else 500)
                return Download(_kept(answer, url), _name(url), _modified(answer),
                                answer.header("Content-Type"))
        try:
            where = urljoin(where, location)
        except ValueError:
            raise EngineError(f'Get "{line(where)}": failed to parse Location header '
                              f'"{line(location)}"') from None
    raise EngineError(f'Get "{line(where)}": stopped after {_MAX_REDIRECTS} redirects')


def _request(url: str, seconds: float) -> Request:
    written = quote(url, safe=string.punctuation)
    try:
        scheme = urlsplit(written).scheme
        if scheme not in ("http", "https"):
            raise ValueError(f'unsupported protocol scheme "{line(scheme)}"')
        origin, path = origin_of(written), path_of(written)
    except ValueError as error:
        raise EngineError(f'Get "{line(url)}": {line(str(error))}') from None
    return Request(
        origin, path, seconds=max(seconds, 0.1), address=_public_address(origin, written))


def _public_address(origin: Origin, url: str) -> str:
    """Look a host up and return the address to connect to.

    Raises:
        EngineError: there is none, or one of them is not public.
    """
    try:
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise EngineError(
            f'Get "{line(url)}": dial tcp: lookup {line(origin.host)}: no such host') from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(is_public, addresses)):
        raise EngineError(
            f"imagelab does not fetch {line(url)}: {line(origin.host)} is not an address of the "
            "public internet")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet: not of this machine or network."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (
            found not in _GLOBAL or any(found in each for each in _CARRIERS)):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def _kept(answer: Answer, url: str) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    try:
        size = 0
        for chunk in answer.chunks():
            size += len(chunk)
            if size > MAX_SIZE:
                raise EngineError(f"{line(url)} holds more than {MAX_SIZE} bytes")
            file.write(chunk)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _name(url: str) -> str:
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    return "" if name in (".", "..") or "\0" in name else name


def _modified(answer: Answer) -> int:
    try:
        return int(parsedate_to_datetime(answer.header("Last-Modified")).timestamp())
    except (ValueError, TypeError, OverflowError):
        return 0
