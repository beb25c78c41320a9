"""Layer tars, archives of files, image archives and packed streams."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial

from imagelab.formats import (
    archive,
    compression,
    context_tar,
    file_archive,
    layer_tar,
    tar_entries,
)
from imagelab.formats.archive import ArchiveError
from imagelab.formats.compression import CompressionError
from imagelab.formats.context_tar import ContextError
from imagelab.formats.layer_tar import LayerError
from imagelab.formats.tar_entries import InFile
from imagelab.model.content import CHUNK, Blob
from imagelab.model.node import EMPTY, Node
from imagelab.storage.blobs import BlobStore
from tests.fuzz.tars import tar_of

#: Bytes of content that are read of what an input claims to hold.
_READ = 1 << 20


def layer(data: bytes) -> None:
    """A layer that reads writes a canonical tar, which reads as the same.

    Not where a directory has a name that is reserved for whiteouts: a daemon makes it for what
    lies below, and takes it for a whiteout once it stands in a layer by itself.
    """
    try:
        changes = _read(tar_of(data))
    except LayerError:
        return
    if sum(node.content.size for node in changes.values()) > _READ:
        return  # one file under thousands of names
    try:
        written = b"".join(layer_tar.write(changes))
    except tar_entries.TarError:  # the content of the last file is cut
        return
    assert len(written) == layer_tar.length(changes)
    if any(f"/{layer_tar.WHITEOUT_PREFIX}" in f"/{path}" for path in changes):
        return
    again = _read(written)
    assert _plain(again) == _plain(layer_tar.canonical(changes))
    assert b"".join(layer_tar.write(again)) == written


def _read(tar: bytes) -> dict[str, Node]:
    file = io.BytesIO(tar)
    return layer_tar.read_stream(file, partial(InFile, file))


def _plain(changes: Mapping[str, Node]) -> dict[str, tuple[Node, bytes, str]]:
    """Return nodes with their contents, and the first name of each for its number."""
    first: dict[int, str] = {}
    return {
        path: (replace(node, content=EMPTY, inode=0), node.content.read(),
               first.setdefault(node.inode, path) if node.inode else "")
        for path, node in sorted(changes.items())}


def files(data: bytes) -> None:
    """An archive of files, as ``docker cp`` takes it, writes one that reads as the same."""
    try:
        found = _files(tar_of(data))
        if sum(len(each) for _, each in found) > _READ:
            return
        entries = [entry for entry, _ in found]
        written = b"".join(file_archive.write([
            replace(entry, node=replace(entry.node, content=_bytes(content)))
            for entry, content in found]))
    except LayerError:
        return
    assert len(written) == file_archive.length(entries)
    with suppress(LayerError):  # times before 1970 and names of more than Linux has
        assert len(_files(written)) == len(entries)


def context(data: bytes) -> None:
    """A build context: each of its entries has a digest for the cache."""
    with suppress(ContextError, tar_entries.TarError):
        found = context_tar.read(io.BytesIO(tar_of(data)))
        if sum(member.size for member in found.headers.values()) < _READ:
            for path in found.headers:
                found.digest(path)


def _bytes(data: bytes) -> InFile:
    return InFile(io.BytesIO(data), 0, len(data))


def _files(tar: bytes) -> list[tuple[file_archive.FileEntry, bytes]]:
    try:
        return [(entry, entry.node.content.read())
                for entry in file_archive.read_packed(io.BytesIO(tar))]
    except tar_entries.TarError as error:
        raise LayerError(str(error)) from error


@cache
def _store() -> BlobStore:
    return BlobStore()


def image_archive(data: bytes) -> None:
    """An archive for ``docker load``: what it gives is what its digests say."""
    try:
        loaded = archive.read(io.BytesIO(tar_of(data)), _add)
    except ArchiveError:
        return
    for image in loaded:
        assert len(image.layers) == len(image.packed)
        for blob, changes in image.layers:
            assert blob.path.stat().st_size == blob.size
            layer_tar.length(changes)


def _add(chunks: Iterator[bytes]) -> Blob:
    return _store().add(chunks)


def packed(data: bytes) -> None:
    """A packed stream comes in pieces that are no larger than they may be, and has an end."""
    whole = 0
    cut = 1 + data[0] if data else 1
    pieces = (data[at : at + cut] for at in range(1, len(data), cut))
    with suppress(CompressionError):
        for piece in compression.decompressed(pieces):
            assert len(piece) <= max(CHUNK, len(data))
            whole += len(piece)
            if whole > 64 << 20:
                return
