"""The image that a container or a step of a build makes on top of another one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from imagelab.engine.lookup import check_configuration
from imagelab.formats import gojson
from imagelab.formats.gotime import format_time
from imagelab.model.config import Config
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.state import State

#: The daemon whose behaviour the lab follows; images say which daemon made them.
DOCKER_VERSION = "20.10.24"


def base_image(state: State, image_id: str) -> Image | None:
    """Return the image that another one is to be made from; None for no ID.

    Raises:
        EngineError: it was deleted.
    """
    if not image_id:
        return None
    check_configuration(state, image_id)
    return state.images[image_id]


def add_child(
    state: State, base: Image | None, layer: Layer | None, *, config: Config,
    container_config: Config, now: int, container_id: str = "", author: str = "",
    comment: str = "",
) -> tuple[State, Image]:
    """Add an image with one more step of history to the lab.

    Args:
        state: the lab.
        base: the image it is made from; None for none (``FROM scratch``).
        layer: what the step changed; None if it changed no file.
        config: what its containers are to start with.
        container_config: the configuration of the step's container, whose command the history
            shows.
        now: time of creation.
        container_id: the container it came from; empty for none.
        author: who made it.
        comment: the message of a commit.

    Returns:
        The lab, and the image in it; an image that was there already stays as it was.
    """
    document = _document(
        base, layer, config, container_config, now, container_id, author, comment)
    config_json = _dumps(document, base).encode()
    # Of other texts the encoder may change some, and they are read back.
    parsed = document if config_json.isascii() else None
    made = Image(config_json, parent=base.id if base else "", parsed=parsed)
    if layer is not None:
        state = state.with_layer(layer)
    image = state.images.get(made.id, made)
    return state.with_image(image), image


def _dumps(document: dict[str, Any], base: Image | None) -> str:
    """Return a configuration as JSON; a base's history is written once for all its children."""
    if base is None or not base.history:
        return gojson.dumps(document)
    text = gojson.dumps({**document, "history": document["history"][-1:]})
    # In no other place: quotes inside of texts are escaped, and no label is a list.
    return text.replace('"history":[', f'"history":[{_history_of(base)},', 1)


@lru_cache(maxsize=64)
def _history_of(image: Image) -> str:
    return gojson.dumps(image.history)[1:-1]


def _document(
    base: Image | None, layer: Layer | None, config: Config, container_config: Config, now: int,
    container_id: str, author: str, comment: str,
) -> dict[str, Any]:
    """Return the new image's configuration, with Docker's keys in Docker's order."""
    created = format_time(now)
    entry: dict[str, Any] = {"created": created}
    for key, value in (
        ("author", author), ("created_by", " ".join(container_config.cmd or ())),
        ("comment", comment), ("empty_layer", layer is None),
    ):
        if value:
            entry[key] = value
    diff_ids = [*(base.diff_ids if base else ()), *([layer.diff_id] if layer else [])]
    fields = {
        "architecture": (base.json.get("architecture") if base else "") or "amd64",
        "author": author or None,
        "config": config.to_json(),
        "container": container_id or None,
        "container_config": container_config.to_json(),
        "created": created,
        "docker_version": DOCKER_VERSION,
        "history": [*(base.history if base else ()), entry],
        "os": (base.json.get("os") if base else "") or "linux",
        "rootfs": {"type": "layers", **({"diff_ids": diff_ids} if diff_ids else {})},
    }
    return {key: value for key, value in fields.items() if value is not None}
