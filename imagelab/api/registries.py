"""Registries: images/create, push, search, distribution, auth."""

from __future__ import annotations

from imagelab.api.answer import Answer, document
from imagelab.api.archives import import_image
from imagelab.api.go_types import read, struct, text
from imagelab.api.progress import Say, streamed, told
from imagelab.api.registry_auth import HEADER, recognize
from imagelab.api.request import Request, blamed
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.lookup import parse_named
from imagelab.engine.pull import named
from imagelab.model.reference import Reference

_ACCOUNT = struct("types.AuthConfig", {
    name: text() for name in ("username", "password", "serveraddress")}, filled=True)


async def _create(service: Service, request: Request) -> Answer:
    if not request.text("fromImage"):
        return await import_image(service, request)
    reference = named(request.text("fromImage"), request.text("tag"))
    await recognize(service, request, reference.domain)

    def pull(say: Say) -> None:
        service.daemon.pull(
            str(reference), platform=request.text("platform"), all_tags=_means_all(reference),
            tell=told(say))

    return await streamed(service, pull)


async def _push(service: Service, request: Request, name: str) -> Answer:
    if HEADER not in request.headers:
        with blamed("Bad parameters and missing X-Registry-Auth: "):
            read(_ACCOUNT, await request.json())
    reference = parse_named(name, request.text("tag"))
    await recognize(service, request, reference.domain)

    def push(say: Say) -> None:
        service.daemon.push(str(reference), all_tags=_means_all(reference), tell=told(say))

    return await streamed(service, push)


def _means_all(reference: Reference) -> bool:
    return not reference.tag and not reference.digest


async def _search(service: Service, request: Request) -> Answer:
    limit = request.number("limit") if request.text("limit") else None
    return document(await service.call(
        service.daemon.search, request.text("term"), limit=limit, filters=request.filters))


async def _distribution(service: Service, _: Request, name: str) -> Answer:
    return document(await service.call(service.daemon.distribution, name))


async def _auth(service: Service, request: Request) -> Answer:
    asked = read(_ACCOUNT, await request.json())
    await service.call(
        service.daemon.login, asked["serveraddress"], asked["username"], asked["password"])
    return document({"IdentityToken": "", "Status": "Login Succeeded"})


ROUTES = (
    Route("POST", "/images/create", _create),
    Route("POST", "/images/{name:path}/push", _push),
    Route("GET", "/images/search", _search),
    Route("GET", "/distribution/{name:path}/json", _distribution),
    Route("POST", "/auth", _auth, takes_form=False),
)
