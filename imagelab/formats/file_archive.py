"""Tars of files on their way into a container or out of it: ``docker cp`` and ``docker export``.

They differ from layer tars: names need not be in order, a file may come twice, ``.wh.`` in front
of a name means nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from imagelab.formats import layer_tar, tar_entries
from imagelab.formats.compression import CompressionError, unpacked
from imagelab.formats.layer_tar import LayerError
from imagelab.model.content import CHUNK
from imagelab.model.node import Kind, Node

#: Most files of one archive.
MAX_ENTRIES = 200_000


@dataclass(frozen=True)
class FileEntry:
    """One file of an archive.

    Attributes:
        name: its path in the archive, as written; a directory's without a slash behind it.
        node: what it is.
        link: for one more hard link of a file, the name of one that came before.
    """

    name: str
    node: Node
    link: str = ""


def write(entries: Iterable[FileEntry]) -> Iterator[bytes]:
    """Stream the tar of some files."""
    for entry in entries:
        yield from _header(entry)
        if _holds_content(entry):
            yield from entry.node.content.chunks()
            yield bytes(-entry.node.content.size % layer_tar.BLOCK)
    yield bytes(2 * layer_tar.BLOCK)


def length(entries: Iterable[FileEntry]) -> int:
    """Return the number of bytes that :func:`write` gives, without reading the files."""
    total = 2 * layer_tar.BLOCK
    for entry in entries:
        total += sum(map(len, _header(entry)))
        if _holds_content(entry):
            size = entry.node.content.size
            total += size + -size % layer_tar.BLOCK
    return total


def _holds_content(entry: FileEntry) -> bool:
    return entry.node.kind is Kind.FILE and not entry.link


def _header(entry: FileEntry) -> Iterator[bytes]:
    node = entry.node
    slash = "/" if node.is_directory and not entry.name.endswith("/") else ""
    # The daemon leaves a file's type in its mode.
    return layer_tar.header(
        entry.name + slash, b"1" if entry.link else layer_tar.TYPES[node.kind],
        mode=node.st_mode, uid=node.uid, gid=node.gid,
        mtime=node.mtime // layer_tar.SECOND,
        size=node.content.size if _holds_content(entry) else 0,
        target=entry.link or node.target, device=node.device, ascii_only=True,
        xattrs=tuple(pair for pair in node.xattrs if pair[0] == "security.capability"))


def read_packed(file: BinaryIO) -> Iterator[FileEntry]:
    """Yield the files of a tar, compressed or not, their content to be read at once.

    Raises:
        LayerError: it is no tar, or a damaged or cut one; what came before was good.
    """
    with tempfile.TemporaryFile() as plain:
        try:
            plain.writelines(unpacked(iter(lambda: file.read(CHUNK), b"")))
        except CompressionError as error:
            raise LayerError(str(error)) from error
        yield from _read(plain)


def _read(file: BinaryIO) -> Iterator[FileEntry]:
    try:
        for member in tar_entries.entries(file, MAX_ENTRIES):
            if member.islnk():
                linked = Node(Kind.FILE, member.mode & 0o7777, member.uid, member.gid)
                yield FileEntry(member.name, linked, member.linkname)
            else:
                node = layer_tar.entry_node(member, partial(tar_entries.InFile, file))
                yield FileEntry(member.name, node)
    except tar_entries.TarError as error:
        raise LayerError(str(error)) from error
