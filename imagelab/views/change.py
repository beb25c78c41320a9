"""What is different between two states of a lab, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.network import Network
from imagelab.model.node import size_of
from imagelab.model.reference import Reference
from imagelab.model.state import State, Volume


@dataclass(frozen=True)
class Moved:
    """A name that points at another image than before.

    Attributes:
        reference: the name.
        before: ID of the image it pointed at.
        after: ID of the one it points at now.
    """

    reference: Reference
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """All that differs between two states, apart from the time and what runs.

    Attributes:
        before: the earlier state.
        after: the later state.
    """

    before: State
    after: State

    @cached_property
    def untagged(self) -> tuple[Reference, ...]:
        """Names that are gone, sorted as Docker sorts them."""
        gone = [each for each in self.before.references if each not in self.after.references]
        return tuple(sorted(gone, key=lambda reference: reference.canonical))

    @cached_property
    def named(self) -> tuple[Reference, ...]:
        """Names that are new."""
        new = [each for each in self.after.references if each not in self.before.references]
        return tuple(sorted(new, key=lambda reference: reference.canonical))

    @cached_property
    def moved(self) -> tuple[Moved, ...]:
        """Names that were moved."""
        old = self.before.references
        return tuple(Moved(each, old[each], now) for each, now in self.after.references.items()
                     if old.get(each, now) != now)

    @cached_property
    def deleted_images(self) -> tuple[Image, ...]:
        """Images that are gone, a child before its parent."""
        gone = [each for key, each in self.before.images.items() if key not in self.after.images]
        return tuple(reversed(gone))

    @cached_property
    def new_images(self) -> tuple[Image, ...]:
        """Images that are new."""
        return tuple(each for key, each in self.after.images.items()
                     if key not in self.before.images)

    @cached_property
    def deleted_layers(self) -> tuple[Layer, ...]:
        """Layers that are gone, each before the one below it."""
        gone = [each for key, each in self.before.layers.items() if key not in self.after.layers]
        return tuple(sorted(gone, key=lambda layer: -layer.depth))

    @cached_property
    def new_layers(self) -> tuple[Layer, ...]:
        """Layers that are new."""
        return tuple(each for key, each in self.after.layers.items()
                     if key not in self.before.layers)

    @cached_property
    def new_containers(self) -> tuple[Container, ...]:
        """Containers that are new."""
        return tuple(each for key, each in self.after.containers.items()
                     if key not in self.before.containers)

    @cached_property
    def removed_containers(self) -> tuple[Container, ...]:
        """Containers that are gone."""
        return tuple(each for key, each in self.before.containers.items()
                     if key not in self.after.containers)

    @cached_property
    def new_volumes(self) -> tuple[Volume, ...]:
        """Volumes that are new."""
        return tuple(each for key, each in self.after.volumes.items()
                     if key not in self.before.volumes)

    @cached_property
    def removed_volumes(self) -> tuple[Volume, ...]:
        """Volumes that are gone."""
        return tuple(each for key, each in self.before.volumes.items()
                     if key not in self.after.volumes)

    @cached_property
    def removed_networks(self) -> tuple[Network, ...]:
        """Networks that are gone."""
        return tuple(each for key, each in self.before.networks.items()
                     if key not in self.after.networks)

    @property
    def freed(self) -> int:
        """Bytes that come free: layers, what removed containers had written, and volumes."""
        return (sum(layer.size for layer in self.deleted_layers)
                + sum(size_of(each.changes) for each in self.removed_containers)
                + sum(size_of(each.changes) for each in self.removed_volumes))

    @property
    def added(self) -> int:
        """Bytes of new layers."""
        return sum(layer.size for layer in self.new_layers)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing differs."""
        return not (
            self.untagged or self.named or self.moved or self.deleted_images or self.new_images
            or self.deleted_layers or self.new_layers or self.new_containers
            or self.removed_containers or self.new_volumes or self.removed_volumes
            or self.removed_networks)

    def is_like(self, other: Change, *, new_ids: bool = True) -> bool:
        """Whether another change is about the same things, whenever it comes.

        Args:
            other: the other one.
            new_ids: whether new images have to have the same IDs.
        """
        return self._outline(new_ids) == other._outline(new_ids)

    def _outline(self, new_ids: bool) -> tuple[object, ...]:
        return (
            self.untagged, self.named,
            [(each.reference, each.before, new_ids and each.after) for each in self.moved],
            [image.id for image in self.deleted_images],
            [new_ids and image.id for image in self.new_images],
            [layer.chain_id for layer in (*self.deleted_layers, *self.new_layers)],
            [container.id for container in (*self.removed_containers, *self.new_containers)],
            [volume.name for volume in (*self.removed_volumes, *self.new_volumes)],
            [network.name for network in self.removed_networks])
