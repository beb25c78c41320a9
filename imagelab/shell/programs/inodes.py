"""Numbers that a real file system would give: made-up but stable."""

from __future__ import annotations

import zlib

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node


def inode_of(files: FileSystem, path: str, cwd: str, *, follow: bool = False) -> int:
    """Return a number for a path: equal for hard links, else from the path."""
    node = files.lookup(path, cwd=cwd, follow=follow)
    if node is not None and node.inode:
        # Layers and mounts count from 1 each: the place has a share in the number.
        place = "{}:{}".format(*files.origin(path, cwd=cwd, follow=follow))
        return 1_000_000 + zlib.crc32(f"{place}:{node.inode}".encode()) % (1 << 24)
    return zlib.crc32(files.resolve(path, cwd=cwd, follow=follow).encode(
        "utf-8", "surrogateescape"
    )) % 900_000 + 2


def same_file(
    files: FileSystem, one: str, other: str, cwd: str, *, follow: bool = True,
    follow_other: bool | None = None,
) -> bool:
    """Whether two paths are one file, by their place or as hard links.

    Args:
        files: where they are.
        one: a path.
        other: another.
        cwd: where they start from.
        follow: whether a link there stands for what it leads to.
        follow_other: the same for the other path; as for the first, if left out.
    """
    follow_other = follow if follow_other is None else follow_other
    first = files.lookup(one, cwd=cwd, follow=follow)
    second = files.lookup(other, cwd=cwd, follow=follow_other)
    if first is None or second is None:
        return False
    # Layers count from 1 each, so the number alone does not tell.
    return (first.inode != 0 and first == second) or (
        files.resolve(one, cwd=cwd, follow=follow)
        == files.resolve(other, cwd=cwd, follow=follow_other)
    )


class Links:
    """Hard links that were met before, told apart as :func:`same_file` does."""

    def __init__(self) -> None:
        self._met: dict[int, list[tuple[Node, str]]] = {}

    def first(self, node: Node, path: str) -> str | None:
        """Return the path at which a file was met first; None if that is now."""
        if not node.inode:
            return None
        met = self._met.setdefault(node.inode, [])
        before = next((there for other, there in met if other == node), None)
        if before is None:
            met.append((node, path))
        return before


def block_count(node: Node) -> int:
    """Return the 1K blocks that a file takes: directories one block of 4K."""
    if node.kind is Kind.DIRECTORY:
        return 4
    if node.kind is Kind.FILE:
        return -(-node.size // 4096) * 4
    return 0
