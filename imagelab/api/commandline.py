"""``docker`` of terminals on machines that have none: command lines of our own client.

A line is run here as ``%docker`` runs it, so that every rule and every byte printed is the same.
It reads and writes files of the host: those that its words name, seen from the client's folder,
with the rights of whoever the lab belongs to. That is safe only because nobody else can ask. The
lab must be served at a socket's file, whose mode lets in nobody but its owner, and the system must
say that whoever is at its other end is that owner (or root, who needs no lab for anything). At a
port there is neither a mode nor anybody to ask, and a web page can get there as well: there it is
refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imagelab.api.answer import Answer, Hijack
from imagelab.api.command_at_work import CommandAtWork, Wish
from imagelab.api.duplex import Duplex
from imagelab.api.go_types import flag, listed, mapped, read, struct, text
from imagelab.api.request import Request
from imagelab.api.routes import Route
from imagelab.api.service import Service
from imagelab.client import wire
from imagelab.model.outcome import BadRequest, EngineError


async def _docker(service: Service, request: Request) -> Answer:
    if not service.is_private:
        raise EngineError(
            "imagelab: command lines are run for clients at a socket's file, not at a port", 403)
    wish = _wish(await request.document())

    async def talking(duplex: Duplex) -> None:
        await CommandAtWork(service, duplex, wish).run()

    return Hijack(talking)


_COMMAND_LINE = struct("CommandLine", {
    "Words": listed(text()), "Folder": text(), "Environment": mapped(text()),
    "StdinIsTerminal": flag(), "StdoutIsTerminal": flag(),
}, filled=True)


def _wish(body: Any) -> Wish:
    asked = read(_COMMAND_LINE, body)
    folder = Path(asked["Folder"])
    if not folder.is_absolute() or "\0" in str(folder):
        raise BadRequest("imagelab: a folder is wanted, as a whole path")
    return Wish(
        tuple(asked["Words"] or ()), folder, asked["Environment"] or {},
        asked["StdinIsTerminal"], asked["StdoutIsTerminal"])


ROUTES = (Route("POST", wire.PATH, _docker),)
