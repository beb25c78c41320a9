"""Files of the host as something to extract to.

Names come out of a container, so they are checked once more where they touch the host: nothing
is made outside of the folder that the user named, and no link is followed below it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from imagelab.docker.host_files import KINDS
from imagelab.engine.extract import ExtractError
from imagelab.model.node import Kind, Node
from imagelab.model.tree import parent_of


class HostTarget:
    """A folder of the host; see :class:`imagelab.engine.extract.Target` for the methods."""

    def __init__(self, folder: str) -> None:
        """Write below a folder that the user named, nowhere else."""
        self._folder = folder
        self._known = {folder}

    def kind(self, path: str) -> Kind | None:
        """Return what is there, a link not followed."""
        try:
            return KINDS.get(stat.S_IFMT(os.lstat(path).st_mode), Kind.FILE)
        except OSError:
            return None  # what is made there will say why

    def make_folder(self, path: str) -> None:
        """Make a directory."""
        Path(self._checked(path)).mkdir()

    def remove(self, path: str) -> None:
        """Remove a file or an empty directory."""
        self._checked(path)
        (os.rmdir if self.kind(path) is Kind.DIRECTORY else os.unlink)(path)

    def names(self, path: str) -> list[str]:
        """List a directory."""
        return sorted(os.listdir(self._checked(path)))

    def put(self, path: str, node: Node) -> None:
        """Make a file, a link or a pipe; its owner is whoever runs this."""
        self._checked(path)
        if node.kind is Kind.FILE:
            with open(path, "xb") as file:
                file.writelines(node.content.chunks())
        elif node.kind is Kind.SYMLINK:
            os.symlink(node.target, path)
        elif node.kind is Kind.FIFO and hasattr(os, "mkfifo"):
            os.mkfifo(path)
        else:
            raise ExtractError(f"imagelab does not simulate devices on the host: {path}")
        if node.kind is not Kind.SYMLINK:
            os.chmod(path, node.mode)
        if os.utime in os.supports_follow_symlinks:
            os.utime(path, ns=(node.mtime, node.mtime), follow_symlinks=False)

    def link(self, old: str, path: str, node: Node) -> None:
        """Make a hard link."""
        os.link(self._checked(old), self._checked(path))

    def mark(self, path: str, node: Node) -> None:
        """Give a directory its permissions."""
        os.chmod(self._checked(path), node.mode)

    def set_time(self, path: str, mtime: int) -> None:
        """Give a directory its time."""
        os.utime(self._checked(path), ns=(mtime, mtime))

    def _checked(self, path: str) -> str:
        """Refuse a path that leaves the folder, by its name or through a link.

        Raises:
            ExtractError: it does.
        """
        if path == self._folder:
            return path
        front = self._folder.rstrip("/") + "/"
        names = path.removeprefix(front).split("/")
        strange = any(name in ("", ".", "..") or (os.name == "nt" and any(c in name for c in "\\:"))
                      for name in names)
        if strange or not path.startswith(front):
            raise ExtractError(f"{path} is outside of {self._folder}")
        parent = parent_of(path) or "/"
        while parent not in self._known:
            if self.kind(parent) is not Kind.DIRECTORY:
                raise ExtractError(f"{path} is outside of {self._folder}: {parent} is a link")
            self._known.add(parent)
            parent = parent_of(parent)
        return path
