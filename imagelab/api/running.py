"""Containers as they run: started, stopped, signalled, frozen, looked into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from imagelab.api.answer import DONE, Answer, Response, Stream, document, encoded
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.daemon.clock import SECOND
from imagelab.engine import lookup
from imagelab.formats.gotime import format_time
from imagelab.model.outcome import BadRequest, Conflict, EngineError, NotFound

_NOT_MODIFIED = Response(304)
#: Most bytes of a body that counts as none.
_NO_BODY = 7
#: Seconds between two figures of a container.
_BEAT = 1.0


async def _start(service: Service, request: Request, name: str) -> Answer:
    if not 0 <= request.length <= _NO_BODY:
        raise BadRequest("starting container with non-empty request body was deprecated since "
                         "API v1.22 and removed in v1.24")
    container = lookup.find_container(service.daemon.state, name)
    if container.status in ("running", "restarting"):
        return _NOT_MODIFIED
    with _starting(service, container.id):
        await service.call(service.daemon.start, name, stdin_open=True)
    return DONE


async def _stop(service: Service, request: Request, name: str) -> Answer:
    stopped = await service.call(service.daemon.stop, name, _timeout(request))
    return DONE if stopped else _NOT_MODIFIED


async def _restart(service: Service, request: Request, name: str) -> Answer:
    with _starting(service, lookup.find_container(service.daemon.state, name).id):
        await service.call(service.daemon.restart, name, _timeout(request))
    return DONE


@contextmanager
def _starting(service: Service, identifier: str) -> Iterator[None]:
    """Tell those who wait for a container's start if it comes to nothing."""
    try:
        yield
    except EngineError:
        container = service.daemon.state.containers.get(identifier)
        if container is not None and not container.is_running:
            service.pulse.not_started(identifier)
        raise


async def _kill(service: Service, request: Request, name: str) -> Answer:
    await service.call(service.daemon.kill, name, request.text("signal"))
    return DONE


async def _pause(service: Service, _: Request, name: str) -> Answer:
    await service.call(service.daemon.pause, name)
    return DONE


async def _unpause(service: Service, _: Request, name: str) -> Answer:
    await service.call(service.daemon.unpause, name)
    return DONE


async def _resize(service: Service, request: Request, name: str) -> Answer:
    request.check_size()
    container = lookup.find_container(service.daemon.state, name)
    if not container.is_running:
        raise Conflict(f"Container {container.id} is not running")
    return Response(200)


async def _top(service: Service, request: Request, name: str) -> Answer:
    found = await service.call(service.daemon.top, name, request.text("ps_args").split())
    return document({key: found[key] for key in ("Processes", "Titles")})


async def _stats(service: Service, request: Request, name: str) -> Answer:
    identifier = lookup.find_container(service.daemon.state, name).id
    if request.flag("stream", default=True):
        return Stream(_figures(service, identifier))
    if request.flag("one-shot"):
        return document(service.daemon.stats(identifier))
    # The daemon waits for a second figure; here one follows from the other.
    first = service.daemon.stats(identifier)
    now = service.daemon.clock.now(service.daemon.state.clock)
    if machine := first["cpu_stats"].get("system_cpu_usage"):
        first = {"read": format_time(now - SECOND), "cpu_stats": {
            **first["cpu_stats"], "system_cpu_usage": machine - SECOND}}
    return document(service.daemon.stats(identifier, first))


async def _figures(service: Service, identifier: str) -> AsyncIterator[bytes]:
    """Yield what a container uses, once a second, as long as it is there."""
    before: dict[str, Any] | None = None
    with service.pulse.waiting():
        while True:
            try:
                before = service.daemon.stats(identifier, before)
            except NotFound:
                return
            yield encoded(before)
            await asyncio.sleep(_BEAT)


def _timeout(request: Request) -> int | None:
    """Return the seconds before KILL; None for the container's own."""
    return request.number("t") if request.text("t") else None


ROUTES = (
    Route("POST", "/containers/{name:path}/start", _start),
    Route("POST", "/containers/{name:path}/stop", _stop),
    Route("POST", "/containers/{name:path}/restart", _restart),
    Route("POST", "/containers/{name:path}/kill", _kill),
    Route("POST", "/containers/{name:path}/pause", _pause),
    Route("POST", "/containers/{name:path}/unpause", _unpause),
    Route("POST", "/containers/{name:path}/resize", _resize),
    Route("GET", "/containers/{name:path}/top", _top),
    Route("GET", "/containers/{name:path}/stats", _stats),
)
