"""A folder of the host as a tree: looked at when somebody looks, never read ahead."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imagelab.model.content import CHUNK, Content
from imagelab.model.file_error import MESSAGES, FileError
from imagelab.model.node import Kind, Node
from imagelab.model.tree import Entry, Tree

#: Most names that are listed of one folder.
MAX_NAMES = 100_000
_KINDS = {
    stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.DIRECTORY, stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFCHR: Kind.CHARACTER, stat.S_IFBLK: Kind.BLOCK,
}


@dataclass(frozen=True)
class HostFile(Content):
    """The content of a file of the host, read when it is wanted.

    Attributes:
        path: where it is.
        size: its bytes when it was looked at.
    """

    path: Path
    size: int

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from the file.

        Raises:
            FileError: the host does not let us.
        """
        left = self.size - start if length is None else min(length, self.size - start)
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                while left > 0 and (chunk := file.read(min(CHUNK, left))):
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise file_error(error, str(self.path)) from error


def file_error(error: OSError, path: str) -> FileError:
    """Return what the host said as an error of a path in the lab."""
    code = errno.errorcode.get(error.errno or errno.EIO, "EIO")
    return FileError(code if code in MESSAGES else "EACCES", path)


class HostTree(Tree):
    """A folder of the host. Links are shown as they are; nothing follows them out of it."""

    __slots__ = ("folder",)

    def __init__(self, folder: Path) -> None:
        """Show a folder."""
        super().__init__()
        self.folder = folder

    def get(self, path: str) -> Entry | None:
        """Return what is at a path now."""
        host = self.folder / path
        try:
            found = host.lstat()
            kind = _KINDS.get(stat.S_IFMT(found.st_mode), Kind.FIFO)
            target = os.readlink(host) if kind is Kind.SYMLINK else ""
        except (OSError, ValueError):
            return None
        node = Node(
            kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, found.st_mtime_ns,
            target=target)
        if kind is Kind.FILE:
            node = Node(
                kind, node.mode, node.uid, node.gid, node.mtime, HostFile(host, found.st_size))
        return Entry(node, 0)

    def names(self, path: str) -> frozenset[str]:
        """Return the names in a folder now; none if it cannot be listed."""
        try:
            with os.scandir(self.folder / path) as entries:
                return frozenset(entry.name for entry, _ in zip(
                    entries, range(MAX_NAMES), strict=False))
        except (OSError, ValueError):
            return frozenset()
