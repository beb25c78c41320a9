"""``docker import``: a tar becomes an image of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imagelab.engine.changes import applied
from imagelab.engine.child_image import DOCKER_VERSION
from imagelab.engine.events import image_event
from imagelab.engine.lookup import parse_named
from imagelab.engine.platforms import read_platform
from imagelab.engine.tag import check_unambiguous, point
from imagelab.formats import gojson
from imagelab.formats.gotime import format_time
from imagelab.model.config import Config
from imagelab.model.content import Blob
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import Changes
from imagelab.model.outcome import BadRequest, Event, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State


@dataclass(frozen=True)
class Wanted:
    """What an imported image is to be.

    Attributes:
        reference: its name; None for none.
        config: what a container of it gets.
        os: the system it is for.
        comment: the message; the daemon's own if empty.
    """

    reference: Reference | None
    config: Config
    os: str
    comment: str


def wanted(
    reference: str, changes: Sequence[str], platform: str, comment: str, tag: str = "",
) -> Wanted:
    """Check what an import is to make, before anything is read.

    Args:
        reference: the image's name; empty for none.
        changes: Dockerfile instructions for its configuration (case ``import-02``).
        platform: the system it is for, as ``--platform`` has it; empty for the daemon's own.
        comment: see :class:`Wanted`.
        tag: in place of the name's own tag; empty for none.

    Raises:
        EngineError: the name is none, a change is none (case ``import-04``), or the platform is
            none or another system's (400).
    """
    os = _os_of(platform)
    target = _target(reference, tag) if reference else None
    config = applied(Config(), changes) if changes else Config()
    return Wanted(target, config, os, comment)


def _os_of(platform: str) -> str:
    """Return the system of a platform; the daemon makes nothing of the rest (20.10)."""
    if not platform:
        return "linux"
    system = read_platform(platform).partition("/")[0]
    if system != "linux":
        raise BadRequest("operating system is not supported")
    return system


def _target(text: str, tag: str) -> Reference:
    reference = parse_named(text, tag, status=400)
    if reference.digest:
        raise BadRequest("cannot import digest reference")
    check_unambiguous(reference)
    return reference


def import_image(
    state: State, blob: Blob, changes: Changes, wish: Wanted, *, now: int, source: str = "-",
) -> Outcome[str]:
    """Make an image out of a tar and return its ID (cases ``import-01`` to ``import-03``).

    Args:
        state: the lab.
        blob: the tar, uncompressed: its digest is the layer's DiffID.
        changes: what is in it.
        wish: what the image is to be.
        now: its time of creation.
        source: where the tar came from, for the comment: ``-`` or a URL.
    """
    layer = Layer(blob.digest, changes, None, blob)
    image = Image(_config_json(layer, wish, now, wish.comment or f"Imported from {source}"))
    state = state.with_layer(layer)
    image = state.images.get(image.id, image)
    state = state.with_image(image)
    events: tuple[Event, ...] = ()
    if wish.reference is not None:
        tagged = point(state, wish.reference, image, now=now)
        state, events = tagged.state, tagged.events
    return Outcome(state, image.id, (*events, image_event(image, "import", now)))


def _config_json(layer: Layer, wish: Wanted, now: int, comment: str) -> bytes:
    """Return the image's configuration, with Docker's keys in Docker's order."""
    created = format_time(now)
    fields: dict[str, Any] = {
        "architecture": "amd64",
        "comment": comment,
        "config": wish.config.to_json(),
        "container_config": Config().to_json(),
        "created": created,
        "docker_version": DOCKER_VERSION,
        "history": [{"created": created, "comment": comment}],
        "os": wish.os,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
    }
    return gojson.dumps(fields).encode()
