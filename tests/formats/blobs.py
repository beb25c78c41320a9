"""Layer tars in files, as the lab keeps them."""

from __future__ import annotations

import io
import itertools
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from imagelab.formats import layer_tar
from imagelab.model.content import Blob, Bytes, digest_of
from imagelab.model.node import Changes, Node


class Folder:
    """Keeps streams as blobs in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = itertools.count()

    def add(self, chunks: Iterator[bytes]) -> Blob:
        data = b"".join(chunks)
        path = self._path / f"blob{next(self._numbers)}"
        path.write_bytes(data)
        return Blob(digest_of(iter([data])), len(data), path)


def read(data: bytes) -> dict[str, Node]:
    """Read a layer tar out of memory, contents held."""
    return layer_tar.read_stream(
        io.BytesIO(data), lambda offset, size: Bytes(data[offset : offset + size]))


def written(changes: Changes) -> bytes:
    return b"".join(layer_tar.write(changes))


def plain(changes: Changes) -> dict[str, Node]:
    """The changes with contents held in memory and inode numbers counted anew."""
    numbers: dict[int, int] = {}
    return {
        path: replace(
            node, content=Bytes(node.content.read()),
            inode=numbers.setdefault(node.inode, len(numbers) + 1) if node.inode else 0)
        for path, node in sorted(changes.items())}


def tar(*members: tuple[str, Mapping[str, Any]], format: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar that Python's library writes, with attributes of TarInfo and ``data``."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, attributes in members:
            info = tarfile.TarInfo(name)
            fields = dict(attributes)
            data = fields.pop("data", b"")
            info.size = len(data)
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
