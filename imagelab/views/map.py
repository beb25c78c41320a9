"""The layer map as a value: names → images → layers ← containers, of one state or of two.

What is drawn and how each part is marked is decided here, once; pictures and texts only say it.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from imagelab.engine.containers import displayed_image
from imagelab.engine.usage import Need, needs_of_image, needs_of_layer
from imagelab.model.container import Container
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.node import size_of
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.views.files import FileChange, file_changes

#: Layers with more entries than this show no files; they are bases, and not worth a look here.
MAX_ENTRIES = 50

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


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
        id: image ID.
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
        diff_id: its DiffID, which ``docker inspect`` lists.
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
    """A run of layers drawn as one, since nothing happens in it.

    Attributes:
        key: unique in the map.
        mark: always ``KEPT``.
        layers: how many.
        size: bytes of them all.
        images: how many images have them.
    """

    key: str
    mark: Mark
    layers: int
    size: int
    images: int


@dataclass(frozen=True)
class ContainerNode:
    """A container.

    Attributes:
        key: unique in the map.
        mark: what happened to it.
        id: container ID.
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

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes; an image stands after its names, a layer after what it stands on."""
        return (*self.names, *self.images, *self.layers, *self.containers)

    @cached_property
    def marks(self) -> frozenset[Mark]:
        """The marks that occur on nodes."""
        return frozenset(node.mark for node in self.nodes)


def layer_map(after: State, before: State | None = None) -> Map:
    """Draw up the map of a state, or of what became of another one."""
    return _Comparison(_Index(before or after), _Index(after), before is not None).map()


def name_key(reference: Reference) -> str:
    """Return the key of a name's node."""
    return f"name {reference}"


class _Index:
    """A state with the look-ups that a map needs, so that large labs stay quick."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.stacks: dict[str, tuple[Layer, ...]] = {}
        for image in state.images.values():
            top = state.layer_of(image)
            self.stacks[image.id] = top.stack if top else ()
        self.tagged = {target for ref, target in state.references.items() if ref.tag}
        self.names = Counter(state.references.values())
        self.children = Counter(image.parent for image in state.images.values())
        self.containers = Counter(each.image_id for each in state.containers.values())
        self.in_images = Counter(
            layer.chain_id for stack in self.stacks.values() for layer in stack)
        self.references = Counter(_direct_users(state))

    @cached_property
    def layers(self) -> Mapping[str, Layer]:
        """All layers, each after the one below it, in the order of images and containers."""
        found: dict[str, Layer] = {}
        tops = [each.layer.stack for each in self.state.containers.values() if each.layer]
        rest = sorted(self.state.layers.values(), key=lambda layer: layer.depth)
        for stack in (*self.stacks.values(), *tops, rest):
            for layer in stack:
                if layer.chain_id in self.state.layers:
                    found.setdefault(layer.chain_id, layer)
        return found

    @cached_property
    def commands(self) -> Mapping[str, str]:
        """The history entry behind each layer that an image has."""
        found: dict[str, str] = {}
        for image in self.state.images.values():
            made = [entry for entry in image.history if not entry.get("empty_layer")]
            if len(made) == len(image.chain_ids):
                for chain_id, entry in zip(image.chain_ids, made, strict=True):
                    found.setdefault(chain_id, str(entry.get("created_by") or ""))
        return found

    @property
    def disk(self) -> int:
        """Bytes of all layers."""
        return sum(layer.size for layer in self.state.layers.values())

    @cached_property
    def parts(self) -> tuple[int, ...]:
        """Bytes that each image adds to those before it, bases first."""
        added: list[int] = []
        seen: set[str] = set()
        for stack in sorted(self.stacks.values(), key=len):
            new = [layer for layer in stack if layer.chain_id not in seen]
            seen.update(layer.chain_id for layer in new)
            added.append(sum(layer.size for layer in new))
        return tuple(added)

    @cached_property
    def commits(self) -> Mapping[str, tuple[Container, ...]]:
        """The containers whose changes became a layer, by its ChainID.

        A commit leaves the container's ID in the configuration. An image from elsewhere may
        name an ID that means another container here; one that stands elsewhere is no match.
        """
        found: dict[str, tuple[Container, ...]] = {}
        for image in self.state.images.values():
            container = self.state.containers.get(str(image.json.get("container") or ""))
            layers = self.stacks[image.id]
            if container is None or not layers or layers[-1].parent != container.layer:
                continue
            if not image.history or not image.history[-1].get("empty_layer"):
                chain_id = image.chain_id
                found[chain_id] = (*found.get(chain_id, ()), container)
        return found

    def size(self, image_id: str) -> int:
        """Bytes of an image's layers."""
        return sum(layer.size for layer in self.stacks[image_id])

    def is_nameless(self, image_id: str) -> bool:
        """Whether ``docker images`` would show ``<none>``."""
        return image_id not in self.tagged

    def is_dangling(self, image_id: str) -> bool:
        """Whether ``docker images -f dangling=true`` would list it."""
        return self.is_nameless(image_id) and not self.children[image_id]


def _direct_users(state: State) -> Iterable[str]:
    """Yield a ChainID for everything that stands right on that layer."""
    for image in state.images.values():
        yield image.chain_id
    for layer in state.layers.values():
        if layer.parent is not None:
            yield layer.parent.chain_id
    for container in state.containers.values():
        if container.layer is not None:
            yield container.layer.chain_id


def _union(before: Mapping[K, V], after: Mapping[K, V]) -> dict[K, V]:
    """Return all there ever was, the later version of each, in the order of the first."""
    return {**before, **after}


class _Comparison:
    """Two indexed states on the way to a map; both are the same for a map of one state."""

    def __init__(self, before: _Index, after: _Index, compared: bool) -> None:
        self.before = before
        self.after = after
        self.compared = compared

    def map(self) -> Map:
        old, new = self.before.state, self.after.state
        images = [self._image(each) for each in _union(old.images, new.images).values()]
        layers = [self._layer(each)
                  for each in _union(self.before.layers, self.after.layers).values()]
        containers = [self._container(each)
                      for each in _union(old.containers, new.containers).values()]
        return Map(
            tuple(self._names()), tuple(images), tuple(layers), tuple(containers),
            tuple(self._edges()), self.after.disk,
            sum(self.after.size(image_id) for image_id in new.images),
            self.before.disk if self.compared else None, self.after.parts)

    # --- nodes -----------------------------------------------------------------------------

    def _names(self) -> list[NameNode]:
        old, new = self.before.state.references, self.after.state.references
        order = {image_id: at for at, image_id in
                 enumerate(_union(self.before.state.images, self.after.state.images))}
        both = sorted(_union(old, new).items(), key=lambda item: (
            order.get(item[1], -1), bool(item[0].digest), str(item[0])))
        return [
            NameNode(name_key(ref), _name_mark(ref, old, new), str(ref), self._digests.get(ref, ""))
            for ref, _ in both if ref not in self._companions]

    @cached_property
    def _companions(self) -> Mapping[Reference, Reference]:
        """Names by digest that share a tag's fate, each with that tag: a pull gives both.

        They are drawn in the tag's box; two boxes would say the same thing twice.
        """
        old, new = self.before.state.references, self.after.state.references
        tags: dict[tuple[str, str | None, str | None], Reference] = {}
        for ref in _union(old, new):
            if ref.tag:
                tags.setdefault((ref.name, old.get(ref), new.get(ref)), ref)
        found = ((ref, tags.get((ref.name, old.get(ref), new.get(ref))))
                 for ref in _union(old, new) if ref.digest and not ref.tag)
        return {ref: tag for ref, tag in found if tag is not None}

    @cached_property
    def _digests(self) -> Mapping[Reference, str]:
        return {tag: ref.digest for ref, tag in self._companions.items()}

    def _image(self, image: Image) -> ImageNode:
        index = self.after if image.id in self.after.state.images else self.before
        mark = self._image_mark(image.id)
        dangling = index.is_dangling(image.id)
        return ImageNode(
            key=f"image {image.id}", mark=mark, id=image.id, size=index.size(image.id),
            names=index.names[image.id], children=index.children[image.id],
            containers=index.containers[image.id], dangling=dangling,
            intermediate=index.is_nameless(image.id) and not dangling,
            author=image.author, comment=image.comment,
            reasons=self._reasons(needs_of_image(self.after.state, image.id))
            if mark in (Mark.UNTAGGED, Mark.DANGLING) else ())

    def _image_mark(self, image_id: str) -> Mark:
        old, new = self.before, self.after
        mark = _presence(image_id, old.state.images, new.state.images)
        if mark is Mark.KEPT:
            if new.is_dangling(image_id) and not old.is_dangling(image_id):
                return Mark.DANGLING
            if new.is_nameless(image_id) and not old.is_nameless(image_id):
                return Mark.UNTAGGED
        return mark

    def _layer(self, layer: Layer) -> LayerNode:
        chain_id = layer.chain_id
        index = self.after if chain_id in self.after.state.layers else self.before
        few = len(layer.changes) <= MAX_ENTRIES
        return LayerNode(
            key=f"layer {chain_id}",
            mark=_presence(chain_id, self.before.state.layers, self.after.state.layers),
            chain_id=chain_id, diff_id=layer.diff_id, size=layer.size,
            command=self.after.commands.get(chain_id) or self.before.commands.get(chain_id, ""),
            files=file_changes(layer.changes, layer.parent) if few else (),
            images=index.in_images[chain_id], references=index.references[chain_id],
            reasons=self._reasons(needs_of_layer(self.after.state, chain_id))
            if chain_id in self._lost_tops else (),
            committed=tuple(dict.fromkeys(
                each.name for each in index.commits.get(chain_id, ()))))

    @cached_property
    def _lost_tops(self) -> frozenset[str]:
        """ChainIDs of the top layers of the images that went."""
        kept = self.after.state.images
        return frozenset(image.chain_id for image_id, image
                         in self.before.state.images.items() if image_id not in kept)

    def _container(self, container: Container) -> ContainerNode:
        old, new = self.before.state.containers, self.after.state.containers
        previous = old.get(container.id, container)
        here = self.after.state if container.id in new else self.before.state
        few = len(container.changes) <= MAX_ENTRIES
        return ContainerNode(
            key=f"container {container.id}", mark=_presence(container.id, old, new),
            id=container.id, name=container.name, image_id=container.image_id,
            image=_image_name(here, container),
            status=container.status,
            was=previous.status if previous.status != container.status else "",
            exit_code=container.exit_code, size=size_of(container.changes),
            files=file_changes(container.changes, container.layer) if few else ())

    def _reasons(self, needs: Iterable[Need]) -> tuple[Reason, ...]:
        return tuple(Reason(need.kind, self._who(need)) for need in needs)

    def _who(self, need: Need) -> str:
        state = self.after.state
        if need.kind == "reference":
            return need.id
        if need.kind == "container":
            return state.containers[need.id].name
        if need.kind == "layer":
            return short_id(state.layers[need.id].diff_id)
        tags = [str(ref) for ref in state.references_of(need.id) if ref.tag]
        return tags[0] if tags else short_id(need.id)

    # --- edges -----------------------------------------------------------------------------

    def _edges(self) -> list[Edge]:
        old, new = (_edges_of(index, self._companions) for index in (self.before, self.after))
        moved = {ref for ref, target in self.after.state.references.items()
                 if self.before.state.references.get(ref, target) != target}
        moved_keys = {name_key(reference) for reference in moved}
        return [Edge(*edge, self._edge_mark(edge, old, new, moved_keys))
                for edge in _union(old, new)]

    def _edge_mark(
        self, edge: _Ends, old: Mapping[_Ends, None], new: Mapping[_Ends, None],
        moved: set[str],
    ) -> Mark:
        mark = _presence(edge, old, new)
        if edge[0] == "name" and mark is Mark.DELETED:
            return Mark.UNTAGGED
        if edge[0] == "name" and mark is Mark.NEW and edge[1] in moved:
            return Mark.MOVED
        return mark


_Ends = tuple[str, str, str]


def _edges_of(index: _Index, left_out: Mapping[Reference, Reference]) -> dict[_Ends, None]:
    state = index.state
    edges: dict[_Ends, None] = {}
    for reference, image_id in state.references.items():
        if reference in left_out:
            continue
        edges["name", name_key(reference), f"image {image_id}"] = None
    for image in state.images.values():
        if stack := index.stacks[image.id]:
            edges["top", f"image {image.id}", f"layer {stack[-1].chain_id}"] = None
        if image.parent in state.images:
            edges["parent", f"image {image.id}", f"image {image.parent}"] = None
    for layer in index.layers.values():
        if layer.parent is not None:
            edges["on", f"layer {layer.chain_id}", f"layer {layer.parent.chain_id}"] = None
    for container in state.containers.values():
        if container.layer is not None:
            edges["writable", f"container {container.id}",
                  f"layer {container.layer.chain_id}"] = None
    for chain_id, found in index.commits.items():
        for container in found:
            edges["commit", f"container {container.id}", f"layer {chain_id}"] = None
    return edges


def _presence(key: K, old: Mapping[K, object], new: Mapping[K, object]) -> Mark:
    if key not in new:
        return Mark.DELETED
    return Mark.KEPT if key in old else Mark.NEW


def _name_mark(
    reference: Reference, old: Mapping[Reference, str], new: Mapping[Reference, str],
) -> Mark:
    if reference not in new:
        return Mark.UNTAGGED
    if reference not in old:
        return Mark.NEW
    return Mark.KEPT if old[reference] == new[reference] else Mark.MOVED


def _image_name(state: State, container: Container) -> str:
    shown = displayed_image(state, container)
    return short_id(shown) if shown == container.image_id else shown
