"""Files of containers: looked at, taken out, put in, and those that changed."""

from __future__ import annotations

from base64 import b64encode

from imagelab.api.answer import Answer, Headers, Response, Stream, document
from imagelab.api.chunks import chunks
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.container_archive import PathStat
from imagelab.formats import file_archive, gojson

_TAR = "application/x-tar"
_KINDS = {"C": 0, "A": 1, "D": 2}


async def _stat(service: Service, request: Request, name: str) -> Answer:
    stat = await service.call(service.daemon.stat_path, name, request.text("path"))
    return Response(200, headers=_header(stat))


async def _get(service: Service, request: Request, name: str) -> Answer:
    archive = await service.call(service.daemon.get_archive, name, request.text("path"))
    return Stream(chunks(service, file_archive.write(archive.entries)), _TAR,
                  _header(archive.stat), lasts=True)


def _header(stat: PathStat) -> Headers:
    text = gojson.dumps(stat.to_json())
    return (("X-Docker-Container-Path-Stat", b64encode(text.encode()).decode()),)


async def _put(service: Service, request: Request, name: str) -> Answer:
    async with request.upload() as file:
        await service.call(
            service.daemon.put_archive, name, request.text("path"),
            file_archive.read_packed(file), keep_kind=request.flag("noOverwriteDirNonDir"),
            as_user=request.flag("copyUIDGID"))
    return Response(200)


async def _changes(service: Service, _: Request, name: str) -> Answer:
    found = await service.call(service.daemon.diff, name)
    return document([{"Path": each.path, "Kind": _KINDS[each.kind]} for each in found] or None)


ROUTES = (
    Route("HEAD", "/containers/{name:path}/archive", _stat),
    Route("GET", "/containers/{name:path}/archive", _get),
    Route("PUT", "/containers/{name:path}/archive", _put),
    Route("GET", "/containers/{name:path}/changes", _changes),
)
