"""The lab as one value: all that a command can see or change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.network import Network
from imagelab.model.node import Changes
from imagelab.model.reference import Reference
from imagelab.model.table import Table


@dataclass(frozen=True)
class Volume:
    """A volume: files that outlive the containers they are mounted in.

    Attributes:
        name: 64 hexadecimal digits where the daemon chose it.
        created: time of creation, nanoseconds since 1970.
        changes: its files, under paths relative to its root.
        labels: what its maker wrote on it; None for nothing.
    """

    name: str
    created: int
    changes: Changes = field(default_factory=dict)
    labels: Mapping[str, str] | None = None


def layer_table(layers: Iterable[Layer] = ()) -> Table[str, Layer]:
    """Return layers by ChainID, listed by the one ``below`` each."""
    return Table({each.chain_id: each for each in layers}, below=_chain_id_below)


def image_table(images: Iterable[Image] = ()) -> Table[str, Image]:
    """Return images by ID, listed by ``parent``, by ``top`` layer and by the ID's ``front``."""
    return Table({each.id: each for each in images}, parent=_parent, top=_top, front=_front)


def reference_table(references: Mapping[Reference, str] | None = None) -> Table[Reference, str]:
    """Return image IDs by reference, listed by ``image``."""
    return Table(references, image=str)


def _chain_id_below(layer: Layer) -> str:
    return layer.parent.chain_id if layer.parent else ""


def _parent(image: Image) -> str:
    return image.parent


def _top(image: Image) -> str:
    return image.chain_id


def _front(image: Image) -> str:
    return image.id[:FRONT]


#: Length of the part of an image ID by which images are listed: ``sha256:`` and three digits.
FRONT = len("sha256:") + 3


@dataclass(frozen=True)
class State:
    """Everything a daemon holds. Changing it means making another one.

    Attributes:
        layers: by ChainID.
        images: by image ID.
        references: names with a tag or digest, to image IDs.
        containers: by ID, in order of creation.
        clock: time of the last command, nanoseconds since 1970.
        counter: how many IDs have been handed out.
        volumes: by name.
        logins: names of the accounts logged in with, by registry host.
        hub: files of the simulated Hub's store: what was pushed to it.
        networks: by name, those that were made.
        pools: how many pools of addresses have been gone through for new networks.
        sources: repositories that a layer is known to be in, ``docker.io/library/ubuntu``, by
            DiffID; the one heard of last at the end.
    """

    layers: Table[str, Layer] = field(default_factory=layer_table)
    images: Table[str, Image] = field(default_factory=image_table)
    references: Table[Reference, str] = field(default_factory=reference_table)
    containers: Mapping[str, Container] = field(default_factory=dict)
    clock: int = 0
    counter: int = 0
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    logins: Mapping[str, str] = field(default_factory=dict)
    hub: Changes = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)
    pools: int = 0

    def with_image(self, image: Image) -> Self:
        """Return the state with an image added or replaced."""
        return replace(self, images=self.images.with_row(image.id, image))

    def without_image(self, image_id: str) -> Self:
        """Return the state without an image; those committed from it have no parent then."""
        images = self.images.without(image_id)
        for child in self.children_of(image_id):
            images = images.with_row(child.id, replace(child, parent=""))
        return replace(self, images=images)

    def with_layer(self, layer: Layer) -> Self:
        """Return the state with a layer registered; one with its ChainID stays as it was."""
        known = self.layers.get(layer.chain_id, layer)
        return replace(self, layers=self.layers.with_row(layer.chain_id, known))

    def without_layer(self, layer: Layer) -> Self:
        """Return the state without a layer."""
        return replace(self, layers=self.layers.without(layer.chain_id))

    def with_container(self, container: Container) -> Self:
        """Return the state with a container added or replaced.

        What it wrote to its volumes is in the volumes, and in all that mount them.
        """
        state = replace(self, containers={**self.containers, container.id: container})
        for point, name in container.volumes.items():
            if name in state.volumes:
                written = replace(state.volumes[name], changes=container.mounts[point])
                state = state.with_volume(written)
        return state

    def with_volume(self, volume: Volume) -> Self:
        """Return the state with a volume added or replaced, wherever it is mounted."""
        containers = {key: _mounting(each, volume) for key, each in self.containers.items()}
        volumes = {**self.volumes, volume.name: volume}
        return replace(self, containers=containers, volumes=volumes)

    def without_container(self, identifier: str) -> Self:
        """Return the state with a container gone."""
        rest = {key: value for key, value in self.containers.items() if key != identifier}
        return replace(self, containers=rest)

    def with_reference(self, reference: Reference, image_id: str) -> Self:
        """Return the state with a name pointing at an image, wherever it pointed before."""
        return replace(self, references=self.references.with_row(reference, image_id))

    def without_references(self, *gone: Reference) -> Self:
        """Return the state without some names."""
        references = self.references
        for each in gone:
            references = references.without(each)
        return replace(self, references=references)

    def references_of(self, image_id: str) -> tuple[Reference, ...]:
        """Return the names of an image, sorted as Docker lists them: written out in full."""
        found = self.references.having("image", image_id)
        if len(found) < 2:
            return tuple(found)
        return tuple(sorted(found, key=lambda reference: reference.canonical))

    def children_of(self, image_id: str) -> tuple[Image, ...]:
        """Return the images committed from one."""
        return tuple(self.images[each] for each in self.images.having("parent", image_id))

    def layer_of(self, image: Image) -> Layer | None:
        """Return an image's top layer."""
        return self.layers.get(image.chain_id)


def _mounting(container: Container, volume: Volume) -> Container:
    """Return a container with a volume's files where it has them mounted."""
    stale = {
        point: volume.changes for point, name in container.volumes.items()
        if name == volume.name and container.mounts[point] is not volume.changes
    }
    return replace(container, mounts={**container.mounts, **stale}) if stale else container
