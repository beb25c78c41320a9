"""A container: its configuration, its writable layer, its processes and what they printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class HostConfig:
    """What a container was given besides its configuration.

    Attributes:
        auto_remove: ``--rm``: it goes when it ends.
        network_mode: ``default``, ``none`` …
        restart_policy: ``no``, ``always`` …
    """

    auto_remove: bool = False
    network_mode: str = "default"
    restart_policy: str = "no"


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
        status: ``created``, ``running``, ``paused`` or ``exited``.
        exit_code: of the last run.
        error: why it could not start, in the daemon's words.
        started: time of the last start; 0 for never.
        finished: time of the last end; 0 for never.
        pid: number of its main process while it runs, else 0.
        processes: the main process under ``""`` and ``exec``-ed ones under their IDs.
        logs: all output, oldest first.
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

    @property
    def is_running(self) -> bool:
        """Whether the daemon counts it as running; a paused one is (case ``rmi-22``)."""
        return self.status in ("running", "paused")

    @property
    def path(self) -> str:
        """The program it runs, as ``docker inspect`` shows it."""
        return self.command[0] if self.command else ""

    @property
    def command(self) -> tuple[str, ...]:
        """Entrypoint and command together."""
        return (*(self.config.entrypoint or ()), *(self.config.cmd or ()))
