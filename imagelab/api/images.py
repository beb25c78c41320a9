"""Images: listed, described, named, committed, removed."""

from __future__ import annotations

from imagelab.api.answer import Answer, document
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service


async def _list(service: Service, request: Request) -> Answer:
    return document(service.daemon.images(every=request.flag("all"), filters=request.filters))


async def _inspect(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.inspect_image(name))


async def _history(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.history(name))


ROUTES = (
    Route("GET", "/images/json", _list),
    Route("GET", "/images/{name:path}/json", _inspect),
    Route("GET", "/images/{name:path}/history", _history),
)
