"""Commands that carry images: ``pull save load``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command, needs_api
from imagelab.docker.flags import Parsed, flag, switch
from imagelab.docker.io import Io
from imagelab.docker.progress import stream
from imagelab.docker.references import client_reference
from imagelab.model.outcome import EngineError


def _pull(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = parsed.arguments[0]
    reference = client_reference(name)
    every = parsed["all-tags"]
    if every and (reference.tag or reference.digest):
        raise ClientError("tag can't be used with --all-tags/-a")
    quiet = parsed["quiet"]
    if not (reference.tag or reference.digest or every or quiet):
        io.print("Using default tag: latest")
    stream(io.print, lambda: daemon.pull(name, platform=parsed["platform"], all_tags=every),
           quiet=quiet, terminal=io.terminal)
    io.print((reference if every else reference.with_default_tag()).canonical)
    return 0


def _save(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    target = parsed["output"]
    if not target:
        if io.terminal:
            raise ClientError(
                "cowardly refusing to save to a terminal. Use the -o flag or redirect"
            )
        chunks = daemon.save(parsed.arguments)
        with daemon.released():  # whoever reads this may be a command of this lab
            for chunk in chunks:
                io.out(chunk)
        return 0
    path = io.folder / target
    if not path.parent.is_dir():
        raise ClientError(
            f"failed to save image: invalid output path: stat {Path(target).parent}: "
            "no such file or directory"
        )
    chunks = daemon.save(parsed.arguments)
    with daemon.step(f"save -o {target}") as step:
        _write_aside(path, chunks)
        step.host_effects.append(f"wrote {path}")
    return 0


def _write_aside(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all: beside its place, then moved there."""
    handle, name = tempfile.mkstemp(prefix=".docker_temp_", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _load(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    source = parsed["input"]
    if not source:
        if io.read_line is not None:
            raise ClientError("requested load from stdin, but stdin is empty")
        lines = daemon.load(io.stdin)
    else:
        try:
            file = (io.folder / source).open("rb")
        except OSError as error:
            raise ClientError(f"open {source}: {_words(error)}") from error
        with file:
            lines = _load_file(daemon, file)
    for line in lines:
        io.print(line)
    return 0


def _load_file(daemon: Daemon, file: BinaryIO) -> tuple[str, ...]:
    try:
        return daemon.load(file)
    except EngineError as error:
        raise ClientError(error.message) from error


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


_PLATFORM = flag("platform", needs=needs_api("platform", "1.48"))
COMMANDS = (
    Command("pull", "[OPTIONS] NAME[:TAG|@DIGEST]", _pull,
            (switch("all-tags", "a"), switch("quiet", "q"), flag("platform"),
             switch("disable-content-trust", default=True)), 1, 1,
            also=("image pull",)),
    Command("save", "[OPTIONS] IMAGE [IMAGE...]", _save,
            (flag("output", "o"), _PLATFORM), 1, None,
            also=("image save",)),
    Command("load", "[OPTIONS]", _load, (flag("input", "i"), _PLATFORM, switch("quiet", "q")), 0, 0,
            also=("image load",),
            reads_stdin=lambda parsed: not parsed["input"]),
)
