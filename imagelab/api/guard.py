"""Keeps web pages away from a lab that is served on a port.

A page in the user's browser can reach a port of this machine. It cannot forge the names of the
headers that tell it from a docker client: ``Host`` (a page of another site whose name leads here)
and ``Origin``, ``Sec-Fetch-Site`` (a page that sends a request elsewhere).
"""

from __future__ import annotations

from imagelab.api.request import Request
from imagelab.model.outcome import EngineError

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def check(request: Request) -> None:
    """Refuse what a web page sends.

    Raises:
        EngineError: 403.
    """
    headers = request.headers
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name.lower() not in _LOOPBACK:
        raise EngineError(
            f"imagelab: {host!r} is not a name of this lab: ask localhost or 127.0.0.1", 403)
    if "origin" in headers or headers.get("sec-fetch-site", "none") != "none":
        raise EngineError("imagelab: a lab answers docker clients, not web pages", 403)
