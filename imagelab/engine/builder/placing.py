"""Placing files in the file system of an image in the making, over whatever is in the way."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Node
from imagelab.model.tree import join_path


def make_folders(files: FileSystem, path: str, mode: int = 0o755) -> None:
    """Make a folder and those above it, as far as they are missing; they are root's.

    Raises:
        FileError: ``ENOTDIR``, with the path that was asked for.
    """
    here = ""
    for part in filter(None, path.split("/")):
        here = join_path(here, part)
        node = files.lookup(f"/{here}")
        if node is None:
            files.mkdir(f"/{here}", mode=mode)
        elif not node.is_directory:
            raise FileError("ENOTDIR", path)


def place(files: FileSystem, path: str, node: Node) -> None:
    """Put a file, link or folder at a path.

    A folder on a folder gives it mode and owner and keeps what is in it; all else that is there
    is removed first.

    Raises:
        FileError: there is no way to it.
    """
    path = f"/{path}"
    there = files.lookup(path, follow=False)
    if there is not None and there.is_directory and node.is_directory:
        files.chown(path, node.uid, node.gid, follow=False)
        files.chmod(path, node.mode)
        return
    if there is not None:
        remove(files, path)
    files.add(path, replace(node, inode=0, opaque=False))


def remove(files: FileSystem, path: str) -> None:
    """Remove a path and all below it."""
    for below, node in reversed(list(files.walk(path))):
        if node.is_directory:
            files.rmdir(below)
        else:
            files.unlink(below)


class Placing:
    """Placing a tree: hard links stay such, and folders keep their times.

    Attributes:
        files: where to.
        paths: what was placed.
    """

    def __init__(self, files: FileSystem) -> None:
        """Begin."""
        self.files = files
        self.paths: list[str] = []
        self._first: dict[object, str] = {}
        self._times: dict[str, int] = {}

    def place(self, path: str, node: Node, key: object = None) -> None:
        """Put something at a path; what has the same key, if not None, is one file.

        Raises:
            FileError: as for :func:`place`.
        """
        self.paths.append(path)
        first = self._first.get(key, path) if key is not None else path
        if first != path:
            if self.files.lookup(f"/{path}", follow=False) is not None:
                remove(self.files, f"/{path}")
            self.files.link(f"/{first}", f"/{path}")
            return
        place(self.files, path, node)
        if key is not None:
            self._first[key] = path
        if node.is_directory:
            self._times[path] = node.mtime

    def set_times(self) -> None:
        """Give folders the times they had, which changed as they were filled."""
        for path, mtime in self._times.items():
            node = self.files.lookup(f"/{path}", follow=False)
            if node is not None and node.is_directory:
                self.files.utime(f"/{path}", mtime)
