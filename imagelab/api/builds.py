"""``POST /build`` and the pruning of its cache."""

from __future__ import annotations

from imagelab.api.answer import JSON, Answer, Response, document
from imagelab.api.build_query import options
from imagelab.api.parameters import whole
from imagelab.api.progress import Line, Say, line_of, streamed
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.engine.builder.options import Made, Message
from imagelab.model.outcome import EngineError


async def _build(service: Service, request: Request) -> Answer:
    wanted = options(request)
    context = await request.spooled()

    def run(say: Say) -> None:
        with context:
            service.daemon.build(context, wanted, lambda message: say(_line(message)))

    return await streamed(service, run)


def _line(message: Message) -> Line | None:
    """Return a message as a line; None for what a daemon does not say."""
    if isinstance(message, str):
        return {"stream": message}
    if isinstance(message, Made):
        return {"aux": {"ID": message.id}}
    return None if message.units else line_of(message)


async def _prune(service: Service, request: Request) -> Answer:
    if keep := request.text("keep-storage"):
        try:
            whole(keep)
        except EngineError as error:
            raise EngineError("keep-storage is in bytes and expects an integer, got "
                              f"{keep}: {error.message}") from error
    try:
        filters = request.filters
    except EngineError as error:
        raise EngineError(f"could not parse filters: {error.message}", error.status) from error
    await service.call(service.daemon.prune_cache, filters)
    return document({"CachesDeleted": None, "SpaceReclaimed": 0})


async def _cancel(_: Service, request: Request) -> Answer:
    """Cancel nothing: a build of the classic builder is known by its connection alone."""
    if not request.text("id"):
        raise EngineError("build ID not provided")
    return Response(200, content_type=JSON)


ROUTES = (
    Route("POST", "/build", _build, takes_form=False),
    Route("POST", "/build/prune", _prune),
    Route("POST", "/build/cancel", _cancel),
)
