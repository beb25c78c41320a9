"""What a kept lab's states need: the objects and blobs that can be reached from them.

Each kind of object names others in places of its own. They stand here once more, apart from
:mod:`imagelab.storage.codec`, so that a lab is swept without a state being made; a test holds the
two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from imagelab.storage.objects import Objects
from imagelab.storage.record import Record, damaged


@dataclass
class Reached:
    """What is needed.

    Attributes:
        objects: names of objects.
        blobs: digests of blobs.
    """

    objects: set[str] = field(default_factory=set)
    blobs: set[str] = field(default_factory=set)


def reach(objects: Objects, states: Iterable[str]) -> Reached:
    """Return what some states need, themselves among it.

    Args:
        objects: a lab's.
        states: names of their objects.

    Raises:
        StorageError: one of them is missing or damaged.
    """
    reached = Reached()
    waiting = list(states)
    while waiting:
        name = waiting.pop()
        if name in reached.objects:
            continue
        reached.objects.add(name)
        record = objects.any(name)
        kind = record.text("kind")
        if kind not in _NAMED:
            raise damaged(f"object {name[:12]!r} is of a kind that is not known: {kind!r}")
        for found in _NAMED[kind](record):
            if found.startswith("sha256:"):
                reached.blobs.add(found)
            else:
                waiting.append(found)
    return reached


def _nothing(_: Record) -> Iterator[str]:
    yield from ()


def _rows(record: Record) -> Iterator[str]:
    yield from record.texts("rows")


def _pages(record: Record) -> Iterator[str]:
    yield from record.texts("pages")


def _state(record: Record) -> Iterator[str]:
    for key in ("layers", "images"):
        yield from _table(record.value(key))
    yield from _base(record.value("references"))
    for key in ("containers", "volumes", "networks"):
        value = record.value(key, [])
        yield from record.texts(key, []) if isinstance(value, list) else (record.text(key),)
    if "hub" in record:
        yield record.text("hub")
    if isinstance(record.value("sources", {}), str):
        yield record.text("sources")


def _table(value: Any) -> Iterator[str]:
    """Yield the rows of a table whose rows are objects, as far as they are not in its base."""
    if isinstance(value, list):  # of format 1
        yield from Record({"rows": value}, "a table").texts("rows")
        return
    yield from Record(value, "a table").texts("changed")
    yield from _base(value)


def _base(value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield Record(value, "a table").text("base")


def _layer(record: Record) -> Iterator[str]:
    yield record.text("changes")
    if (parent := record.optional_text("parent")) is not None:
        yield parent
    if record.value("blob") is not None:
        yield Record(record.value("blob"), "layer blob").digest("digest")


def _container(record: Record) -> Iterator[str]:
    for key in ("config", "changes", "logs"):
        yield record.text(key)
    if (layer := record.optional_text("layer")) is not None:
        yield layer
    for key in ("mounts", "processes"):
        yield from record.text_mapping(key).values()
    yield from record.texts("execs", [])


def _page(record: Record) -> Iterator[str]:
    for _, node in record.rows("nodes", str, dict):
        if "content" in node:
            yield from _content(node["content"])


def _content(value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    content = Record(value, "content")
    for key in ("slice", "bytes"):
        if key in content:
            yield content.digest(key)
    for key in ("object", "changes"):
        if key in content:
            yield content.text(key)
    for part in content.items("joined", []):
        yield from _content(part)


#: What an object names, by its kind: other objects by their names, blobs by their digests.
_NAMED: dict[str, Callable[[Record], Iterator[str]]] = {
    "state": _state,
    "layers": _rows, "images": _rows, "containers": _rows, "volumes": _rows, "networks": _rows,
    "references": _nothing, "sources": _nothing, "network": _nothing, "image config": _nothing,
    "configuration": _nothing, "process": _nothing, "exec": _nothing, "log page": _nothing,
    "bytes": _nothing,
    "layer": _layer,
    "image": lambda record: iter([record.text("config")]),
    "container": _container,
    "volume": lambda record: iter([record.text("changes")]),
    "logs": _pages, "changes": _pages,
    "page": _page,
}
