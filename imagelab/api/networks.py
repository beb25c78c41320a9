"""Networks, and the places of containers in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.api.answer import DONE, Answer, Response, document
from imagelab.api.create_types import ENDPOINT
from imagelab.api.go_types import flag, listed, mapped, struct, text
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.networks import NewNetwork

_TEXT, _FLAG, _PAIRS = text(), flag(), mapped(text())
_POOL = struct("network.IPAMConfig", {
    "Subnet": _TEXT, "IPRange": _TEXT, "Gateway": _TEXT, "AuxiliaryAddresses": _PAIRS})
_IPAM = struct("network.IPAM", {
    "Driver": _TEXT, "Options": _PAIRS, "Config": listed(_POOL)}, filled=True)
_CREATE = struct("types.NetworkCreateRequest", {
    "CheckDuplicate": _FLAG, "Driver": _TEXT, "Scope": _TEXT, "EnableIPv6": _FLAG, "IPAM": _IPAM,
    "Internal": _FLAG, "Attachable": _FLAG, "Ingress": _FLAG, "ConfigOnly": _FLAG,
    "ConfigFrom": struct("network.ConfigReference", {"Network": _TEXT}), "Options": _PAIRS,
    "Labels": _PAIRS, "Name": _TEXT,
}, filled=True)
_CONNECT = struct("types.NetworkConnect", {
    "Container": _TEXT, "EndpointConfig": ENDPOINT}, filled=True)
_DISCONNECT = struct("types.NetworkDisconnect", {"Container": _TEXT, "Force": _FLAG}, filled=True)


async def _list(service: Service, request: Request) -> Answer:
    return document(service.daemon.networks(request.filters))


async def _inspect(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.inspect_network(name))


async def _create(service: Service, request: Request) -> Answer:
    asked = await request.checked(_CREATE)
    ipam = asked["IPAM"]
    identifier = await service.call(service.daemon.create_network, NewNetwork(
        asked["Name"], asked["Driver"], [_said(each) for each in ipam["Config"] or ()],
        ipam["Driver"], ipam["Options"], asked["Options"] or {}, asked["Labels"] or {},
        asked["Internal"], asked["Attachable"], asked))
    return document({"Id": identifier, "Warning": ""}, 201)


def _said(pool: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pool.items() if value}


async def _connect(service: Service, request: Request, name: str) -> Answer:
    asked = await request.checked(_CONNECT)
    await service.call(
        service.daemon.connect, name, asked["Container"], asked["EndpointConfig"])
    return Response(200)


async def _disconnect(service: Service, request: Request, name: str) -> Answer:
    asked = await request.checked(_DISCONNECT)
    await service.call(
        service.daemon.disconnect, name, asked["Container"], force=asked["Force"])
    return Response(200)


async def _remove(service: Service, _: Request, name: str) -> Answer:
    await service.call(service.daemon.remove_network, name)
    return DONE


async def _prune(service: Service, request: Request) -> Answer:
    gone = await service.call(service.daemon.prune_networks, request.filters)
    return document({"NetworksDeleted": list(gone) or None})


ROUTES = (
    Route("GET", "/networks", _list),
    Route("GET", "/networks/", _list),
    Route("POST", "/networks/create", _create),
    Route("POST", "/networks/prune", _prune),
    Route("GET", "/networks/{name:path}", _inspect),
    Route("POST", "/networks/{name:path}/connect", _connect),
    Route("POST", "/networks/{name:path}/disconnect", _disconnect),
    Route("DELETE", "/networks/{name:path}", _remove),
)
