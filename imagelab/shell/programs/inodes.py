"""Numbers that a real file system would give: made-up but stable."""

from __future__ import annotations

import zlib

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node


def inode_of(files: FileSystem, path: str, cwd: str, *, follow: bool = False) -> int:
    """Return a number for a path: equal for hard links, else from the path."""
    node = files.lookup(path, cwd=cwd, follow=follow)
    if node is not None and node.inode:
        return 1_000_000 + node.inode
    return zlib.crc32(files.resolve(path, cwd=cwd, follow=follow).encode(
        "utf-8", "surrogateescape"
    )) % 900_000 + 2


def same_file(files: FileSystem, one: str, other: str, cwd: str, *, follow: bool = True) -> bool:
    """Whether two paths are one file, by their place or as hard links."""
    first = files.lookup(one, cwd=cwd, follow=follow)
    second = files.lookup(other, cwd=cwd, follow=follow)
    if first is None or second is None:
        return False
    # Layers count from 1 each, so the number alone does not tell.
    return (first.inode != 0 and first == second) or (
        files.resolve(one, cwd=cwd, follow=follow) == files.resolve(other, cwd=cwd, follow=follow)
    )


def block_count(node: Node) -> int:
    """Return the 1K blocks that a file takes: directories one block of 4K."""
    if node.kind is Kind.DIRECTORY:
        return 4
    if node.kind is Kind.FILE:
        return -(-node.size // 4096) * 4
    return 0
