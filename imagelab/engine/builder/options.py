"""What a build is asked for besides its Dockerfile, and what it says while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from imagelab.engine.progress import Progress
from imagelab.model.container import HostConfig
from imagelab.model.outcome import EngineError


@dataclass(frozen=True)
class BuildOptions:
    """The parameters of ``POST /build``.

    Attributes:
        dockerfile: path of the Dockerfile in the context; empty for ``Dockerfile`` or
            ``dockerfile``.
        tags: names for the image.
        arguments: values of ``--build-arg``; None for a name without one.
        labels: labels to add at the end.
        target: the stage to stop after; empty for the last.
        no_cache: whether every step is done anew.
        cache_from: images that alone may serve as a cache; all may if empty.
        platform: what images are to be for; ``linux/amd64`` is all there is.
        pull: whether base images are fetched even if they are there.
        remove: whether a step's container goes when the step is done.
        force_remove: whether it goes even if the step failed.
        host_config: what the containers of steps get: network, limits …
        quiet: whether nothing is said but the image's ID, unless the build fails.
        remote: an address to fetch the context from, in place of the one that is sent.
    """

    dockerfile: str = ""
    tags: tuple[str, ...] = ()
    arguments: Mapping[str, str | None] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    no_cache: bool = False
    cache_from: tuple[str, ...] = ()
    platform: str = ""
    pull: bool = False
    remove: bool = True
    force_remove: bool = False
    host_config: HostConfig = field(default_factory=HostConfig)
    quiet: bool = False
    remote: str = ""


#: What the containers of steps get where the options leave it open: a daemon fills in for itself
#: what a client would have filled in, and keeps no log.
STEP_SETTINGS: Mapping[str, Any] = {
    "LogConfig": {"Type": "none", "Config": {}},
    "PortBindings": None,
    "RestartPolicy": {"Name": "", "MaximumRetryCount": 0},
    **dict.fromkeys((
        "Dns", "DnsOptions", "DnsSearch", "BlkioWeightDevice", "BlkioDeviceReadBps",
        "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Devices",
        "Ulimits")),
}


def step_host_config(options: BuildOptions) -> HostConfig:
    """Return the host configuration of a step's container."""
    own = options.host_config
    return replace(own, settings={**STEP_SETTINGS, **own.settings})


@dataclass(frozen=True)
class Made:
    """The message that an image was made; the client writes its ``--iidfile`` by it."""

    id: str


#: What a build says: a text as it is to be printed, progress of a pull, an image that was made.
Message = str | Progress | Made
#: Takes what a build says.
Emit = Callable[[Message], None]


class BuildError(EngineError):
    """A build that failed after it had begun to talk: the message goes into its stream.

    Attributes:
        code: what a step's command ended with, else 0.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        """Keep the wording and the code."""
        super().__init__(message)
        self.code = code
