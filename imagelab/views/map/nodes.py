"""The parts of the layer map as values: what a box or an arrow of it knows."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from imagelab.model.reference import Reference
from imagelab.views.files import FileChange


class Mark(enum.Enum):
    """What happened to a part of the map between two states; in one state all is ``KEPT``.

    ``UNTAGGED`` is a name that is gone, or an image that lost its last name and stays because
    others were made from it; ``DANGLING`` one that has become nameless and childless; ``MOVED``
    a name that points at another image now.
    """

    KEPT = "kept"
    NEW = "new"
    UNTAGGED = "untagged"
    DELETED = "deleted"
    MOVED = "moved"
    DANGLING = "dangling"


@dataclass(frozen=True)
class Reason:
    """Why something stays although it lost a user: who else needs it.

    Attributes:
        kind: as :class:`imagelab.engine.usage.Need` has it.
        who: a name, or twelve digits of an ID.
    """

    kind: str
    who: str


@dataclass(frozen=True)
class NameNode:
    """A name with its tag or digest.

    Attributes:
        key: unique in the map.
        mark: what happened to it.
        text: as Docker shows it: ``ubuntu:14.04``.
        digest: ``sha256:…`` of a second name that comes and goes with this one.
    """

    key: str
    mark: Mark
    text: str
    digest: str = ""


@dataclass(frozen=True)
class ImageNode:
    """An image.

    Attributes:
        key: unique in the map.
        mark: what happened to it.
        id: image ID; empty where it is not to be shown.
        size: bytes of all its layers, as ``docker images`` shows it.
        names: how many names point at it.
        children: how many images were committed from it.
        containers: how many containers were made from it.
        dangling: no tag and no child.
        intermediate: no tag, but children; ``docker images`` hides it.
        author: who made it; untrusted, as all texts.
        comment: its commit message.
        reasons: what it stays for, if it lost its last name.
    """

    key: str
    mark: Mark
    id: str
    size: int
    names: int
    children: int
    containers: int
    dangling: bool
    intermediate: bool
    author: str = ""
    comment: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class LayerNode:
    """A layer, drawn once however many images have it.

    Attributes:
        key: unique in the map.
        mark: what happened to it.
        chain_id: its ChainID, which ``docker rmi`` prints.
        diff_id: its DiffID, which ``docker inspect`` lists; empty where it is not to be shown.
        size: bytes that it adds.
        command: the history entry of the step that made it; empty if no image knows it.
        files: what it changes; empty for a layer with very many entries.
        images: how many images have it.
        references: how many images, layers and containers stand right on it.
        reasons: what it stays for, if an image on it was deleted.
        committed: names of the containers whose changes became this layer, as far as they are
            still there.
    """

    key: str
    mark: Mark
    chain_id: str
    diff_id: str
    size: int
    command: str
    files: tuple[FileChange, ...]
    images: int
    references: int
    reasons: tuple[Reason, ...] = ()
    committed: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoldNode:
    """Several nodes drawn as one.

    Attributes:
        key: unique in the map.
        mark: what happened to each of them.
        kind: ``run`` for layers one on the other that the same images have; ``layer``,
            ``image``, ``name`` or ``container`` for what else there is of these.
        members: keys of the nodes in the unfolded map.
        size: bytes that these layers add or containers wrote; 0 for images, which share layers.
        images: how many images have the layers of a run.
        names: how many names point at these images.
    """

    key: str
    mark: Mark
    kind: str
    members: tuple[str, ...]
    size: int = 0
    images: int = 0
    names: int = 0

    @property
    def count(self) -> int:
        """How many nodes it stands for."""
        return len(self.members)


@dataclass(frozen=True)
class ContainerNode:
    """A container.

    Attributes:
        key: unique in the map.
        mark: what happened to it.
        id: container ID; empty where it is not to be shown.
        name: its name.
        image_id: the image it was made from, which may be gone.
        image: that image as ``docker ps`` shows it.
        status: ``created``, ``running``, ``paused`` or ``exited``.
        was: the status before, if that was another; else empty.
        exit_code: of the last run.
        size: bytes in its writable layer.
        files: what the writable layer changes.
    """

    key: str
    mark: Mark
    id: str
    name: str
    image_id: str
    image: str
    status: str
    was: str
    exit_code: int
    size: int
    files: tuple[FileChange, ...]


@dataclass(frozen=True)
class Edge:
    """An arrow.

    Attributes:
        kind: ``name`` (name → image), ``top`` (image → its top layer), ``on`` (layer → layer
            below), ``writable`` (container → the layer it stands on), ``commit`` (container →
            the layer that its changes became) or ``parent`` (image → the image it was
            committed from).
        tail: key of the node it starts at.
        head: key of the node it ends at.
        mark: what happened to it.
    """

    kind: str
    tail: str
    head: str
    mark: Mark


Node = NameNode | ImageNode | LayerNode | FoldNode | ContainerNode


@dataclass(frozen=True)
class Map:
    """All that is drawn.

    Attributes:
        names: in the order of their images, sorted within one.
        images: oldest first.
        layers: every one after the one it stands on.
        containers: oldest first.
        edges: in the order of the nodes they start at.
        disk: bytes of all layers, each counted once.
        total: sum of the images' sizes, as one would add up ``docker images``.
        disk_before: ``disk`` of the state before; None for a map of one state.
        parts: bytes that each image adds to those before it, bases first.
        folds: names, images and containers that are not drawn one by one.
    """

    names: tuple[NameNode, ...]
    images: tuple[ImageNode, ...]
    layers: tuple[LayerNode | FoldNode, ...]
    containers: tuple[ContainerNode, ...]
    edges: tuple[Edge, ...]
    disk: int
    total: int
    disk_before: int | None = None
    parts: tuple[int, ...] = ()
    folds: tuple[FoldNode, ...] = ()

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes; an image stands after its names, a layer after what it stands on."""
        return (*self.names, *self.images, *self.layers, *self.containers, *self.folds)

    @cached_property
    def by_key(self) -> Mapping[str, Node]:
        """All nodes by their keys."""
        return {node.key: node for node in self.nodes}

    @cached_property
    def marks(self) -> frozenset[Mark]:
        """The marks that occur on nodes."""
        return frozenset(node.mark for node in self.nodes)


def name_key(reference: Reference) -> str:
    """Return the key of a name's node."""
    return f"name {reference}"
