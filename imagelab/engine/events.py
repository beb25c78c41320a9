"""Events with the attributes that ``docker events`` shows."""

from __future__ import annotations

from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.outcome import Event


def container_event(container: Container, action: str, now: int, **attributes: str) -> Event:
    """Return an event of a container; its labels, image and name are among the attributes."""
    labels = dict(container.config.labels or {})
    base = {**labels, "image": container.config.image, "name": container.name, **attributes}
    return Event("container", action, container.id, dict(sorted(base.items())), now)


def image_event(image: Image, action: str, now: int, name: str = "") -> Event:
    """Return an event of an image; its attribute ``name`` is its ID unless another is given."""
    labels = dict(image.config.labels or {})
    return Event("image", action, image.id, {**labels, "name": name or image.id}, now)


def layer_event(layer: Layer, action: str, now: int) -> Event:
    """Return an event of a layer, which the lab alone reports: by ChainID, with its size."""
    return Event("layer", action, layer.chain_id, {"size": str(layer.size)}, now)
