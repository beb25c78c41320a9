"""A layer: what it changes, its place on other layers, and the digests that name it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from imagelab.model.content import Blob
from imagelab.model.node import Changes, size_of
from imagelab.model.tree import Tree


@lru_cache(maxsize=1 << 14)  # a new image on a long chain asks for all of it again
def chain_id_of(parent: str, diff_id: str) -> str:
    """Return a ChainID (OCI image spec, "Layer ChainID").

    The lowest layer's ChainID is its DiffID; every other one's is the SHA-256 of
    ``"<ChainID below> <DiffID>"``.
    """
    if not parent:
        return diff_id
    return f"sha256:{hashlib.sha256(f'{parent} {diff_id}'.encode()).hexdigest()}"


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer on the layers below it. Two layers are the same when their ChainIDs are.

    Attributes:
        diff_id: SHA-256 of the uncompressed layer tar, ``sha256:…``.
        changes: what the layer adds, changes and removes.
        parent: the layer below, None at the bottom.
        blob: the layer's own uncompressed tar if it was loaded, imported or pulled; a layer
            made here has none, since its canonical tar can be written again from ``changes``.
    """

    diff_id: str
    changes: Changes
    parent: Layer | None = None
    blob: Blob | None = None
    chain_id: str = field(init=False)
    depth: int = field(init=False)

    def __post_init__(self) -> None:
        """Derive the ChainID and the number of layers up to this one."""
        below = self.parent.chain_id if self.parent else ""
        object.__setattr__(self, "chain_id", chain_id_of(below, self.diff_id))
        object.__setattr__(self, "depth", 1 + (self.parent.depth if self.parent else 0))

    @cached_property
    def size(self) -> int:
        """Bytes this layer adds, as ``docker history`` counts them."""
        return size_of(self.changes)

    @cached_property
    def total_size(self) -> int:
        """Bytes that this layer and all below add."""
        return self.size + (self.parent.total_size if self.parent else 0)

    @cached_property
    def tree(self) -> Tree:
        """The merged view of this layer and all below."""
        return (self.parent.tree if self.parent else Tree()).over(self.changes)

    @property
    def stack(self) -> tuple[Layer, ...]:
        """All layers up to this one, the lowest first."""
        layers: list[Layer] = []
        layer: Layer | None = self
        while layer:
            layers.append(layer)
            layer = layer.parent
        return tuple(reversed(layers))

    def __eq__(self, other: object) -> bool:
        """Compare by ChainID."""
        return isinstance(other, Layer) and self.chain_id == other.chain_id

    def __hash__(self) -> int:
        """Hash by ChainID."""
        return hash(self.chain_id)
