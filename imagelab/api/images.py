"""Images: listed, described, named, committed, removed."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.api.answer import Answer, Response, document
from imagelab.api.create_body import config_of
from imagelab.api.go_json import NoDocument
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.remove import Record
from imagelab.model.outcome import BadRequest


async def _list(service: Service, request: Request) -> Answer:
    return document(service.daemon.images(every=request.flag("all"), filters=request.filters))


async def _inspect(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.inspect_image(name))


async def _history(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.history(name))


async def _tag(service: Service, request: Request, name: str) -> Answer:
    await service.at_once(service.daemon.tag, name, request.text("repo"), request.text("tag"))
    return Response(201)


async def _remove(service: Service, request: Request, name: str) -> Answer:
    if not name.strip():
        raise BadRequest("image name cannot be blank")
    records = await service.at_once(
        service.daemon.remove_image, name, force=request.flag("force"),
        prune=not request.flag("noprune"))
    return document(_shown(records))


async def _prune(service: Service, request: Request) -> Answer:
    done = await service.call(service.daemon.prune_images, request.filters)
    return document({
        "ImagesDeleted": _shown(done.records) or None, "SpaceReclaimed": done.reclaimed})


def _shown(records: Sequence[Record]) -> list[dict[str, str]]:
    return [{each.action: each.target} for each in records]


async def _commit(service: Service, request: Request) -> Answer:
    try:
        config = config_of(await request.document())
    except NoDocument:
        config = None
    identifier = await service.call(
        service.daemon.commit, request.text("container"), request.text("repo"),
        tag=request.text("tag"), author=request.text("author"), comment=request.text("comment"),
        config=config, changes=request.texts("changes"),
        pause=request.flag("pause") or not request.text("pause"))
    return document({"Id": identifier}, 201)


ROUTES = (
    Route("GET", "/images/json", _list),
    Route("GET", "/images/{name:path}/json", _inspect),
    Route("GET", "/images/{name:path}/history", _history),
    Route("POST", "/images/{name:path}/tag", _tag),
    Route("DELETE", "/images/{name:path}", _remove),
    Route("POST", "/images/prune", _prune),
    Route("POST", "/commit", _commit),
)
