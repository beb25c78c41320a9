"""The cache of builds: steps that were done before, as images with a parent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from imagelab.formats.gotime import parse_time
from imagelab.model.config import Config
from imagelab.model.image import Image
from imagelab.model.state import State


def find(state: State, parent: str, step: Config) -> str:
    """Return the ID of the newest image that a step made out of a parent; empty for none.

    A step is told by the configuration of its container, where the command says what it was
    (``/bin/sh -c #(nop) ENV A=1``). Host name, working directory, stop signal and the like do not
    count, as on the daemon.

    Args:
        state: the lab.
        parent: ID of the image before the step; empty for none.
        step: the configuration of the step's container.
    """
    found, newest = "", float("-inf")
    wanted = _key(step)
    for image in state.children_of(parent):
        made = image.json.get("container_config") or {}
        created = parse_time(image.created)
        if created >= newest and all(
                (made.get(key) or empty) == value for key, (value, empty) in wanted.items()):
            found, newest = image.id, created
    return found


def _key(config: Config) -> dict[str, tuple[Any, Any]]:
    """Return what counts, by Docker's keys: the value, and what stands for none."""
    values = {
        "Cmd": list(config.cmd or ()), "Env": list(config.env or ()), "User": config.user,
        "Entrypoint": list(config.entrypoint or ()), "Labels": dict(config.labels or {}),
        "ExposedPorts": dict(config.exposed_ports or {}), "Volumes": dict(config.volumes or {}),
        "Tty": config.tty, "OpenStdin": config.open_stdin, "AttachStdout": config.attach_stdout,
        "AttachStderr": config.attach_stderr,
    }
    return {key: (value, type(value)()) for key, value in values.items()}


def chain(state: State, images: Iterable[Image]) -> frozenset[str]:
    """Return the IDs of images and of all that they were made from, here."""
    found: set[str] = set()
    for image in images:
        here: Image | None = image
        while here is not None and here.id not in found:
            found.add(here.id)
            here = state.images.get(here.parent)
    return frozenset(found)
