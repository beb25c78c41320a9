"""``docker commit``: a container's changes become a layer, and with it an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.tag import point, target_reference
from imagelab.formats import gojson, layer_tar
from imagelab.formats.gotime import format_time
from imagelab.model.config import Config
from imagelab.model.container import Container
from imagelab.model.content import digest_of
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.outcome import EngineError, Event, Outcome
from imagelab.model.state import State

#: The daemon whose behaviour the lab follows; images say which daemon made them.
DOCKER_VERSION = "20.10.24"
#: Where a daemon keeps the configurations of its images.
_IMAGES = "/var/lib/docker/image/overlay2/imagedb/content/sha256"
#: Most layers that the daemon stacks.
MAX_DEPTH = 125


def commit(
    state: State, container_name: str, *, now: int, reference: str = "", author: str = "",
    comment: str = "", config: Config | None = None, changes: Sequence[str] = (),
    pause: bool = True,
) -> Outcome[str]:
    """Make an image out of a container and return its ID.

    A container without changes gives an image without a new layer, only with a history entry
    (case ``commit-29``).

    Args:
        state: the lab.
        container_name: its name or ID.
        now: the image's time of creation.
        reference: the name it is to get; empty for none.
        author: who made it.
        comment: the commit message.
        config: the image's configuration, instead of the container's own.
        changes: Dockerfile instructions that change it (cases ``commit-04`` to ``commit-12``).
        pause: whether a running container is paused meanwhile.

    Raises:
        NotFound: there is no such container.
        EngineError: its image was deleted (case ``rmi-14``; words as lesson ``04-rmi`` recorded).
        BadRequest: the name is none, or a change is none.
    """
    container = find_container(state, container_name)
    config = config or container.config
    if changes:
        from imagelab.engine.changes import changed

        config = changed(config, changes)
    target = target_reference(reference) if reference else None
    base = state.images.get(container.image_id)
    if base is None:
        digits = container.image_id.removeprefix("sha256:")
        raise EngineError(
            f"failed to get digest {container.image_id}: open {_IMAGES}/{digits}: no such file "
            "or directory")
    layer = committed_layer(container)
    image = Image(
        _config_json(base, container, config, layer, now, author, comment),
        parent=base.id,
    )
    if layer is not None:
        state = state.with_layer(layer)
    if image.id in state.images:
        image = state.images[image.id]
    state = state.with_image(image)
    events: tuple[Event, ...] = ()
    if target is not None:
        tagged = point(state, target, image, now=now)
        state, events = tagged.state, tagged.events
    done = container_event(
        container, "commit", now, comment=comment, imageID=image.id,
        imageRef=str(target) if target else "")
    events = (*events, done)
    if pause and container.status == "running":
        events = (container_event(container, "pause", now), *events,
                  container_event(container, "unpause", now))
    return Outcome(state, image.id, events)


def committed_layer(container: Container) -> Layer | None:
    """Return the layer that a container's changes make on its image; None for no changes.

    Raises:
        EngineError: there would be more layers than the daemon allows.
    """
    changes = layer_tar.canonical(container.changes)
    if not changes:
        return None
    if container.layer is not None and container.layer.depth >= MAX_DEPTH:
        raise EngineError("max depth exceeded")
    return Layer(digest_of(layer_tar.write(changes)), changes, container.layer)


def _config_json(
    base: Image, container: Container, config: Config, layer: Layer | None, now: int,
    author: str, comment: str,
) -> bytes:
    """Return the new image's configuration, with Docker's keys in Docker's order."""
    created = format_time(now)
    entry: dict[str, Any] = {"created": created}
    for key, value in (
        ("author", author), ("created_by", " ".join(container.config.cmd or ())),
        ("comment", comment), ("empty_layer", layer is None),
    ):
        if value:
            entry[key] = value
    diff_ids = [*base.diff_ids, *([layer.diff_id] if layer else [])]
    fields = {
        "architecture": base.json.get("architecture") or "amd64",
        "author": author or None,
        "config": config.to_json(),
        "container": container.id,
        "container_config": container.config.to_json(),
        "created": created,
        "docker_version": DOCKER_VERSION,
        "history": [*base.history, entry],
        "os": base.json.get("os") or "linux",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }
    present = {key: value for key, value in fields.items() if value is not None}
    return gojson.dumps(present).encode()
