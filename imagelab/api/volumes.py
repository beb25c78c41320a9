"""Volumes."""

from __future__ import annotations

from imagelab.api.answer import DONE, Answer, document
from imagelab.api.go_types import mapped, struct, text
from imagelab.api.request import Request, blamed
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.volumes import NewVolume


async def _list(service: Service, request: Request) -> Answer:
    with blamed("error reading volume filters: "):
        filters = request.filters
    return document({"Volumes": service.daemon.volumes(filters), "Warnings": None})


_CREATE = struct("volume.VolumeCreateBody", {
    "Driver": text(), "DriverOpts": mapped(text()), "Labels": mapped(text()), "Name": text(),
}, filled=True)


async def _create(service: Service, request: Request) -> Answer:
    asked = await request.checked(_CREATE)
    wish = NewVolume(asked["Name"], asked["Labels"], asked["Driver"], asked["DriverOpts"] or {})
    name = await service.call(service.daemon.create_volume, wish)
    return document(service.daemon.inspect_volume(name), 201)


async def _inspect(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.inspect_volume(name))


async def _remove(service: Service, request: Request, name: str) -> Answer:
    await service.call(service.daemon.remove_volume, name, force=request.flag("force"))
    return DONE


async def _prune(service: Service, request: Request) -> Answer:
    done = await service.call(service.daemon.prune_volumes, request.filters)
    return document({"VolumesDeleted": list(done.names), "SpaceReclaimed": done.reclaimed})


ROUTES = (
    Route("GET", "/volumes", _list),
    Route("POST", "/volumes/create", _create),
    Route("POST", "/volumes/prune", _prune),
    Route("GET", "/volumes/{name:path}", _inspect),
    Route("DELETE", "/volumes/{name:path}", _remove),
)
