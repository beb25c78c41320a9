"""Containers as they run: started, stopped, signalled, frozen, looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from imagelab.api.answer import DONE, Answer, Response
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine import lookup
from imagelab.model.outcome import EngineError

_NOT_MODIFIED = Response(304)


async def _start(service: Service, _: Request, name: str) -> Answer:
    container = lookup.find_container(service.daemon.state, name)
    if container.status == "running":
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
    request.number("h")
    request.number("w")
    lookup.find_container(service.daemon.state, name)
    return Response(200)


def _timeout(request: Request) -> int | None:
    """Return the seconds before KILL; None for the container's own."""
    return request.number("t") if request.text("t") else None


ROUTES = (
    Route("POST", "/containers/{name}/start", _start),
    Route("POST", "/containers/{name}/stop", _stop),
    Route("POST", "/containers/{name}/restart", _restart),
    Route("POST", "/containers/{name}/kill", _kill),
    Route("POST", "/containers/{name}/pause", _pause),
    Route("POST", "/containers/{name}/unpause", _unpause),
    Route("POST", "/containers/{name}/resize", _resize),
)
