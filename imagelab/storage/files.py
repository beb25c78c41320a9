"""The files of a layer or container as objects: short pages of nodes, read when first looked at.

A page ends where the hash of a path says so, not after so many paths. A change of one file among
many then makes one new page, and all others are found kept already.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any

from imagelab.model.node import (
    EMPTY,
    MAX_MAJOR,
    MAX_MINOR,
    WHITEOUT,
    Changes,
    Kind,
    Node,
)
from imagelab.storage.contents import Contents, bytes_from_json, bytes_to_json
from imagelab.storage.record import Record, damaged

_PATHS_A_PAGE = 64  # on average
_KINDS = {kind.value: kind for kind in Kind}
_NAMES = {kind: kind.value for kind in Kind}


class StoredChanges(Mapping[str, Node]):
    """Changes on disk. Any look at them may raise ``StorageError``.

    Attributes:
        object_id: the object they are kept as.
    """

    def __init__(self, object_id: str, read: Callable[[str], dict[str, Node]]) -> None:
        """Remember where they are."""
        self.object_id = object_id
        self._read = read
        self._nodes: dict[str, Node] | None = None

    def _all(self) -> dict[str, Node]:
        if self._nodes is None:
            self._nodes = self._read(self.object_id)
        return self._nodes

    def __getitem__(self, path: str) -> Node:
        return self._all()[path]

    def get(self, path: str, default: Any = None) -> Any:
        """Return the node of a path; views ask for many that are not there."""
        return self._all().get(path, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, path: object) -> bool:
        return path in self._all()

    def items(self) -> ItemsView[str, Node]:
        """Return the paths with their nodes."""
        return self._all().items()

    def values(self) -> ValuesView[Node]:
        """Return the nodes."""
        return self._all().values()


def put_changes(changes: Changes, contents: Contents) -> str:
    """Keep the files of a layer or container; return the object's name.

    Raises:
        StorageError: they cannot be kept.
    """
    objects = contents.objects
    pages: list[str] = []
    page: list[Any] = []
    for path, node in changes.items():
        page.append([path, node_to_json(node, contents)])
        if zlib.crc32(path.encode("utf-8", "surrogatepass")) % _PATHS_A_PAGE == 0:
            pages.append(objects.put("page", {"nodes": page}))
            page = []
    if page:
        pages.append(objects.put("page", {"nodes": page}))
    return objects.put("changes", {"pages": pages})


def get_changes(object_id: str, contents: Contents) -> dict[str, Node]:
    """Read what :func:`put_changes` kept.

    Raises:
        StorageError: it is damaged.
    """
    objects = contents.objects
    nodes: dict[str, Node] = {}
    for page in objects.get(object_id, "changes").texts("pages"):
        for path, node in objects.get(page, "page").rows("nodes", str, dict):
            nodes[path] = node_from_json(node, contents)
    return nodes


def node_to_json(node: Node, contents: Contents) -> dict[str, Any]:
    """Return a node's attributes; those that are as usual are left out."""
    kind = node.kind
    if kind is Kind.WHITEOUT and node == WHITEOUT:
        return {"kind": kind.value}
    values: dict[str, Any] = {"kind": _NAMES[kind], "mode": node.mode}
    for name, value in (
        ("uid", node.uid), ("gid", node.gid), ("mtime", node.mtime), ("target", node.target),
        ("opaque", node.opaque), ("inode", node.inode),
    ):
        if value:
            values[name] = value
    if node.content is not EMPTY and node.content != EMPTY:
        values["content"] = contents.to_json(node.content)
    if node.device != (0, 0):
        values["device"] = list(node.device)
    if node.xattrs:
        values["xattrs"] = [[name, bytes_to_json(value)] for name, value in node.xattrs]
    return values


def node_from_json(value: Any, contents: Contents) -> Node:
    """Read what :func:`node_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    record = Record(value, "node")
    kind = _KINDS.get(record.text("kind"))
    if kind is None:
        raise damaged(f"node has no known kind: {record.text('kind')!r}")
    if kind is Kind.WHITEOUT and len(value) == 1:
        return WHITEOUT
    rare = {name: read(record, name) for name, read in _RARE.items() if name in value} if (
        len(value) > len(_USUAL & value.keys())) else {}
    return Node(
        kind, record.integer("mode"), record.integer("uid", 0), record.integer("gid", 0),
        record.integer("mtime", 0),
        contents.from_json(value["content"]) if "content" in value else EMPTY, **rare)


def _device(record: Record, name: str) -> tuple[int, int]:
    match record.items(name):
        case [int(major), int(minor)] if 0 <= major <= MAX_MAJOR and 0 <= minor <= MAX_MINOR:
            return major, minor
    raise damaged("node has a bad device number")


def _xattrs(record: Record, name: str) -> tuple[tuple[str, bytes], ...]:
    return tuple(_xattr(row) for row in record.items(name))


def _xattr(row: Any) -> tuple[str, bytes]:
    match row:
        case [str(name), data]:
            return name, bytes_from_json(data)
    raise damaged("node has a bad extended attribute")


_USUAL = {"kind", "mode", "uid", "gid", "mtime", "content"}
_RARE: dict[str, Callable[[Record, str], Any]] = {
    "target": Record.text,
    "device": _device,
    "xattrs": _xattrs,
    "opaque": Record.flag,
    "inode": Record.integer,
}
