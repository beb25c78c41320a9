"""Where the entries of a tar come to lie: one after the other, as a daemon unpacks them.

A path leads through the symbolic links that the same tar has brought, and never out of its root.
What a tool would see under two names is thus one file here, too.
"""

from __future__ import annotations

from imagelab.model.node import Kind, Node
from imagelab.model.tree import join_path, parent_of

#: Most symbolic links on the way to one file, as in Linux.
_MAX_LINKS = 40
#: Most parts of paths that are walked along behind links, and entries that are looked at where
#: a folder goes, for all of a tar.
_MAX_PARTS = 1 << 20


class PlaceError(ValueError):
    """A path that leads nowhere; as Linux words it."""


class Places:
    """What a tar has brought so far.

    Attributes:
        nodes: by the path where it lies.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.nodes: dict[str, Node] = {}
        self._folders = {"": ""}  # where those that were asked for lie
        self._made = {""}  # folders that something lies in
        self._left = _MAX_PARTS

    def find(self, path: str) -> str:
        """Return where a path lies: links of its folder are followed, a last one is not.

        Raises:
            PlaceError: there can be nothing.
        """
        parent, _, name = path.rpartition("/")
        folder = self._folders.get(parent)
        if folder is None:
            folder = self._folders[parent] = self._folder(parent, path)
        return join_path(folder, name)

    def put(self, path: str, node: Node) -> None:
        """Have a node at a place that :meth:`find` gave; it replaces what is there.

        Raises:
            PlaceError: too many folders went that way.
        """
        if not node.is_directory and path in self._made:
            self._remove_below(path)
        before = self.nodes.get(path)
        if before is not None and before.kind is Kind.SYMLINK:
            self._folders = {"": ""}
        self.nodes[path] = node

    def _remove_below(self, folder: str) -> None:
        self._left -= len(self.nodes)
        if self._left < 0:
            raise PlaceError(f"/{folder} takes the place of a folder, as too many did before")
        front = f"{folder}/"
        for path in [path for path in self.nodes if path.startswith(front)]:
            del self.nodes[path]
        self._made = {
            path for path in self._made if path != folder and not path.startswith(front)}
        self._folders = {"": ""}

    def _folder(self, path: str, wanted: str) -> str:
        """Return where a folder lies; one that is missing is made, but not behind a link."""
        ahead = path.split("/")[::-1]
        here, links = "", 0
        while ahead:
            part = ahead.pop()
            if part in ("", "."):
                continue
            if part == "..":
                here = parent_of(here)
                continue
            there = join_path(here, part)
            node = self.nodes.get(there)
            if node is not None and node.kind is Kind.SYMLINK:
                links += 1
                parts = node.target.split("/")
                self._left -= len(parts)
                if links > _MAX_LINKS or self._left < 0:
                    raise PlaceError(f"open /{wanted}: too many levels of symbolic links")
                here = "" if node.target.startswith("/") else here
                ahead += parts[::-1]
            elif node is not None and not node.is_directory:
                raise PlaceError(f"open /{wanted}: not a directory")
            elif node is None and links and there not in self._made:
                raise PlaceError(f"open /{wanted}: no such file or directory")
            else:
                here = there
        self._keep(here)
        return here

    def _keep(self, folder: str) -> None:
        while folder not in self._made:
            self._made.add(folder)
            folder = parent_of(folder)
