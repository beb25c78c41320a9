"""Archives of images and containers: save, load, import, export."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from imagelab.api.answer import Answer, Stream
from imagelab.api.chunks import chunks
from imagelab.api.progress import Line, Say, lines_of, streamed, told
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.import_image import wanted
from imagelab.engine.progress import Progress
from imagelab.model.image import short_id

_TAR = "application/x-tar"
_BYTES = "application/octet-stream"


async def _save(service: Service, request: Request) -> Answer:
    return await _saved(service, *request.texts("names"))


async def _save_one(service: Service, _: Request, name: str) -> Answer:
    return await _saved(service, name)


async def _saved(service: Service, *names: str) -> Answer:
    archive = await service.call(service.daemon.save, names)
    return Stream(chunks(service, archive), _TAR, lasts=True)


async def _export(service: Service, _: Request, name: str) -> Answer:
    archive = await service.call(service.daemon.export, name)
    return Stream(chunks(service, archive), _BYTES, lasts=True)


async def _load(service: Service, request: Request) -> Answer:
    daemon, quiet = service.daemon, request.flag("quiet")
    file = await request.spooled()

    def run(say: Say) -> None:
        known = {short_id(layer.diff_id) for layer in daemon.state.layers.values()}
        with file:
            daemon.load(file, tell=told(say, partial(_load_lines, quiet, known)))

    return await streamed(service, run, finishes=True, refuses_in_lines=True)


def _load_lines(quiet: bool, known: Collection[str], progress: Progress) -> Iterator[Line]:
    """Yield what a client is told of a load: bytes of layers that are new, and of the images."""
    if not progress.is_tick and not progress.id:
        yield {"stream": f"{progress.status}\n"}
    elif progress.is_tick and progress.id and not quiet and progress.id not in known:
        yield from lines_of(progress)


async def import_image(service: Service, request: Request) -> Answer:
    """Make an image of a tar that is the body, or at a URL."""
    daemon, source = service.daemon, request.text("fromSrc")
    wish = await service.call(
        wanted, request.text("repo"), request.texts("changes"), request.text("platform"),
        request.text("message"), request.text("tag"))

    def fetch(say: Say) -> None:
        say({"status": daemon.import_url(source, wish, tell=told(say))})

    if source != "-":
        return await streamed(service, fetch)
    file = await request.spooled()

    def read(say: Say) -> None:
        with file:
            say({"status": daemon.import_image(file, wish, tell=told(say, lambda _: ()))})

    return await streamed(service, read, finishes=True)


ROUTES = (
    Route("GET", "/images/get", _save),
    Route("GET", "/images/{name:path}/get", _save_one),
    Route("POST", "/images/load", _load),
    Route("GET", "/containers/{name:path}/export", _export),
)
