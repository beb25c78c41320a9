"""Bytes from outside that become the lab's own: small ones in memory, large ones as blobs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import BinaryIO

from imagelab.formats import layer_tar
from imagelab.formats.compression import CompressionError, unpacked
from imagelab.formats.file_archive import FileEntry
from imagelab.model.content import CHUNK, Blob, Bytes, Content, Slice
from imagelab.model.node import Changes
from imagelab.model.outcome import EngineError
from imagelab.model.watch import Watch
from imagelab.storage.blobs import BlobStore


def owned(blobs: BlobStore, entries: Iterable[FileEntry]) -> Iterator[FileEntry]:
    """Yield files with content that nobody outside of the lab can change or take away."""
    for entry in entries:
        content = own(blobs, entry.node.content)
        yield replace(entry, node=replace(entry.node, content=content))


def own(blobs: BlobStore, content: Content) -> Content:
    """Return a copy of a content that the lab keeps: in memory, or a large one as a blob."""
    if content.size <= CHUNK:
        return Bytes(content.read())
    return Slice(blobs.add(content.chunks()), 0, content.size)


def layer(blobs: BlobStore, source: BinaryIO, watch: Watch) -> tuple[Blob, Changes]:
    """Keep the tar of a layer, compressed or not, and index it.

    Args:
        blobs: where to keep it.
        source: the tar.
        watch: counts its bytes as they are read.

    Raises:
        EngineError: it is no tar, in the daemon's words.
    """
    try:
        packed = watch("", size_of(source), pieces(source))
        blob = blobs.add(unpacked(packed))
        return blob, layer_tar.read(blob)
    except (CompressionError, layer_tar.LayerError) as error:
        raise EngineError(layer_tar.failure(error)) from error


def pieces(source: BinaryIO) -> Iterator[bytes]:
    """Yield what a file still has."""
    return iter(lambda: source.read(CHUNK), b"")


def size_of(source: BinaryIO) -> int:
    """Return how many bytes a file still has; negative where that cannot be known."""
    if not source.seekable():
        return -1
    at = source.tell()
    size = source.seek(0, os.SEEK_END) - at
    source.seek(at)
    return size
