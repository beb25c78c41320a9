"""A folder of the host as a tree: looked at when somebody looks, never read ahead."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from imagelab.docker.host_files import node_of, read
from imagelab.model.content import Content
from imagelab.model.file_error import MESSAGES, FileError
from imagelab.model.tree import Entry, Tree

#: Most names that are listed of one folder.
MAX_NAMES = 100_000


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
            with suppress(EOFError):
                yield from read(self.path, start, left)
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
            return Entry(node_of(host, host.lstat(), HostFile), 0)
        except (OSError, ValueError):
            return None

    def names(self, path: str) -> frozenset[str]:
        """Return the names in a folder now; none if it cannot be listed."""
        try:
            with os.scandir(self.folder / path) as entries:
                return frozenset(entry.name for entry, _ in zip(
                    entries, range(MAX_NAMES), strict=False))
        except (OSError, ValueError):
            return frozenset()
