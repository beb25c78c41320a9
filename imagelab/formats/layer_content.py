"""A layer's tar as the content of a file, as a registry keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from imagelab.formats import layer_tar
from imagelab.model.content import Blob, Bytes, Content, Slice
from imagelab.model.layer import Layer
from imagelab.model.node import Changes

#: Keeps streamed bytes as a blob of the lab.
Keep = Callable[[Iterator[bytes]], Blob]


@dataclass(frozen=True)
class LayerTar(Content):
    """The canonical tar of a layer, written only where somebody reads it.

    Attributes:
        diff_id: its SHA-256, ``sha256:…``.
        changes: what the layer adds, changes and removes.
    """

    diff_id: str
    changes: Changes = field(compare=False)

    @cached_property
    def size(self) -> int:  # type: ignore[override]
        """Number of bytes of the tar."""
        return layer_tar.length(self.changes)

    @property
    def digest(self) -> str:
        """``sha256:…`` of the tar, which is known."""
        return self.diff_id

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from the tar, without making what lies before the start."""
        left = self.size if length is None else length
        for piece in layer_tar.pieces(self.changes):
            if left <= 0:
                return
            content = Bytes(piece) if isinstance(piece, bytes) else piece
            if start < content.size:
                yield from content.chunks(start, left)
                left -= content.size - start
            start = max(0, start - content.size)


def of_layer(layer: Layer) -> Content:
    """Return a layer's tar: its own bytes where it has them, else the canonical ones."""
    if layer.blob is not None:
        return Slice(layer.blob, 0, layer.blob.size)
    return LayerTar(layer.diff_id, layer.changes)


def read(content: Content, keep: Keep) -> tuple[Changes, Blob | None]:
    """Return what a layer's tar changes, and its bytes as a blob unless it is canonical.

    Raises:
        LayerError: it is no tar of a layer.
    """
    if isinstance(content, LayerTar):
        return content.changes, None
    blob = _whole_blob(content) or keep(content.chunks())
    return layer_tar.read(blob), blob


def digest_of(content: Content) -> str:
    """Return ``sha256:…`` of a content, without reading what is named by its digest."""
    blob = _whole_blob(content)
    return blob.digest if blob else content.digest


def _whole_blob(content: Content) -> Blob | None:
    if isinstance(content, Slice) and (content.offset, content.size) == (0, content.blob.size):
        return content.blob
    return None
