"""From a request's method and path to the function that answers it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from posixpath import normpath
from typing import Concatenate
from urllib.parse import quote

from imagelab.api.answer import Answer, Response, refusal
from imagelab.api.request import Request
from imagelab.api.service import Service
from imagelab.engine.info import API_VERSION, MIN_API_VERSION

#: Answers a request; what the path names comes by keyword.
Handler = Callable[Concatenate[Service, Request, ...], Awaitable[Answer]]

_VERSION = re.compile(r"/v([0-9.]+)(?=/|$)")
_MAX_DIGITS = 18
#: In a path, a name that may have slashes or be empty, and one that may not.
_GREEDY = re.compile(r"\{(\w+):path\}")
_PLAIN = re.compile(r"\{(\w+)\}")
_MODULES = ("system", "images", "registries", "archives", "containers", "running", "streams",
            "files", "execs", "builds", "volumes", "networks", "commandline", "absent")


@dataclass(frozen=True)
class Route:
    """One endpoint.

    Attributes:
        method: ``GET``, ``POST`` …
        path: without a version; ``{name}`` is a part of it, ``{name:path}`` may have slashes
            or be empty, as most of the daemon's may.
        handler: answers.
        takes_form: whether a body may be parameters: not where the daemon wants it whatever
            type it is said to be of.
    """

    method: str
    path: str
    handler: Handler
    takes_form: bool = True

    def pattern(self) -> re.Pattern[str]:
        """Return what its paths look like."""
        greedy = _GREEDY.sub(r"(?P<\1>.*)", self.path)
        return re.compile(_PLAIN.sub(r"(?P<\1>[^/]+)", greedy), re.DOTALL)


class Router:
    """Finds handlers."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Take the endpoints; of two that fit, the first one counts."""
        self._routes: dict[tuple[str, str], list[tuple[re.Pattern[str], Route]]] = {}
        for each in routes:
            known = self._routes.setdefault((each.method, _first_part(each.path)), [])
            known.append((each.pattern(), each))

    async def answer(self, service: Service, request: Request) -> Answer:
        """Answer a request.

        Raises:
            EngineError: in the daemon's words.
        """
        path = request.path
        if request.method == "OPTIONS":
            return Response(200)
        if (cleaned := _cleaned(path)) != path:
            query = f"?{request.raw_query}" if request.raw_query else ""
            location = quote(cleaned, errors="surrogateescape") + query
            return Response(301, headers=(("Location", location),))
        match = _VERSION.match(path)
        if match:
            if refused := _refused(match[1]):
                return refused
            path = path[match.end():]
        for pattern, route in self._routes.get((request.method, _first_part(path)), ()):
            if found := pattern.fullmatch(path):
                if request.has_form and route.takes_form:
                    request = await request.with_form()
                return await route.handler(service, request, **found.groupdict())
        return refusal("page not found", 404)


def _first_part(path: str) -> str:
    """Return the first part of a path."""
    return path[1:].partition("/")[0]


def _cleaned(path: str) -> str:
    """Return a path without empty parts, ``.`` and ``..``."""
    if "/." not in path and "//" not in path:
        return path
    cleaned = "/" + normpath(path).lstrip("/")
    return f"{cleaned}/" if path.endswith("/") and cleaned != "/" else cleaned


@lru_cache
def _refused(version: str) -> Response | None:
    """Return what is said to a client of a version that is not known; None for one that is.

    Versions are compared part by part; an empty part counts as 0.
    """
    wanted = _parts(version)
    if wanted > _parts(API_VERSION):
        return refusal(f"client version {version} is too new. Maximum supported API version is "
                       f"{API_VERSION}", 400)
    if wanted < _parts(MIN_API_VERSION):
        # Clients so old read no JSON here.
        said = (f"client version {version} is too old. Minimum supported API version is "
                f"{MIN_API_VERSION}, please upgrade your client to a newer version\n")
        return Response(400, said.encode(), "text/plain; charset=utf-8")
    return None


def _parts(version: str) -> list[int]:
    parts = [int(part[:_MAX_DIGITS] or 0) for part in version.split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return parts


def routes() -> tuple[Route, ...]:
    """Return all endpoints."""
    modules = (import_module(f"imagelab.api.{name}") for name in _MODULES)
    return tuple(route for module in modules for route in module.ROUTES)


def router() -> Router:
    """Return a router for all endpoints."""
    return Router(routes())
