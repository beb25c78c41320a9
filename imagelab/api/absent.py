"""What a daemon has and a lab has not: swarms, plugins, BuildKit's sessions.

Clients ask for these on their way to something else (``docker inspect`` of any name asks for a
plugin), so the answers are those of a daemon without a swarm and without plugins. What would bring
one about says that it is not simulated.
"""

from __future__ import annotations

from collections.abc import Iterator

from imagelab.api.answer import Answer, document
from imagelab.api.request import Request
from imagelab.api.routes import Handler, Route
from imagelab.api.service import Service
from imagelab.engine.filters import check_names
from imagelab.model.outcome import BadRequest, EngineError, NotFound

_UNAVAILABLE, _UNIMPLEMENTED = 503, 501
_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again.")
_EXPERIMENTAL = (
    "This experimental feature is disabled by default. Start the Docker daemon in experimental "
    "mode in order to enable it.")
#: What a swarm's managers keep, and whether it has logs.
_KEPT = {"nodes": False, "services": True, "tasks": True, "secrets": False, "configs": False}


def _refused(message: str, status: int) -> Handler:
    async def handler(_: Service, __: Request, **___: str) -> Answer:
        raise EngineError(message, status)

    return handler


_no_manager = _refused(_NO_MANAGER, _UNAVAILABLE)
_no_swarms = _refused("imagelab does not simulate swarms", _UNIMPLEMENTED)
_no_plugins = _refused("imagelab does not simulate plugins", _UNIMPLEMENTED)
_no_sockets = _refused("imagelab does not simulate attaching by a WebSocket", _UNIMPLEMENTED)


async def _logs(_: Service, request: Request, name: str) -> Answer:
    if not (request.flag("stdout") or request.flag("stderr")):
        raise EngineError("Bad parameters: you must choose at least one stream")
    raise EngineError(_NO_MANAGER, _UNAVAILABLE)


async def _plugins(_: Service, request: Request) -> Answer:
    check_names(request.filters, ("capability", "enabled"))
    return document([])


async def _no_plugin(_: Service, __: Request, name: str) -> Answer:
    raise NotFound(f'plugin "{name}" not found')


async def _session(_: Service, request: Request) -> Answer:
    if "upgrade" not in request.headers:
        raise BadRequest("no upgrade proto in request")
    raise EngineError("imagelab does not simulate BuildKit: build with DOCKER_BUILDKIT=0",
                      _UNIMPLEMENTED)


def _routes() -> Iterator[Route]:
    for kind, has_logs in _KEPT.items():
        yield Route("GET", f"/{kind}", _no_manager)
        if has_logs:
            yield Route("GET", f"/{kind}/{{name}}/logs", _logs)
        yield Route("GET", f"/{kind}/{{name}}", _no_manager)
        yield Route("POST", f"/{kind}/{{name}}/update", _no_manager)
        yield Route("POST", f"/{kind}/create", _no_manager)
        yield Route("DELETE", f"/{kind}/{{name}}", _no_manager)
    for method, path in (("GET", ""), ("GET", "/unlockkey"), ("POST", "/update"),
                         ("POST", "/unlock")):
        yield Route(method, f"/swarm{path}", _no_manager)
    yield Route("POST", "/swarm/leave", _refused("This node is not part of a swarm", _UNAVAILABLE))
    for path in ("init", "join"):
        yield Route("POST", f"/swarm/{path}", _no_swarms)
    yield Route("GET", "/plugins", _plugins)
    yield Route("GET", "/plugins/privileges", _no_plugins)
    for path in ("pull", "create"):
        yield Route("POST", f"/plugins/{path}", _no_plugins)
    yield Route("GET", "/plugins/{name:path}/json", _no_plugin)
    for path in ("enable", "disable", "set", "push", "upgrade"):
        yield Route("POST", f"/plugins/{{name:path}}/{path}", _no_plugin)
    yield Route("DELETE", "/plugins/{name:path}", _no_plugin)
    for path in ("/session", "/grpc"):
        yield Route("POST", path, _session)
    yield Route("GET", "/containers/{name:path}/attach/ws", _no_sockets)
    for method in ("GET", "POST"):
        yield Route(method, "/containers/{name:path}/checkpoints",
                    _refused(_EXPERIMENTAL, _UNIMPLEMENTED))


ROUTES = tuple(_routes())
