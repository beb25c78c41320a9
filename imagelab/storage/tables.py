"""Tables as objects: the rows that tables have in common once, and of each what it has besides."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from imagelab.model.table import Table, most_changes
from imagelab.storage.memory import Memory
from imagelab.storage.objects import Objects
from imagelab.storage.record import Record, damaged

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class Rows(Generic[K, V]):
    """How the rows of tables of one kind are kept.

    Attributes:
        kind: of what.
        table: makes a table.
        put: keeps a row and returns it as JSON.
        put_key: returns a key as JSON.
        get: reads what ``put`` returned; ``StorageError`` for anything else.
        get_key: reads what ``put_key`` returned, likewise.
    """

    kind: str
    table: Callable[[Mapping[K, V]], Table[K, V]]
    put: Callable[[K, V], Any]
    put_key: Callable[[K], Any]
    get: Callable[[Any], tuple[K, V]]
    get_key: Callable[[Any], K]


def put_table(
    table: Table[K, V], rows: Rows[K, V], objects: Objects, memory: Memory,
) -> dict[str, Any]:
    """Keep a table, and return what is to be kept of it in the state."""
    base, changed, gone = table.parts
    object_id = memory.base(base, lambda: objects.put(
        rows.kind, {"rows": [rows.put(*row) for row in base.items()]}))
    return {"base": object_id, "changed": [rows.put(*row) for row in changed.items()],
            "gone": [rows.put_key(key) for key in gone]}


def get_table(value: Any, rows: Rows[K, V], objects: Objects) -> Table[K, V]:
    """Read what :func:`put_table` returned.

    Raises:
        StorageError: it is something else.
    """
    if isinstance(value, list):  # of format 1, where each state had all rows
        return rows.table(dict(map(rows.get, value)))
    parts = Record(value, rows.kind)
    base = objects.get(parts.text("base"), rows.kind).items("rows")
    changed, gone = parts.items("changed"), parts.items("gone")
    if len(changed) + len(gone) > most_changes(len(base)):  # each costs as much as all before it
        raise damaged(f"{rows.kind} have more changes than were ever written")
    return rows.table(dict(map(rows.get, base))).with_changes(
        dict(map(rows.get, changed)), map(rows.get_key, gone))
