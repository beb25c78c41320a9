"""``docker export`` and ``docker import``: a container's files as a tar, a tar as an image."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.output import write_output
from imagelab.docker.errors import given
from imagelab.docker.flags import Parsed, flag, many
from imagelab.docker.io import Io
from imagelab.docker.references import client_reference
from imagelab.engine.import_image import wanted
from imagelab.engine.progress import Progress
from imagelab.storage.errors import reason_of

_URLS = ("http://", "https://")


def _export(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return write_output(
        daemon, io, parsed["output"], name="export", failed="failed to export container",
        make=lambda: daemon.export(given(parsed.arguments[0]), tell=io.tell))


def _import(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    source, name = [*parsed.arguments, ""][:2]
    with ExitStack() as stack:
        file = None if source.startswith(_URLS) else _open(io, source, stack)
        if name:
            client_reference(name)
        wish = wanted(name, parsed["change"], parsed["platform"], parsed["message"])
        if file is None:
            done = daemon.import_url(source, wish, tell=partial(_said, io))
        else:
            done = daemon.import_image(file, wish, tell=io.tell)
        io.print(done)
    return 0


def _said(io: Io, message: Progress) -> None:
    if message.is_tick:
        io.tell(message)
    else:
        io.print(message.status)


def _open(io: Io, source: str, stack: ExitStack) -> BinaryIO:
    if source == "-":
        return io.stdin
    if not source:
        raise ClientError("open : no such file or directory")
    try:
        io.noting.file(io.path(source), follow=True)
        path = Path(io.path(source))
        if path.is_dir():
            raise ClientError(
                'error during connect: Post "http://%2Fvar%2Frun%2Fdocker.sock/v1.41/images/create'
                f'?fromSrc=-": read {source}: is a directory')
        return stack.enter_context(path.open("rb"))
    except OSError as error:
        raise ClientError(f"open {source}: {reason_of(error)}") from error


COMMANDS = (
    Command("export", "[OPTIONS] CONTAINER", _export, (flag("output", "o"),), 1, 1,
            also=("container export",)),
    Command("import", "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]", _import,
            (many("change", "c"), flag("message", "m"), flag("platform")), 1, None,
            also=("image import",), reads_stdin=lambda parsed: parsed.arguments[0] == "-"),
)
