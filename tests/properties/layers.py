"""The layers of a state as the tars that the lab saves, and what they come to."""

from __future__ import annotations

import hashlib
from collections import defaultdict

from imagelab.formats import layer_tar
from imagelab.model.container import Container
from imagelab.model.layer import Layer
from imagelab.model.node import Kind, Node
from imagelab.model.tree import Tree
from tests.properties import changesets
from tests.properties.changesets import Found, Root, about

_SECOND = 1_000_000_000
#: What the daemon mounts into each container, or makes for that where an image lacks it.
_FOLDERS = ("dev", "dev/pts", "dev/shm", "etc", "proc", "sys")
_FILES = (".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf")


class Layers:
    """What the tars of layers say, each read once."""

    def __init__(self) -> None:
        self._roots: dict[int, tuple[Layer, Root]] = {}
        self._sizes: dict[int, tuple[Layer, int]] = {}

    def root(self, layer: Layer | None) -> Root:
        """Return what a layer and those below come to; its tar is checked against its DiffID."""
        if layer is None:
            return {}
        if id(layer) not in self._roots:
            self._read(layer)
        return self._roots[id(layer)][1]

    def size(self, layer: Layer) -> int:
        """Return the bytes that a layer adds."""
        if id(layer) not in self._sizes:
            self._read(layer)
        return self._sizes[id(layer)][1]

    def _read(self, layer: Layer) -> None:
        tar = b"".join(layer.blob.chunks() if layer.blob else layer_tar.write(layer.changes))
        assert layer.diff_id == f"sha256:{hashlib.sha256(tar).hexdigest()}"
        number = 0
        below = layer.parent
        while below is not None:
            number, below = number + 1, below.parent
        root = changesets.applied(self.root(layer.parent), tar, number)
        # The layers are held, too, so that no other gets the ID of one.
        self._roots[id(layer)] = layer, root
        self._sizes[id(layer)] = layer, changesets.size(tar)

    def of_container(self, container: Container) -> Root:
        """Return all files of a container, those of the daemon included."""
        root = _with_files_of_daemon(self.root(container.layer), container.created)
        return changesets.applied(root, _tar_of(container), -1)

    def written(self, container: Container) -> int:
        """Return the bytes that a container has written."""
        return changesets.size(_tar_of(container))


def _tar_of(container: Container) -> bytes:
    """Return the tar of the layer that a commit of a container makes."""
    return b"".join(layer_tar.write(layer_tar.canonical(container.changes)))


def _with_files_of_daemon(root: Root, created: int) -> Root:
    seconds = created // _SECOND
    wanted = {each: about("directory", 0o755, (0, 0), seconds) for each in _FOLDERS}
    empty = hashlib.sha256().hexdigest()
    wanted |= {each: about("file", 0o755, (0, 0), seconds, content=empty) for each in _FILES}
    wanted["etc/mtab"] = about("symlink", 0o777, (0, 0), seconds, target="/proc/mounts")
    found = dict(root)
    for path, each in sorted(wanted.items()):
        if path in root:
            continue
        found[path] = Found(each, -1)
        folder = found.get(path.rpartition("/")[0])
        if folder is not None:  # which changes with what is put there
            changed = (*folder.about[:4], seconds, *folder.about[5:])
            found[path.rpartition("/")[0]] = Found(changed, -1)
    return found


def in_tree(tree: Tree) -> dict[str, tuple[tuple[object, ...], int]]:
    """Return what a tree of the lab has at each path, and the layer it says that is from."""
    found = {}
    for path in tree.paths():
        entry = tree.get(path)
        assert entry is not None, path
        found[path] = _about(entry.node), entry.depth
    assert len(found) == len(tree), "a tree has paths that no folder of it has"
    return found


def in_root(root: Root) -> dict[str, tuple[tuple[object, ...], int]]:
    """Return the same of what layers come to."""
    return {path: (file.about, file.layer) for path, file in root.items()}


def _about(node: Node) -> tuple[object, ...]:
    content = node.content.digest.removeprefix("sha256:") if node.kind is Kind.FILE else ""
    return about(
        node.kind.value, node.mode, (node.uid, node.gid), node.mtime // _SECOND, content=content,
        target=node.target, device=node.device, xattrs=node.xattrs)


def linked(tree: Tree) -> set[frozenset[str]]:
    """Return which paths a tree has for hard links of one file, where several are left."""
    paths: dict[tuple[int, int], set[str]] = defaultdict(set)
    for path in tree.paths():
        entry = tree.get(path)
        if entry is not None and entry.node.inode:
            paths[entry.depth, entry.node.inode].add(path)
    return {frozenset(each) for each in paths.values() if len(each) > 1}
