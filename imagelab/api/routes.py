"""From a request's method and path to the function that answers it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Concatenate

from imagelab.api.answer import Answer, Response, refusal
from imagelab.api.request import Request
from imagelab.api.service import Service
from imagelab.engine.info import API_VERSION, MIN_API_VERSION
from imagelab.model.outcome import BadRequest

#: Answers a request; what the path names comes by keyword.
Handler = Callable[Concatenate[Service, Request, ...], Awaitable[Answer]]

_VERSION = re.compile(r"/v([0-9]{1,4}(?:\.[0-9]{1,4})?)(?=/|$)")
#: In a path, a name that may have slashes, and one that may not.
_GREEDY = re.compile(r"\{(\w+):path\}")
_PLAIN = re.compile(r"\{(\w+)\}")
_ROOMS = ("system", "images", "registries", "archives", "containers", "running", "streams",
          "files", "execs", "builds", "volumes", "networks", "commandline", "absent")


@dataclass(frozen=True)
class Route:
    """One endpoint.

    Attributes:
        method: ``GET``, ``POST`` …
        path: without a version; ``{name}`` is a part of it, ``{name:path}`` may have slashes.
        handler: answers.
    """

    method: str
    path: str
    handler: Handler

    def pattern(self) -> re.Pattern[str]:
        """Return what its paths look like."""
        greedy = _GREEDY.sub(r"(?P<\1>.+)", self.path)
        return re.compile(_PLAIN.sub(r"(?P<\1>[^/]+)", greedy), re.DOTALL)


class Router:
    """Finds handlers."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Take the endpoints; of two that fit, the first one counts."""
        self._routes: dict[tuple[str, str], list[tuple[re.Pattern[str], Handler]]] = {}
        for each in routes:
            known = self._routes.setdefault((each.method, _room(each.path)), [])
            known.append((each.pattern(), each.handler))

    async def answer(self, service: Service, request: Request) -> Answer:
        """Answer a request.

        Raises:
            EngineError: in the daemon's words.
        """
        path = request.path
        if "//" in path or "/./" in path or "/../" in path:
            cleaned = re.sub(r"/{2,}", "/", path)
            return Response(301, headers=(("Location", _quoted(cleaned, request)),))
        match = _VERSION.match(path)
        if match:
            _check_version(match[1])
            path = path[match.end():]
        for pattern, handler in self._routes.get((request.method, _room(path)), ()):
            if found := pattern.fullmatch(path):
                return await handler(service, request, **found.groupdict())
        return refusal("page not found", 404)


def _room(path: str) -> str:
    """Return the first part of a path."""
    return path[1:].partition("/")[0]


def _quoted(path: str, request: Request) -> str:
    from urllib.parse import quote, urlencode

    query = urlencode(request.query, doseq=True, errors="surrogateescape")
    return quote(path, errors="surrogateescape") + (f"?{query}" if query else "")


def _check_version(text: str) -> None:
    wanted = _parts(text)
    if wanted > _parts(API_VERSION):
        raise BadRequest(f"client version {text} is too new. Maximum supported API version is "
                         f"{API_VERSION}")
    if wanted < _parts(MIN_API_VERSION):
        raise BadRequest(f"client version {text} is too old. Minimum supported API version is "
                         f"{MIN_API_VERSION}, please upgrade your client to a newer version")


def _parts(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor or 0)


def router() -> Router:
    """Return a router for all endpoints."""
    modules = (import_module(f"imagelab.api.{room}") for room in _ROOMS)
    return Router(route for module in modules for route in module.ROUTES)
