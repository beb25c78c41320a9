"""Events with the attributes that ``docker events`` shows."""

from __future__ import annotations

from typing import Any

from imagelab.engine.lookup import find_container
from imagelab.formats.gotime import SECOND
from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.outcome import Event, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State


def container_event(container: Container, action: str, now: int, **attributes: str) -> Event:
    """Return an event of a container; its labels, image and name are among the attributes."""
    labels = dict(container.config.labels or {})
    base = {**labels, "image": container.config.image, "name": container.name, **attributes}
    return Event("container", action, container.id, dict(sorted(base.items())), now)


def image_event(image: Image, action: str, now: int, name: str = "") -> Event:
    """Return an event of an image; its attribute ``name`` is its ID unless another is given.

    One that is deleted has no labels any more: the daemon looks them up after the deletion.
    """
    labels = {} if action == "delete" else dict(image.config.labels or {})
    own = {**labels, "name": name or image.id}
    return Event("image", action, image.id, dict(sorted(own.items())), now)


def registry_event(state: State, reference: Reference, action: str, now: int) -> Event:
    """Return an event of an image that came from a registry or went there, under a name.

    The labels are those of the image that the name means here; of all tags it means ``latest``.
    """
    image = state.images.get(state.references.get(reference.with_default_tag(), ""))
    labels = dict(image.config.labels or {}) if image else {}
    own = {**labels, "name": reference.familiar_name}
    return Event("image", action, str(reference), dict(sorted(own.items())), now)


def volume_event(name: str, action: str, now: int, **attributes: str) -> Event:
    """Return an event of a volume."""
    own = {"driver": "local", **attributes}
    return Event("volume", action, name, dict(sorted(own.items())), now)


def prune_event(kind: str, reclaimed: int, now: int) -> Event:
    """Return the event of a prune of containers, images and the like, with the bytes freed."""
    return Event(kind, "prune", "", {"reclaimed": str(reclaimed)}, now)


def layer_event(layer: Layer, action: str, now: int) -> Event:
    """Return an event of a layer, which the lab alone reports: by ChainID, with its size."""
    return Event("layer", action, layer.chain_id, {"size": str(layer.size)}, now)


def attach(state: State, name: str, *, now: int) -> Outcome[None]:
    """Note that somebody listens to what a container prints.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    return Outcome(state, None, (container_event(container, "attach", now),))


def document(event: Event) -> dict[str, Any]:
    """Return an event as ``GET /events`` does: some say who acted twice, for old clients."""
    old = {"status": event.action, "id": event.id, "from": event.attributes.get("image", "")}
    if event.type == "image":
        old["from"] = ""
    elif event.type != "container":
        old = {}
    return {
        **{key: value for key, value in old.items() if value},
        "Type": event.type,
        "Action": event.action,
        "Actor": {"ID": event.id, "Attributes": dict(sorted(event.attributes.items()))},
        "scope": "local",
        "time": event.time // SECOND,
        "timeNano": event.time,
    }
