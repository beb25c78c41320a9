"""``docker exec``: another process in a running container."""

from __future__ import annotations

from imagelab.api.answer import Answer, Hijack, Response, document
from imagelab.api.duplex import Duplex, frame
from imagelab.api.following import Following
from imagelab.api.go_types import flag, listed, struct, text
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.api.streams import DETACH
from imagelab.api.talking import Terms, talk
from imagelab.engine import exec as execs
from imagelab.model.container import STDERR, STDOUT, Exec
from imagelab.model.outcome import EngineError

_TEXTS = listed(text())
_CREATE = struct("types.ExecConfig", {
    "User": text(), "Privileged": flag(), "Tty": flag(), "AttachStdin": flag(),
    "AttachStderr": flag(), "AttachStdout": flag(), "Detach": flag(), "DetachKeys": text(),
    "Env": _TEXTS, "WorkingDir": text(), "Cmd": _TEXTS,
}, filled=True)
_START = struct("types.ExecStartCheck", {"Detach": flag(), "Tty": flag()}, filled=True)


async def _create(service: Service, request: Request, name: str) -> Answer:
    asked = await request.checked(_CREATE)
    wanted = Exec(
        "", tuple(asked["Cmd"] or ()), env=tuple(asked["Env"] or ()), user=asked["User"],
        working_dir=asked["WorkingDir"], tty=asked["Tty"], privileged=asked["Privileged"],
        open_stdin=asked["AttachStdin"], open_stdout=asked["AttachStdout"],
        open_stderr=asked["AttachStderr"], detach_keys=asked["DetachKeys"])
    identifier = await service.call(service.daemon.create_exec, name, wanted)
    return document({"Id": identifier}, 201)


async def _start(service: Service, request: Request, name: str) -> Answer:
    asked = await request.checked(_START)
    daemon = service.daemon
    container, run = execs.find_exec(daemon.state, name)
    if asked["Detach"]:
        await service.call(daemon.start_exec, run.id)
        return Response(200)
    execs.check_active(container, container.id)
    # docker-py asks for frames from a terminal, too. Without frames, errors are left out.
    framed = not asked["Tty"]
    terms = Terms(
        (container.id, run.id), tty=run.tty, framed=framed, stdin=run.open_stdin,
        streams=frozenset(stream for stream, wanted in (
            (STDOUT, run.open_stdout), (STDERR, run.open_stderr and framed)) if wanted),
        detach=execs.detach_codes(run.detach_keys or DETACH))
    following = Following(service.pulse, container.id, run.id)

    async def talking(duplex: Duplex) -> None:
        try:
            await service.call(daemon.start_exec, run.id, stdin_open=run.open_stdin)
        except EngineError as error:
            said = f"{error.message}\r\n".encode()
            await duplex.write(frame(STDOUT, said) if framed else said)
            return
        await talk(service, duplex, terms, following.pieces())

    return Hijack(talking, tells=True)


async def _inspect(service: Service, _: Request, name: str) -> Answer:
    return document(service.daemon.inspect_exec(name))


async def _resize(service: Service, request: Request, name: str) -> Answer:
    request.check_size()
    execs.find_exec(service.daemon.state, name)
    return Response(200)


ROUTES = (
    Route("POST", "/containers/{name:path}/exec", _create),
    Route("POST", "/exec/{name:path}/start", _start),
    Route("GET", "/exec/{name:path}/json", _inspect),
    Route("POST", "/exec/{name:path}/resize", _resize),
)
