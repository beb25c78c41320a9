"""``docker run`` and ``docker create``: a new container, and talking to it."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.transfer import print_progress
from imagelab.docker.errors import daemon_error
from imagelab.docker.flags import Parsed, flag, many, switch
from imagelab.docker.io import Io
from imagelab.docker.references import client_reference
from imagelab.model.config import Config
from imagelab.model.container import STDERR, HostConfig, Log
from imagelab.model.outcome import EngineError, NotFound
from imagelab.model.reference import ReferenceError, parse

_HELP = "\n\nRun 'docker run --help' for more information"


def _create(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    io.print(_new_container(daemon, io, parsed, attached=False))
    return 0


def _run(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    try:
        return _run_container(daemon, io, parsed)
    except EngineError as error:
        io.complain(f"docker: {daemon_error(error)}{_HELP}")
        return _start_code(error)
    except ClientError as error:
        raise ClientError(f"docker: {error.message}{_HELP}", 125) from error


def _run_container(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if parsed["rm"] and parsed["restart"] not in ("", "no"):
        raise ClientError("conflicting options: cannot specify both --restart and --rm")
    detach = parsed["detach"]
    identifier = _new_container(daemon, io, parsed, attached=not detach)
    try:
        if not detach:
            return attach_to(daemon, io, identifier, interactive=parsed["interactive"])
        daemon.start(identifier, stdin_open=True)
    except EngineError:
        if parsed["rm"]:
            daemon.remove_container(identifier, force=True)
        raise
    io.print(identifier)
    return 0


def _start_code(error: EngineError) -> int:
    """Return the exit code of ``docker run`` for a container that could not start."""
    if "executable file not found" in error.message or "no such file" in error.message:
        return 127
    if "permission denied" in error.message:
        return 126
    return 125


def attach_to(daemon: Daemon, io: Io, name: str, *, interactive: bool) -> int:
    """Start a container, pass its output on and feed it what is typed; return its exit code.

    Where input is all there from the start, its end comes after it. At a terminal, lines are
    read one by one as the container asks for them.
    """
    echo = _Echo(io)
    live = interactive and io.read_line is not None
    stdin = io.stdin.read() if interactive and not live else b""
    status = daemon.start(name, stdin=stdin, stdin_open=live, attach=echo.write)
    while status is None and live and io.read_line is not None:
        with daemon.released():
            line = io.read_line()
        echo.typed = line
        status = daemon.send_input(name, line, close=not line, attach=echo.write)
        if not line:
            break
    return status or 0


class _Echo:
    """Passes output on, without the echo of a line that the user's own terminal has shown."""

    def __init__(self, io: Io) -> None:
        self.io = io
        self.typed = b""

    def write(self, log: Log) -> None:
        data = log.data
        if self.typed and data.startswith(self.typed):
            data = data[len(self.typed) :]
        self.typed = b""
        (self.io.err if log.stream == STDERR else self.io.out)(data)


def _new_container(daemon: Daemon, io: Io, parsed: Parsed, *, attached: bool) -> str:
    image, *command = parsed.arguments
    try:
        parse(image)
    except ReferenceError as error:
        if not all(char in "0123456789abcdef" for char in image.removeprefix("sha256:")):
            raise ClientError(str(error)) from error
    config = _config(parsed, image, command, io.environment, attached)
    host_config = HostConfig(
        auto_remove=parsed["rm"],
        network_mode=parsed["network"] or "default",
        restart_policy=parsed["restart"] or "no",
    )
    try:
        return daemon.create(config, name=parsed["name"], host_config=host_config)
    except NotFound:
        reference = client_reference(image).with_default_tag()
        if parsed["pull"] == "never":
            raise
        io.complain(f"Unable to find image '{reference}' locally")
        print_progress(io.complain, daemon.pull(image))
        return daemon.create(config, name=parsed["name"], host_config=host_config)


def _config(
    parsed: Parsed,
    image: str,
    command: list[str],
    environment: dict[str, str],
    attached: bool,
) -> Config:
    interactive = parsed["interactive"]
    entrypoint = (parsed["entrypoint"],) if parsed["entrypoint"] else None
    if "entrypoint" in parsed.given and not parsed["entrypoint"]:
        entrypoint = ("",)
    return Config(
        hostname=parsed["hostname"],
        user=parsed["user"],
        attach_stdin=interactive and attached,
        attach_stdout=attached,
        attach_stderr=attached,
        tty=parsed["tty"],
        open_stdin=interactive,
        stdin_once=interactive and attached,
        env=_variables(parsed["env"], environment) or None,
        cmd=tuple(command) or None,
        image=image,
        working_dir=parsed["workdir"],
        entrypoint=entrypoint,
        labels=_labels(parsed["label"]),
        volumes={text: {} for text in parsed["volume"] if ":" not in text} or None,
    )


def _variables(texts: tuple[str, ...], environment: dict[str, str]) -> tuple[str, ...]:
    """Return variables; a bare name takes its value from the user's shell, or is left out."""
    found = []
    for text in texts:
        if "=" in text:
            found.append(text)
        elif text in environment:
            found.append(f"{text}={environment[text]}")
        else:
            found.append(text)
    return tuple(found)


def _labels(texts: tuple[str, ...]) -> dict[str, str]:
    pairs = (text.partition("=") for text in texts)
    return {key: value for key, _, value in pairs}


_FLAGS = (
    switch("interactive", "i"),
    switch("tty", "t"),
    flag("name"),
    many("env", "e"),
    flag("user", "u"),
    flag("workdir", "w"),
    many("label", "l"),
    flag("entrypoint"),
    flag("hostname", "h"),
    flag("network"),
    flag("restart", default="no"),
    flag("pull", default="missing"),
    switch("rm"),
    many("volume", "v"),
)

COMMANDS = (
    Command("run", "[OPTIONS] IMAGE [COMMAND] [ARG...]", _run,
            (*_FLAGS, switch("detach", "d")), 1, None, interspersed=False,
            summary="Make a container and start it", also=("container run",),
            reads_stdin=lambda parsed: parsed["interactive"] and not parsed["detach"]),
    Command("create", "[OPTIONS] IMAGE [COMMAND] [ARG...]", _create, _FLAGS,
            1, None, interspersed=False,
            summary="Make a container", also=("container create",)),
)
