"""``docker run`` and ``docker create``: a new container, and talking to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.daemon.attach import Attach
from imagelab.docker.command import API_VERSION, ClientError, Command, NotSimulated
from imagelab.docker.commands.run_flags import CREATE_FLAGS, RUN_FLAGS
from imagelab.docker.commands.run_settings import (
    healthcheck,
    host_settings,
    restart_policy,
)
from imagelab.docker.conversation import Held, converse
from imagelab.docker.errors import daemon_error
from imagelab.docker.flags import Parsed
from imagelab.docker.io import Io
from imagelab.docker.network_flag import hardware_addresses, network_mode, places
from imagelab.docker.progress import stream
from imagelab.docker.publish import exposed_by, published_ports
from imagelab.docker.references import client_reference
from imagelab.docker.variables import variables
from imagelab.engine.host_settings import warnings
from imagelab.engine.lookup import FULL_ID, find_container
from imagelab.engine.progress import silent
from imagelab.model.config import Config
from imagelab.model.container import HostConfig
from imagelab.model.outcome import EngineError, NotFound, Unsimulated

#: What the client says, whose daemon is older than it wants for this.
_MAC_ADDRESS = ('"specify mac-address per network" requires API version 1.44, but the Docker '
                f"daemon API version is {API_VERSION}")
HELP = "\n\nRun 'docker run --help' for more information"


def _create(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    try:
        wanted = _wanted(io, parsed, attached=True)  # as the client has it
    except NotSimulated:
        raise
    except ClientError as error:
        raise ClientError(
            f"docker: {error.message}{HELP.replace('run', 'create')}", 125) from error
    io.print(_new_container(daemon, io, parsed, *wanted))
    return 0


def _run(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    try:
        return _run_container(daemon, io, parsed)
    except Unsimulated as error:
        raise NotSimulated(error.message) from error
    except EngineError as error:
        io.complain(f"docker: {daemon_error(error)}{HELP}")
        return _start_code(error)
    except NotSimulated:
        raise
    except ClientError as error:
        raise ClientError(f"docker: {error.message}{HELP}", 125) from error


def _run_container(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if parsed["rm"] and parsed["restart"] not in ("", "no"):
        raise ClientError("conflicting options: cannot specify both --restart and --rm")
    detach = parsed["detach"]
    wanted = _wanted(io, parsed, attached=not detach)
    identifier = _new_container(daemon, io, parsed, *wanted)
    try:
        if not detach:
            return attach_to(daemon, io, identifier, interactive=parsed["interactive"])
        daemon.start(identifier, stdin_open=True)
    finally:
        if detach:  # even for a container that could not start
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
    """Start a container, pass its output on and feed it what is typed; return its exit code."""
    def start(stdin: bytes, live: bool, attach: Attach) -> int | None:
        return daemon.start(name, stdin=stdin, stdin_open=live, attach=attach)

    daemon.attach(name)
    held = Held(find_container(daemon.state, name).id)
    return converse(daemon, io, start, held, interactive=interactive) or 0


def _new_container(
    daemon: Daemon, io: Io, parsed: Parsed, config: Config, host_config: HostConfig,
) -> str:
    asked = places(parsed)
    if any(hardware_addresses(asked)):
        raise ClientError(_MAC_ADDRESS)
    image = config.image
    by_id = FULL_ID.fullmatch(image) is not None
    if not by_id:
        client_reference(image)
    id_file = parsed["cidfile"] and _free_id_file(io, parsed["cidfile"])
    if parsed["pull"] == "always":
        _pull(daemon, io, image, parsed)

    def create() -> str:
        return daemon.create(
            config, name=parsed["name"], host_config=host_config, platform=parsed["platform"],
            endpoints=asked)

    try:
        identifier = create()
    except NotFound:
        if by_id or parsed["pull"] != "missing":
            raise
        reference = client_reference(image).with_default_tag()
        if not parsed["quiet"]:
            io.complain(f"Unable to find image '{reference}' locally")
        _pull(daemon, io, image, parsed)
        identifier = create()
    for warning in warnings(host_config):
        io.complain(f"WARNING: {warning}")
    if id_file:
        with daemon.step(f"create --cidfile {id_file}") as step:
            id_file.write_text(identifier, "utf-8")
            step.host_effects.append(f"wrote {id_file}")
    return identifier


def _free_id_file(io: Io, name: str) -> Path:
    """Return where to write a container's ID.

    Raises:
        ClientError: a file is there, or no folder for it.
    """
    path = Path(io.path(name))
    if path.exists():
        raise ClientError("container ID file found, make sure the other container isn't running "
                          f"or delete {name}")
    if not path.parent.is_dir():
        raise ClientError("failed to create the container ID file: "
                          f"open {name}: no such file or directory")
    return path


def _pull(daemon: Daemon, io: Io, image: str, parsed: Parsed) -> None:
    client_reference(image)
    quiet = parsed["quiet"]
    stream(io.complain, lambda: daemon.pull(
        image, platform=parsed["platform"], tell=silent if quiet else io.tell),
        quiet=quiet, terminal=io.terminal)


def _wanted(io: Io, parsed: Parsed, *, attached: bool) -> tuple[Config, HostConfig]:
    """Return what the flags ask for.

    Raises:
        ClientError: a value cannot be.
        NotSimulated: the lab's client does not follow a flag.
    """
    for name in ("attach", "use-api-socket"):
        if parsed[name]:
            raise NotSimulated(f"imagelab does not simulate docker run --{name}")
    image, *command = parsed.arguments
    policy, retries = restart_policy(parsed)
    settings = host_settings(parsed)
    if retries:
        settings["RestartPolicy"] = {"Name": policy, "MaximumRetryCount": retries}
    paths, binds = _volumes(parsed["volume"])
    ports = published_ports(parsed["publish"])
    exposed = exposed_by(parsed["expose"]) | {port: {} for port in ports}
    config = _config(parsed, image, command, attached)
    env = variables(parsed["env"], parsed["env-file"], io)
    labels = variables(parsed["label"], parsed["label-file"], replace(io, environment={}))
    config = replace(config, exposed_ports=exposed or None, volumes=paths or None,
                     env=env or None, labels=parse_labels(labels))
    return config, HostConfig(
        auto_remove=parsed["rm"], network_mode=network_mode(parsed),
        restart_policy=policy, binds=binds, port_bindings=ports,
        publish_all_ports=parsed["publish-all"], settings=settings)


def _volumes(texts: tuple[str, ...]) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """Return the paths of anonymous volumes, and the specifications of those with a name.

    Raises:
        ClientError: one cannot be.
    """
    # To the client one or two characters are a path, whatever they are; what is said twice counts
    # once.
    specs = tuple(text for text in dict.fromkeys(texts) if ":" in text and len(text) > 2)
    for text in texts:
        if not text:
            raise ClientError("invalid empty volume spec")
        if text in specs and "" in text.split(":"):
            raise ClientError(f"invalid spec: {text}: empty section between colons")
    return {text: {} for text in texts if text not in specs}, specs


def _config(
    parsed: Parsed,
    image: str,
    command: list[str],
    attached: bool,
) -> Config:
    interactive = parsed["interactive"]
    entrypoint = (parsed["entrypoint"],) if parsed["entrypoint"] else None
    if "entrypoint" in parsed.given and not parsed["entrypoint"]:
        entrypoint = ("",)
    return Config(
        hostname=parsed["hostname"],
        domainname=parsed["domainname"],
        user=parsed["user"],
        attach_stdin=interactive and attached,
        attach_stdout=attached,
        attach_stderr=attached,
        tty=parsed["tty"],
        open_stdin=interactive,
        stdin_once=interactive and attached,
        cmd=tuple(command) or None,
        image=image,
        working_dir=parsed["workdir"],
        entrypoint=entrypoint,
        healthcheck=healthcheck(parsed),
        stop_signal=parsed["stop-signal"],
        stop_timeout=parsed["stop-timeout"] if "stop-timeout" in parsed.given else None,
    )


def parse_labels(texts: tuple[str, ...]) -> dict[str, str]:
    """Return labels given as ``key=value`` or ``key``."""
    pairs = (text.partition("=") for text in texts)
    return {key: value for key, _, value in pairs}


COMMANDS = (
    Command("run", "[OPTIONS] IMAGE [COMMAND] [ARG...]", _run,
            RUN_FLAGS, 1, None, interspersed=False,
            also=("container run",),
            reads_stdin=lambda parsed: parsed["interactive"] and not parsed["detach"]),
    Command("create", "[OPTIONS] IMAGE [COMMAND] [ARG...]", _create, CREATE_FLAGS,
            1, None, interspersed=False,
            also=("container create",)),
)
