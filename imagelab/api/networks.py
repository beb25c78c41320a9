"""Networks."""

from __future__ import annotations

from imagelab.api.answer import DONE, Answer, document
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service


async def _list(service: Service, request: Request) -> Answer:
    return document(service.daemon.networks(request.filters))


async def _inspect(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.inspect_network(name))


async def _remove(service: Service, _: Request, name: str) -> Answer:
    service.daemon.remove_network(name)
    return DONE


async def _prune(service: Service, request: Request) -> Answer:
    await service.call(service.daemon.prune_nothing, "network", request.filters)
    return document({"NetworksDeleted": None})


ROUTES = (
    Route("GET", "/networks", _list),
    Route("GET", "/networks/{name:path}", _inspect),
    Route("POST", "/networks/prune", _prune),
    Route("DELETE", "/networks/{name:path}", _remove),
)
