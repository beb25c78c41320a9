"""The upper directory of an overlay: changes over a tree, with an index of names."""

from __future__ import annotations

from imagelab.model.node import Changes, Kind, Node
from imagelab.model.tree import Tree, join_path, name_of, parent_of


class Upper:
    """Changes over a tree; the one that is written to."""

    def __init__(self, tree: Tree, changes: Changes) -> None:
        """Put changes on a tree; the mapping given stays as it is."""
        self.tree = tree
        self.changes: dict[str, Node] = dict(changes)
        self.names: dict[str, set[str]] = {}
        for path in self.changes:
            if path:
                self.names.setdefault(parent_of(path), set()).add(name_of(path))

    def below(self, path: str) -> Node | None:
        """Return what the tree shows at a path through the changes."""
        entry = self.tree.get(path)
        if entry is None:
            return None
        folder = path
        while folder:
            folder = parent_of(folder)
            over = self.changes.get(folder)
            if over is not None and (over.kind is not Kind.DIRECTORY or over.opaque):
                return None
        return entry.node

    def is_merged(self, path: str) -> bool:
        """Whether a directory shows what lower layers have in it."""
        over = self.changes.get(path)
        return (over is None or not over.opaque) and self.below(path) is not None

    def has_several(self, path: str) -> bool:
        """Whether a directory is merged from several layers, the changes being one."""
        if not path:
            return self.tree.depth > 0
        entry = self.tree.get(path)
        several = path in self.changes or (entry is not None and entry.merged)
        return several and self.is_merged(path)

    def get(self, path: str) -> Node | None:
        """Return what is at a path."""
        node = self.changes.get(path)
        if node is not None:
            return None if node.kind is Kind.WHITEOUT else node
        return self.below(path)

    def put(self, path: str, node: Node) -> None:
        """Have the changes say what is at a path."""
        self.changes[path] = node
        if path:
            self.names.setdefault(parent_of(path), set()).add(name_of(path))

    def drop(self, path: str) -> None:
        """Forget a path and all below it in the changes."""
        stack = [path]
        while stack:
            gone = stack.pop()
            self.changes.pop(gone, None)
            stack.extend(join_path(gone, name) for name in self.names.pop(gone, ()))
        siblings = self.names.get(parent_of(path))
        if siblings is not None:
            siblings.discard(name_of(path))

    def list(self, path: str) -> set[str]:
        """Return the names in a directory."""
        over = self.changes.get(path)
        hidden = over is not None and (over.kind is not Kind.DIRECTORY or over.opaque)
        found = set() if hidden or self.below(path) is None else set(self.tree.names(path))
        for name in self.names.get(path, ()):
            if self.changes[join_path(path, name)].kind is Kind.WHITEOUT:
                found.discard(name)
            else:
                found.add(name)
        return found
