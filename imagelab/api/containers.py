"""Containers as things: made, listed, described, renamed, removed."""

from __future__ import annotations

from imagelab.api.answer import DONE, Answer, document
from imagelab.api.create_body import wanted
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service


async def _create(service: Service, request: Request) -> Answer:
    config, host_config = wanted(await request.document())
    identifier = await service.call(
        service.daemon.create, config, name=request.text("name"), host_config=host_config)
    return document({"Id": identifier, "Warnings": []}, 201)


async def _list(service: Service, request: Request) -> Answer:
    return document(service.daemon.containers(
        every=request.flag("all"), limit=max(request.number("limit"), 0),
        size=request.flag("size"), filters=request.filters))


async def _inspect(service: Service, request: Request, name: str) -> Answer:
    return document(service.daemon.inspect_container(name, size=request.flag("size")))


async def _remove(service: Service, request: Request, name: str) -> Answer:
    await service.call(
        service.daemon.remove_container, name, force=request.flag("force"),
        volumes=request.flag("v"))
    return DONE


ROUTES = (
    Route("POST", "/containers/create", _create),
    Route("GET", "/containers/json", _list),
    Route("GET", "/containers/{name}/json", _inspect),
    Route("DELETE", "/containers/{name:path}", _remove),
)
