"""Drawing up the map of one state, or of what became of another one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
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
from imagelab.views.files import file_changes
from imagelab.views.map.index import Ends, Index, edges_of
from imagelab.views.map.nodes import (
    ContainerNode,
    Edge,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    NameNode,
    Reason,
    name_key,
)

#: Layers with more entries than this show no files; they are bases, and not worth a look here.
MAX_ENTRIES = 50

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def layer_map(after: State, before: State | None = None) -> Map:
    """Draw up the map of a state, or of what became of another one."""
    return _Comparison(Index(before or after), Index(after), before is not None).map()


class _Comparison:
    """Two indexed states on the way to a map; both are the same for a map of one state."""

    def __init__(self, before: Index, after: Index, compared: bool) -> None:
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
        old, new = (edges_of(index, self._companions) for index in (self.before, self.after))
        moved = {ref for ref, target in self.after.state.references.items()
                 if self.before.state.references.get(ref, target) != target}
        moved_keys = {name_key(reference) for reference in moved}
        return [Edge(*edge, self._edge_mark(edge, old, new, moved_keys))
                for edge in _union(old, new)]

    def _edge_mark(
        self, edge: Ends, old: Mapping[Ends, None], new: Mapping[Ends, None],
        moved: set[str],
    ) -> Mark:
        mark = _presence(edge, old, new)
        if edge[0] == "name" and mark is Mark.DELETED:
            return Mark.UNTAGGED
        if edge[0] == "name" and mark is Mark.NEW and edge[1] in moved:
            return Mark.MOVED
        return mark


def _union(before: Mapping[K, V], after: Mapping[K, V]) -> dict[K, V]:
    """Return all there ever was, the later version of each, in the order of the first."""
    return {**before, **after}


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
