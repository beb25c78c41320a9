"""A container: its configuration, its writable layer, its processes and what they printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagelab.model.config import Config
from imagelab.model.layer import Layer
from imagelab.model.node import Changes
from imagelab.model.process import Process

STDOUT = 1
STDERR = 2


@dataclass(frozen=True)
class Log:
    """A piece of a container's output.

    Attributes:
        time: when it was written, nanoseconds since 1970.
        stream: ``STDOUT`` or ``STDERR``.
        data: the bytes.
    """

    time: int
    stream: int
    data: bytes


@dataclass(frozen=True)
class PortBinding:
    """A place on the host that a container's port is published at.

    Attributes:
        host_ip: the host's address; empty for any, as asked for.
        host_port: the host's port as text: ``8080``, a range to choose from, or empty for any.
    """

    host_ip: str = ""
    host_port: str = ""


#: The container's ports, as ``80/tcp``, and where they are published.
PortBindings = Mapping[str, tuple[PortBinding, ...]]


@dataclass(frozen=True)
class Endpoint:
    """A container's place in a network: what was asked for, and what it got at its last start.

    Attributes:
        network: the network's name.
        id: 64 hexadecimal digits; empty before the first start.
        address: IPv4 address; empty where the network gives none.
        ports: where its ports are published, with the addresses and ports really taken.
        variables: what its processes are told of linked containers, as ``KEY=value``.
        network_id: of the network that it was in; empty before the first start.
        prefix: how many bits of the address are the network's.
        gateway: the host's address there.
        aliases: more names of it in the network; None for none.
        settings: what else was asked for, under the keys of the Engine API.
    """

    network: str
    id: str = ""
    address: str = ""
    ports: PortBindings = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    network_id: str = ""
    prefix: int = 0
    gateway: str = ""
    aliases: tuple[str, ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HostConfig:
    """What a container was given besides its configuration.

    Attributes:
        auto_remove: ``--rm``: it goes when it ends.
        network_mode: ``default``, ``none`` …
        restart_policy: ``no``, ``always`` …
        binds: volumes with a name, as given: ``name:/path``.
        port_bindings: where its ports are to be published.
        publish_all_ports: whether all other exposed ports are published too (``-P``).
        settings: what else was set, under the keys of Docker's ``HostConfig``, such as
            ``Memory``; the lab only keeps account of it.
    """

    auto_remove: bool = False
    network_mode: str = "default"
    restart_policy: str = "no"
    binds: tuple[str, ...] = ()
    port_bindings: PortBindings = field(default_factory=dict)
    publish_all_ports: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Exec:
    """A program to run in a container beside its main process, as ``docker exec`` asks for.

    Its process, while it runs, is among the container's.

    Attributes:
        id: 64 hexadecimal digits.
        command: program and arguments.
        env: ``KEY=value`` entries over the container's; a bare ``KEY`` takes one away.
        user: as for the container; the container's own if empty.
        working_dir: absolute; the container's own if empty.
        tty: whether it talks to a terminal.
        privileged: ``--privileged``, which changes nothing in the lab.
        open_stdin: whether it gets input.
        open_stdout: whether its output is kept for whoever started it.
        open_stderr: the same of its errors.
        detach_keys: keys that would leave it running, as given.
        exit_code: None before it has ended.
        finished: when it ended, nanoseconds since 1970; 0 before.
        pid: number of its process; 0 before its start.
        output: what it printed and nobody has taken yet, oldest first.
    """

    id: str
    command: tuple[str, ...]
    env: tuple[str, ...] = ()
    user: str = ""
    working_dir: str = ""
    tty: bool = False
    privileged: bool = False
    open_stdin: bool = False
    open_stdout: bool = False
    open_stderr: bool = False
    detach_keys: str = ""
    exit_code: int | None = None
    finished: int = 0
    pid: int = 0
    output: tuple[Log, ...] = ()


@dataclass(frozen=True)
class Restarts:
    """What the daemon's restarts of a container have come to since it was last started by hand.

    Attributes:
        count: how often it was started again.
        delay: the last pause before that, in nanoseconds; 0 before the first.
        due: when it is started next, while it is ``restarting``, nanoseconds since 1970.
        over: whether somebody has stopped it, so that it is not started again.
    """

    count: int = 0
    delay: int = 0
    due: int = 0
    over: bool = False


@dataclass(frozen=True)
class Container:
    """A container, running or not.

    Attributes:
        id: 64 hexadecimal digits.
        name: without Docker's leading slash.
        image_id: image it was made from, which may be gone by now.
        config: its configuration, the image's merged in.
        host_config: see there.
        created: time of creation, nanoseconds since 1970.
        layer: top layer of its image, which it keeps alive; None for an image without layers.
        changes: its writable layer.
        mounts: what lies on its mount points while it exists (``proc``, anonymous volumes).
        status: ``created``, ``running``, ``paused``, ``restarting`` or ``exited``.
        exit_code: of the last run.
        error: why it could not start, in the daemon's words.
        started: time of the last start; 0 for never.
        finished: time of the last end; 0 for never.
        pid: number of its main process while it runs, else 0.
        processes: the main process under ``""`` and ``exec``-ed ones under their IDs.
        logs: all output, oldest first.
        volumes: mount points, as in ``mounts``, that are volumes, and the volumes' names.
        endpoints: its places in networks, by their names; None as long as there is nothing to
            them but what ``network_mode`` says.
        execs: by ID, what was asked to run in it beside the main process.
        read_only: mount points of volumes where its processes may change nothing.
        restarts: how its restart policy has been carried out.
        anonymous: whether nobody has named it: networks do not tell the name it has then.
    """

    id: str
    name: str
    image_id: str
    config: Config
    created: int
    host_config: HostConfig = HostConfig()
    layer: Layer | None = None
    changes: Changes = field(default_factory=dict)
    mounts: Mapping[str, Changes] = field(default_factory=dict)
    status: str = "created"
    exit_code: int = 0
    error: str = ""
    started: int = 0
    finished: int = 0
    pid: int = 0
    processes: Mapping[str, Process] = field(default_factory=dict)
    logs: tuple[Log, ...] = ()
    volumes: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, Endpoint] | None = None
    execs: Mapping[str, Exec] = field(default_factory=dict)
    read_only: tuple[str, ...] = ()
    restarts: Restarts = Restarts()
    anonymous: bool = False

    @property
    def published(self) -> PortBindings:
        """Where its ports are or were published."""
        return {port: bindings for each in (self.endpoints or {}).values()
                for port, bindings in each.ports.items()}

    @property
    def is_running(self) -> bool:
        """Whether it has a process; a paused one has (case ``rmi-22``)."""
        return self.status in ("running", "paused")

    @property
    def is_active(self) -> bool:
        """Whether the daemon counts it as running: also one that it is about to start again."""
        return self.is_running or self.status == "restarting"

    @property
    def path(self) -> str:
        """The program it runs, as ``docker inspect`` shows it."""
        return self.command[0] if self.command else ""

    @property
    def command(self) -> tuple[str, ...]:
        """Entrypoint and command together."""
        return (*(self.config.entrypoint or ()), *(self.config.cmd or ()))
