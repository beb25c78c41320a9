"""``docker push``: images to a registry."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command, needs_api
from imagelab.docker.flags import Parsed, flag, switch
from imagelab.docker.io import Io
from imagelab.docker.progress import stream
from imagelab.docker.references import client_reference
from imagelab.engine.progress import silent


def _push(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = parsed.arguments[0]
    reference = client_reference(name)
    every, quiet = parsed["all-tags"], parsed["quiet"]
    if every and (reference.tag or reference.digest):
        raise ClientError("tag can't be used with --all-tags/-a")
    if reference.digest:
        raise ClientError("cannot push a digest reference")
    if not (reference.tag or every or quiet):
        io.print("Using default tag: latest")
    stream(io.print,
           lambda: daemon.push(name, all_tags=every, tell=silent if quiet else io.tell),
           quiet=quiet, terminal=io.terminal)
    if quiet:
        io.print(str(reference if every else reference.with_default_tag()))
    return 0


COMMANDS = (
    Command("push", "[OPTIONS] NAME[:TAG]", _push,
            (switch("all-tags", "a"), switch("disable-content-trust", default=True),
             flag("platform", needs=needs_api("platform", "1.46")), switch("quiet", "q")), 1, 1,
            also=("image push",)),
)
