"""Commands that carry images: ``pull save load``."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command, needs_api
from imagelab.docker.commands.output import write_output
from imagelab.docker.flags import Parsed, flag, switch
from imagelab.docker.io import Io
from imagelab.docker.progress import print_progress, stream
from imagelab.docker.references import client_reference
from imagelab.engine.progress import Interrupted, Progress, Tell, silent
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import reason_of


def _pull(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = parsed.arguments[0]
    reference = client_reference(name)
    every = parsed["all-tags"]
    if every and (reference.tag or reference.digest):
        raise ClientError("tag can't be used with --all-tags/-a")
    quiet = parsed["quiet"]
    if not (reference.tag or reference.digest or every or quiet):
        io.print("Using default tag: latest")
    stream(io.print, lambda: daemon.pull(name, platform=parsed["platform"], all_tags=every,
                                         tell=silent if quiet else io.tell),
           quiet=quiet, terminal=io.terminal)
    io.print((reference if every else reference.with_default_tag()).canonical)
    return 0


def _save(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return write_output(
        daemon, io, parsed["output"], name="save", failed="failed to save image",
        make=lambda: daemon.save(parsed.arguments, tell=io.tell))


def _load(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    source = parsed["input"]
    tell = silent if parsed["quiet"] else io.tell
    if not source:
        if io.read_line is not None:
            raise ClientError("requested load from stdin, but stdin is empty")
        lines, refusal = _load_file(daemon, io.stdin, tell)
    else:
        path = Path(io.path(source))
        io.noting.file(str(path), follow=True)
        try:
            file = path.open("rb")
        except OSError as error:
            raise ClientError(f"open {source}: {reason_of(error)}") from error
        with file:
            lines, refusal = _load_file(daemon, file, tell)
    if not io.terminal or parsed["quiet"]:
        lines = tuple(line for line in lines if not line.id)
    # The client ends what the daemon said with a line end, also where that was nothing.
    print_progress(io.print, lines or (Progress(""),))
    if refusal:
        raise ClientError(refusal)
    return 0


def _load_file(
    daemon: Daemon, file: BinaryIO, tell: Tell,
) -> tuple[tuple[Progress, ...], str]:
    """Return what the daemon said, and with what refusal it ended; empty for none."""
    try:
        return daemon.load(file, tell=tell), ""
    except Interrupted as stopped:
        return stopped.lines, stopped.message
    except EngineError as error:
        raise ClientError(error.message) from error


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
