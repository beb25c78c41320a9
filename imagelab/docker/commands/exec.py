"""``docker exec``: another program in a running container."""

from __future__ import annotations

from dataclasses import replace

from imagelab.daemon import Daemon
from imagelab.daemon.attach import Attach
from imagelab.docker import flag_values
from imagelab.docker.command import ClientError, Command
from imagelab.docker.conversation import Held, converse
from imagelab.docker.errors import given
from imagelab.docker.flags import Parsed, flag, many, switch
from imagelab.docker.io import Io, encode
from imagelab.docker.variables import variables
from imagelab.engine.exec import NOT_STARTED_CODE
from imagelab.model.container import Exec
from imagelab.model.outcome import Conflict, EngineError, NotFound


def _exec(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name, *command = parsed.arguments
    given(name)
    attached = not parsed["detach"]
    wanted = Exec(
        "", tuple(command), env=variables(parsed["env"], parsed["env-file"], io),
        user=parsed["user"], working_dir=parsed["workdir"], tty=parsed["tty"],
        privileged=parsed["privileged"],
        open_stdin=attached and parsed["interactive"], open_stdout=attached,
        open_stderr=attached, detach_keys=parsed["detach-keys"])
    identifier = daemon.create_exec(name, wanted)
    if attached:
        return _attached(daemon, io, name, replace(wanted, id=identifier))
    daemon.start_exec(identifier)
    return 0


def _attached(daemon: Daemon, io: Io, name: str, run: Exec) -> int:
    """Start an exec, pass its output on and feed it what is typed; return its exit code.

    Raises:
        ClientError: it goes on for ever, where nobody could end it.
    """
    def start(stdin: bytes, live: bool, attach: Attach) -> int | None:
        return daemon.start_exec(run.id, stdin=stdin, stdin_open=live, attach=attach)

    try:
        status = converse(
            daemon, io, start, Held(run.id, is_exec=True, leaving=1), interactive=run.open_stdin)
    except (NotFound, Conflict):
        raise
    except EngineError as error:
        io.out(encode(f"{error.message}\r\n"))  # by now the daemon has only the output to say it
        io.complaints.append(error.message)
        return NOT_STARTED_CODE
    if status is None:
        raise ClientError(
            f"imagelab: {run.command[0]} goes on in container {name}: it waits for what does not "
            "come by itself")
    return status


_FLAGS = (
    switch("detach", "d"), flag("detach-keys"), many("env", "e", read=flag_values.variable),
    many("env-file"), switch("interactive", "i"), switch("privileged"), switch("tty", "t"),
    flag("user", "u"), flag("workdir", "w"),
)

COMMANDS = (
    Command("exec", "[OPTIONS] CONTAINER COMMAND [ARG...]", _exec, _FLAGS, 2, None,
            interspersed=False,
            also=("container exec",),
            reads_stdin=lambda parsed: parsed["interactive"] and not parsed["detach"]),
)
