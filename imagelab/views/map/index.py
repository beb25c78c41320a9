"""A state with the look-ups that a map needs, and the arrows in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from imagelab.model.container import Container
from imagelab.model.layer import Layer
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.views.map.nodes import name_key

#: An arrow's kind, and the keys of the nodes at its ends.
Ends = tuple[str, str, str]


class Index:
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


def edges_of(index: Index, left_out: Mapping[Reference, Reference]) -> dict[Ends, None]:
    """Return the arrows of a state, without those of some names."""
    state = index.state
    edges: dict[Ends, None] = {}
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
