"""Who needs what: the reasons why images and layers stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.model.container import Container
from imagelab.model.state import State


@dataclass(frozen=True)
class Need:
    """One reason to keep something.

    Attributes:
        kind: ``reference``, ``child`` (an image committed from it), ``container``, ``image``
            (one whose top layer it is) or ``layer`` (one that lies on it).
        id: the image ID, ChainID or container ID of who needs it; a name for a reference.
        running: for a container, whether it runs.
    """

    kind: str
    id: str
    running: bool = False


def needs_of_image(state: State, image_id: str) -> tuple[Need, ...]:
    """Return what holds an image: its names, its children, the containers made from it."""
    names = [Need("reference", str(ref)) for ref in state.references_of(image_id)]
    children = [Need("child", each) for each in state.images.having("parent", image_id)]
    containers = [
        Need("container", each.id, each.is_active)
        for each in state.containers.values() if each.image_id == image_id
    ]
    return (*names, *children, *containers)


def needs_of_layer(state: State, chain_id: str) -> tuple[Need, ...]:
    """Return what counts as a reference to a layer: images and containers whose top it is.

    Layers that lie on it count too; the daemon counts references the same way.
    """
    images = [Need("image", each) for each in state.images.having("top", chain_id)]
    layers = [Need("layer", each) for each in state.layers.having("below", chain_id)]
    containers = [
        Need("container", each.id, each.is_active) for each in _containers_on(state, chain_id)]
    return (*images, *layers, *containers)


def is_layer_needed(state: State, chain_id: str) -> bool:
    """Whether :func:`needs_of_layer` finds anything."""
    return bool(
        state.images.having("top", chain_id) or state.layers.having("below", chain_id)
        or any(_containers_on(state, chain_id)))


def _containers_on(state: State, chain_id: str) -> Iterator[Container]:
    return (each for each in state.containers.values()
            if each.layer is not None and each.layer.chain_id == chain_id)
