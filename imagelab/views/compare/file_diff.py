"""Which files of two images differ, in the merged view of their layers.

A folder is looked at only through layers that not both images show there, so the work follows
what differs: what a common base holds is never gone through, however large it is.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from imagelab.model.content import CHUNK, Content
from imagelab.model.layer import Layer
from imagelab.model.node import Kind, Node
from imagelab.model.tree import join_path
from imagelab.views.layers.overlay import Found, Through, inside, look, names, paths, root

#: Bytes of equally long contents that one comparison reads, and what a small one counts as.
READ_LIMIT = 64 << 20
_LEAST_READ = 4 << 10
#: Paths that one comparison looks at.
LOOK_LIMIT = 150_000


class Verdict(enum.Enum):
    """How a path differs."""

    ONLY_FIRST = "only_first"
    ONLY_SECOND = "only_second"
    CONTENT = "content"
    METADATA = "metadata"
    UNREAD = "unread"


@dataclass(frozen=True)
class FileDifference:
    """A path that differs.

    Attributes:
        path: without a leading slash.
        verdict: how; ``UNREAD`` is for contents of the same size that were too much to read.
        first: what is there in the first image, and the layer that it comes from; None for
            nothing.
        second: the same of the second image.
        what: which attributes of :class:`Node` differ, ``content`` among them.
        inside: for a directory that only one image has, how much it holds; all of it is in that
            image only and not listed.
        size: bytes of the file, or of all files in such a directory.
    """

    path: str
    verdict: Verdict
    first: Found | None
    second: Found | None
    what: tuple[str, ...] = ()
    inside: int = 0
    size: int = 0

    @property
    def shown(self) -> str:
        """The absolute path; a directory's ends with a slash."""
        found = self.second or self.first
        return f"/{self.path}{'/' if found and found.node.is_directory else ''}"


@dataclass(frozen=True)
class FileDiff:
    """All paths that differ.

    Attributes:
        differences: by path, folders before what is in them.
        complete: whether everything was looked at.
    """

    differences: tuple[FileDifference, ...]
    complete: bool = True

    @cached_property
    def counts(self) -> Counter[Verdict]:
        """How many there are of each kind."""
        return Counter(each.verdict for each in self.differences)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each path is among the differences."""
        return {each.path: at for at, each in enumerate(self.differences)}


def file_diff(first: Layer | None, second: Layer | None) -> FileDiff:
    """Compare the files of two images by their top layers.

    Times of directories do not count, as for ``docker diff``: whatever is done in a directory
    changes them.
    """
    walk = _Walk()
    found = sorted(walk.run(root(first), root(second)), key=lambda each: each.path.split("/"))
    return FileDiff(tuple(found), walk.left > 0)


class _Walk:
    """One comparison, and what it may still look at and read."""

    def __init__(self) -> None:
        self.left = LOOK_LIMIT
        self.reading = Reading(READ_LIMIT)

    def run(self, first: Through, second: Through) -> Iterator[FileDifference]:
        folders = [("", first, second)]
        while folders:
            folder, one, other = folders.pop()
            for path in self.paths(folder, one, other):
                a, b = look(one, path), look(other, path)
                yield from self.compare(path, a, b, one, other)
                if a and b and (a.node.is_directory or b.node.is_directory):
                    folders.append((path, inside(one, path), inside(other, path)))

    def paths(self, folder: str, one: Through, other: Through) -> Iterator[str]:
        """Yield what may differ: what layers have there that not both images show."""
        differing = set(one) ^ set(other)
        for name in set().union(*(names(layer, folder) for layer in differing)):
            if self.left <= 0:
                return
            self.left -= 1
            yield join_path(folder, name)

    def compare(
        self, path: str, a: Found | None, b: Found | None, one: Through, other: Through,
    ) -> Iterator[FileDifference]:
        if a and b:
            if a.node is not b.node and (difference := self.both(path, a, b)):
                yield difference
        elif a or b:
            found, through = (a, one) if a else (b, other)
            assert found is not None
            count, size = 0, found.node.size
            if found.node.is_directory:
                count, size = self.weigh(found for _, found in paths(inside(through, path), path))
            yield FileDifference(path, Verdict.ONLY_FIRST if a else Verdict.ONLY_SECOND, a, b,
                                 inside=count, size=size)

    def weigh(self, found: Iterable[Found]) -> tuple[int, int]:
        """Return how much there is, and the bytes; hard links of a layer weigh once."""
        count = size = 0
        seen: set[tuple[int, int]] = set()
        for each in found:
            if self.left <= 0:
                break
            self.left -= 1
            count += 1
            link = each.layer.depth, each.node.inode
            if not each.node.inode or link not in seen:
                size += each.node.size
            seen.add(link)
        return count, size

    def both(self, path: str, a: Found, b: Found) -> FileDifference | None:
        what = list(metadata(a.node, b.node))
        same = same_content(a.node, b.node, self.reading)
        if same and not what:
            return None
        verdict = Verdict.METADATA if same else Verdict.CONTENT
        if same is None:
            verdict = Verdict.UNREAD
        if not same:
            what.insert(0, "content" if a.node.kind is b.node.kind else "kind")
        return FileDifference(path, verdict, a, b, tuple(what), size=b.node.size)


def metadata(a: Node, b: Node) -> Iterator[str]:
    """Yield which attributes of two nodes differ, apart from kind and content."""
    if a.mode != b.mode and Kind.SYMLINK not in (a.kind, b.kind):
        yield "mode"
    if a.uid != b.uid:
        yield "uid"
    if a.gid != b.gid:
        yield "gid"
    if a.mtime != b.mtime and not a.is_directory and not b.is_directory:
        yield "mtime"
    if a.xattrs != b.xattrs:
        yield "xattrs"


class Reading:
    """What may still be read, in bytes."""

    def __init__(self, limit: int) -> None:
        """Allow so many bytes."""
        self.left = limit

    def take(self, size: int) -> bool:
        """Ask for some bytes; a small file counts for what opening it costs."""
        self.left -= max(size, _LEAST_READ)
        return self.left >= 0


def same_content(a: Node, b: Node, reading: Reading) -> bool | None:
    """Whether two nodes are the same apart from metadata; None if it was too much to read."""
    if a.kind is not b.kind:
        return False
    if a.kind is Kind.FILE:
        return _same_bytes(a.content, b.content, reading)
    return (a.target, a.device) == (b.target, b.device)


def _same_bytes(a: Content, b: Content, reading: Reading) -> bool | None:
    if a.size != b.size:
        return False
    if a == b:
        return True
    try:
        for start in range(0, a.size, CHUNK):
            if not reading.take(min(CHUNK, a.size - start)):
                return None
            if _piece(a, start) != _piece(b, start):
                return False
    except (OSError, EOFError):
        return None
    return True


def _piece(content: Content, start: int) -> bytes:
    return b"".join(content.chunks(start, CHUNK))
