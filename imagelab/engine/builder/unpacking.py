"""Archives that ``ADD`` unpacks: tars, plain or compressed by gzip, bzip2 or xz."""

from __future__ import annotations

import posixpath
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO

from imagelab.engine.builder.placing import Placing, make_folders
from imagelab.formats import layer_tar, tar_entries
from imagelab.formats.compression import CompressionError, decompressed
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.formats.tar_places import PlaceError, Places
from imagelab.model.content import CHUNK, Content
from imagelab.model.file_error import FileError
from imagelab.model.node import Node

#: Most bytes that an archive may unpack to, and most entries.
MAX_UNPACKED = 4 << 30
MAX_ENTRIES = 100_000
#: Bytes of an archive that are enough to tell whether a tar is in it.
_HEAD = 4 * CHUNK


_PROCESSING = "failed to copy files: Error processing tar file"


def is_archive(content: Content) -> bool:
    """Whether a tar begins in a file, which may be compressed; one without entries is none."""
    with tempfile.SpooledTemporaryFile(_HEAD) as file:
        try:
            for chunk in _plain(content):
                file.write(chunk)
                if file.tell() >= _HEAD:
                    break
        except CompressionError:
            pass
        try:
            return next(tar_entries.entries(file, MAX_ENTRIES), None) is not None  # type: ignore[arg-type]
        except tar_entries.TarError:
            return False


def _plain(content: Content) -> Iterator[bytes]:
    """Stream a file's bytes, decompressed where they are compressed."""
    return decompressed(content.chunks(), zstd=False)


def unpack(
    content: Content, placing: Placing, folder: str, take: Callable[[Node], Node],
) -> None:
    """Unpack an archive into a folder; its owners, modes and times are kept.

    Args:
        content: the archive.
        placing: where to unpack it.
        folder: the folder, which is the root for the archive's names.
        take: takes a node into the lab's keeping.

    Raises:
        DockerfileError: it is damaged, or larger than the lab unpacks.
    """
    places, firsts = Places(), dict[str, str]()
    with _unpacked(content) as file:
        try:
            for member in tar_entries.entries(file, MAX_ENTRIES):
                _add(member, file, places, firsts, placing, folder, take)
        except (tar_entries.TarError, layer_tar.LayerError, PlaceError, FileError) as error:
            raise DockerfileError(f"{_PROCESSING}(exit status 1): {error}") from error
    placing.set_times()


def _add(
    member: tarfile.TarInfo, file: BinaryIO, places: Places, firsts: dict[str, str],
    placing: Placing, folder: str, take: Callable[[Node], Node],
) -> None:
    """Place one entry; names that climb stay below the folder, and so do links.

    ``firsts`` has the first name of each file that has several.
    """
    path = places.find(posixpath.normpath(f"/{member.name}").lstrip("/"))
    if member.islnk():
        member.linkname = places.find(posixpath.normpath(f"/{member.linkname}").lstrip("/"))
    node = layer_tar.node_of(path, member, places.nodes, partial(tar_entries.InFile, file))
    if not path:
        return
    places.put(path, node)
    placed = f"{folder}/{path}".lstrip("/")
    make_folders(placing.files, posixpath.dirname(placed))
    firsts[path] = firsts[member.linkname] if member.islnk() else path
    placing.place(placed, take(node), None if node.is_directory else firsts[path])


@contextmanager
def _unpacked(content: Content) -> Iterator[BinaryIO]:
    """Give an archive as a seekable file that is not compressed."""
    with tempfile.TemporaryFile() as file:
        size = 0
        try:
            for chunk in _plain(content):
                size += len(chunk)
                if size > MAX_UNPACKED:
                    raise DockerfileError("imagelab does not simulate archives of more than "
                                          f"{MAX_UNPACKED >> 30} GiB")
                file.write(chunk)
        except CompressionError as error:
            raise DockerfileError(f"{_PROCESSING}(unexpected EOF): ") from error
        file.seek(0)
        yield file
