"""``--cache-from``: steps of images that came from elsewhere, known by their history alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imagelab.engine.child_image import DOCKER_VERSION
from imagelab.formats import gojson
from imagelab.model.config import Config
from imagelab.model.image import Image
from imagelab.model.state import State


def restore(
    state: State, parent: Image | None, step: Config, sources: Sequence[Image],
) -> tuple[State, Image, Image] | None:
    """Find a step in the history of images and make the image of that step again.

    The last step's image is the source itself, which is a child of the parent from now on.

    Args:
        state: the lab.
        parent: the image before the step; None for none.
        step: the configuration of the step's container.
        sources: the images that may serve as a cache.

    Returns:
        The lab, the step's image and the source it came from; None where no history has it.
    """
    done = len(parent.history) if parent else 0
    command = " ".join(step.cmd or ())
    for source in sources:
        if not _begins_with(source, parent) or source.history[done].get("created_by") != command:
            continue
        image = source if done == len(source.history) - 1 else _step_of(source, parent, step, done)
        image = replace(state.images.get(image.id, image), parent=parent.id if parent else "")
        return state.with_image(image), image, source
    return None


def _begins_with(source: Image, parent: Image | None) -> bool:
    """Whether an image has all steps and layers of another one, and more steps."""
    if parent is None:
        return bool(source.history)
    steps, layers = len(parent.history), len(parent.diff_ids)
    return (0 < steps < len(source.history) and source.history[:steps] == parent.history
            and source.diff_ids[:layers] == parent.diff_ids)


def _step_of(source: Image, parent: Image | None, step: Config, done: int) -> Image:
    entry = source.history[done]
    below = len(parent.diff_ids) if parent else 0
    diff_ids = source.diff_ids[: below + (not entry.get("empty_layer"))]
    fields = {
        "architecture": source.json.get("architecture"),
        "author": entry.get("author"),
        "config": step.to_json(),
        "container_config": Config().to_json(),
        "created": entry.get("created"),
        "docker_version": DOCKER_VERSION,
        "history": source.history[: done + 1],
        "os": source.json.get("os"),
        "rootfs": {"type": "layers", **({"diff_ids": diff_ids} if diff_ids else {})},
    }
    present = {key: value for key, value in fields.items() if value is not None}
    return Image(gojson.dumps(present).encode())
