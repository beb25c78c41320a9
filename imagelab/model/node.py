"""A node: one file, directory, link or device as a layer records it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from imagelab.model.content import Bytes, Content


class Kind(enum.Enum):
    """What a path is. ``WHITEOUT`` says that a lower layer's path is gone (OCI layer spec)."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    FIFO = "fifo"
    CHARACTER = "character"
    BLOCK = "block"
    WHITEOUT = "whiteout"


EMPTY = Bytes()
#: Largest major and minor number that a device has on Linux.
MAX_MAJOR, MAX_MINOR = (1 << 12) - 1, (1 << 20) - 1
_TYPE_BITS = {
    Kind.FILE: 0o100000, Kind.DIRECTORY: 0o040000, Kind.SYMLINK: 0o120000, Kind.FIFO: 0o010000,
    Kind.CHARACTER: 0o020000, Kind.BLOCK: 0o060000,
}


@dataclass(frozen=True, slots=True)
class Node:
    """Metadata and content of one path in one layer.

    Attributes:
        kind: what the path is.
        mode: permission bits, with setuid, setgid and sticky (``0o7777``).
        uid: numeric owner.
        gid: numeric group.
        mtime: time of the last change in nanoseconds since 1970; whole seconds in a layer.
        content: bytes of a regular file.
        target: where a symbolic link points.
        device: major and minor number of a device.
        xattrs: extended attributes, sorted by name.
        opaque: for a directory, that nothing of it shines through from lower layers.
        inode: non-zero and equal for the paths of one layer that are hard links of each other.
    """

    kind: Kind
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    content: Content = EMPTY
    target: str = ""
    device: tuple[int, int] = (0, 0)
    xattrs: tuple[tuple[str, bytes], ...] = ()
    opaque: bool = False
    inode: int = 0

    @property
    def size(self) -> int:
        """Size as ``lstat`` gives it: bytes of a file, length of a link's target, else 0."""
        if self.kind is Kind.FILE:
            return self.content.size
        if self.kind is Kind.SYMLINK:
            return len(self.target.encode("utf-8", "surrogateescape"))
        return 0

    @property
    def st_mode(self) -> int:
        """Mode as ``lstat`` gives it: with bits for what the path is (``S_IFREG`` …)."""
        return _TYPE_BITS.get(self.kind, 0) | self.mode

    @property
    def is_directory(self) -> bool:
        """Whether this is a directory."""
        return self.kind is Kind.DIRECTORY


WHITEOUT = Node(Kind.WHITEOUT, mode=0)

#: What a layer changes: paths without a leading slash (``srv/data/a.txt``) to nodes.
Changes = Mapping[str, Node]


def directory(mode: int = 0o755, mtime: int = 0, *, uid: int = 0, gid: int = 0) -> Node:
    """Return a directory node."""
    return Node(Kind.DIRECTORY, mode, uid, gid, mtime)


def file(content: Content | bytes, mode: int = 0o644, mtime: int = 0) -> Node:
    """Return a regular file's node, owned by root."""
    if isinstance(content, bytes):
        content = Bytes(content)
    return Node(Kind.FILE, mode, mtime=mtime, content=content)


def symlink(target: str, mtime: int = 0) -> Node:
    """Return a symbolic link's node, owned by root."""
    return Node(Kind.SYMLINK, 0o777, mtime=mtime, target=target)


def size_of(changes: Changes) -> int:
    """Return what the daemon counts as a layer's size.

    Directories and whiteouts weigh nothing, symbolic links weigh their target, and a file with
    several hard links counts once (conformance cases ``diff-05``, ``commit-17``).
    """
    seen: set[int] = set()
    total = 0
    for node in changes.values():
        if node.inode:
            if node.inode in seen:
                continue
            seen.add(node.inode)
        total += node.size
    return total
