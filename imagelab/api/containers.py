"""Containers as things: made, listed, described, changed, renamed, removed."""

from __future__ import annotations

from typing import Any

from imagelab.api.answer import DONE, Answer, document
from imagelab.api.create_body import wanted
from imagelab.api.create_types import UPDATE
from imagelab.api.go_types import read
from imagelab.api.request import Request, blamed
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.host_settings import warnings
from imagelab.model.container import HostConfig


async def _create(service: Service, request: Request) -> Answer:
    given = wanted(await request.document())
    identifier = await service.call(
        service.daemon.create, given.config, name=request.text("name"),
        host_config=given.host_config, endpoints=given.endpoints,
        platform=request.text("platform"), host_folders=True)
    return document({"Id": identifier, "Warnings": warnings(given.host_config)}, 201)


async def _list(service: Service, request: Request) -> Answer:
    return document(service.daemon.containers(
        every=request.flag("all"), limit=max(request.number("limit"), 0),
        size=request.flag("size"), filters=request.filters))


async def _inspect(service: Service, request: Request, name: str) -> Answer:
    return document(service.daemon.inspect_container(name, size=request.flag("size")))


async def _update(service: Service, request: Request, name: str) -> Answer:
    given: dict[str, Any] = read(UPDATE, await request.document())
    policy = given.pop("RestartPolicy", {})
    if policy.get("MaximumRetryCount"):
        given["RestartPolicy"] = policy
    await service.call(service.daemon.update, name, given, policy.get("Name", ""))
    return document({"Warnings": warnings(HostConfig(settings=given)) or None})


async def _rename(service: Service, request: Request, name: str) -> Answer:
    await service.call(service.daemon.rename, name, request.text("name"))
    return DONE


async def _remove(service: Service, request: Request, name: str) -> Answer:
    if request.flag("link"):
        await service.call(service.daemon.remove_link, name)
    else:
        await service.call(
            service.daemon.remove_container, name, force=request.flag("force"),
            volumes=request.flag("v"))
    return DONE


async def _prune(service: Service, request: Request) -> Answer:
    with blamed():
        filters = request.filters
    done = await service.call(service.daemon.prune_containers, filters)
    return document({
        "ContainersDeleted": list(done.ids) or None, "SpaceReclaimed": done.reclaimed})


ROUTES = (
    Route("POST", "/containers/create", _create),
    Route("POST", "/containers/prune", _prune),
    Route("GET", "/containers/json", _list),
    Route("GET", "/containers/{name:path}/json", _inspect),
    Route("POST", "/containers/{name:path}/update", _update),
    Route("POST", "/containers/{name:path}/rename", _rename),
    Route("DELETE", "/containers/{name:path}", _remove),
)
