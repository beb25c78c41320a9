"""The merged view of a stack of layers: what a container's root directory shows.

Rules: OCI image layer spec ("Applying changesets", "Whiteouts"): whiteouts and opaque markers
hide only what lower layers put there, whatever the order of entries in the layer itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from imagelab.model.node import Changes, Kind, Node, directory


@dataclass(frozen=True, slots=True)
class Entry:
    """A path of the merged view.

    Attributes:
        node: what is there.
        depth: number of the layer it comes from, counted from 0 at the bottom.
        merged: for a directory, that lower layers have it too and show through.
    """

    node: Node
    depth: int
    merged: bool = False


_NO_NAMES: frozenset[str] = frozenset()
_ROOT = Entry(directory(), -1)


def parent_of(path: str) -> str:
    """Return the directory part of a path; ``""`` is the root."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


def join_path(folder: str, name: str) -> str:
    """Return ``folder/name``, without a leading slash at the root."""
    return f"{folder}/{name}" if folder else name


class Tree:
    """An immutable merged view. Made by :meth:`over`, so that stacks share their parts."""

    __slots__ = ("_children", "_entries", "depth")

    def __init__(
        self,
        entries: Mapping[str, Entry] | None = None,
        children: Mapping[str, frozenset[str]] | None = None,
        depth: int = 0,
    ) -> None:
        """Hold ready-made indexes; use ``Tree()`` for the empty tree."""
        self._entries: Mapping[str, Entry] = entries if entries is not None else {"": _ROOT}
        self._children: Mapping[str, frozenset[str]] = children if children is not None else {}
        self.depth = depth

    def get(self, path: str) -> Entry | None:
        """Return what is at a path (``""`` is the root), without following links."""
        return self._entries.get(path)

    def names(self, path: str) -> frozenset[str]:
        """Return the names in a directory; none if it is no directory."""
        return self._children.get(path, _NO_NAMES)

    def paths(self) -> Iterator[str]:
        """Yield every path, parents before children, names in order; not the root."""
        stack = sorted(self.names(""), reverse=True)
        while stack:
            path = stack.pop()
            yield path
            stack.extend(join_path(path, name) for name in sorted(self.names(path), reverse=True))

    def __len__(self) -> int:
        """Return the number of paths, the root not counted."""
        return len(self._entries) - 1

    def over(self, changes: Changes) -> Tree:
        """Return the tree with one more layer on top; this one stays as it is."""
        return _Merge(self).apply(changes)


class _Merge:
    """One application of a layer: copies of the lower indexes that share untouched parts."""

    def __init__(self, lower: Tree) -> None:
        self.depth = lower.depth
        self.entries = dict(lower._entries)
        self.children: dict[str, frozenset[str]] = dict(lower._children)
        self.touched: dict[str, set[str]] = {}

    def apply(self, changes: Changes) -> Tree:
        for path, node in changes.items():
            self._clear_way(path, node)
        for path in sorted(changes):
            if changes[path].kind is not Kind.WHITEOUT:
                self._put(path, changes[path])
        for folder, names in self.touched.items():
            if names:
                self.children[folder] = frozenset(names)
            else:
                self.children.pop(folder, None)
        return Tree(self.entries, self.children, self.depth + 1)

    def _clear_way(self, path: str, node: Node) -> None:
        """Take away what the layer hides of the lower ones."""
        lower = self.entries.get(path)
        if lower is None or lower.depth == self.depth:
            return
        if node.kind is Kind.DIRECTORY and lower.node.is_directory:
            if node.opaque:
                self._remove_below(path)
        elif path:
            self._remove_below(path)
            del self.entries[path]
            self._names(parent_of(path)).discard(name_of(path))

    def _remove_below(self, path: str) -> None:
        stack = [join_path(path, name) for name in self._names(path)]
        self.touched[path] = set()
        while stack:
            below = stack.pop()
            del self.entries[below]
            stack.extend(join_path(below, name) for name in self._names(below))
            self.touched[below] = set()

    def _names(self, folder: str) -> set[str]:
        names = self.touched.get(folder)
        if names is None:
            names = self.touched[folder] = set(self.children.get(folder, _NO_NAMES))
        return names

    def _put(self, path: str, node: Node) -> None:
        if path:
            self._ensure_folder(parent_of(path))
            self._names(parent_of(path)).add(name_of(path))
        lower = self.entries.get(path)
        merged = node.is_directory and not node.opaque and lower is not None
        self.entries[path] = Entry(node, self.depth, merged)

    def _ensure_folder(self, path: str) -> None:
        """A layer may leave out the parents of what it adds; they are plain directories."""
        missing = []
        while path and not ((entry := self.entries.get(path)) and entry.node.is_directory):
            missing.append(path)
            path = parent_of(path)
        for folder in reversed(missing):
            self._names(parent_of(folder)).add(name_of(folder))
            self.entries[folder] = Entry(directory(), self.depth)
