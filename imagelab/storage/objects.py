"""Immutable JSON objects named by the SHA-256 of their text, as git keeps its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from typing import Any

from imagelab.formats.json_text import parsed
from imagelab.storage.database import Database
from imagelab.storage.errors import StorageError
from imagelab.storage.record import Record, damaged

SCHEMA = "CREATE TABLE objects (id TEXT PRIMARY KEY, body TEXT NOT NULL)"

# One text for one value: no white space, ASCII only (lone surrogates survive as escapes), keys in
# the order they were given, since some of that order means something.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def to_json(value: Any) -> str:
    """Return the canonical JSON text of a value.

    Raises:
        StorageError: it is not made of JSON values.
    """
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise StorageError(f"cannot keep a value as JSON: {error}") from None


def from_json(text: Any, where: str) -> Any:
    """Parse a text from disk.

    Raises:
        StorageError: it is no JSON.
    """
    if not isinstance(text, str):
        raise damaged(f"{where} is no text")
    try:
        return parsed(text)
    except ValueError:
        raise damaged(f"{where} is no JSON") from None


class Objects:
    """The table of objects of one lab."""

    def __init__(self, database: Database) -> None:
        """Use a database that has the table."""
        self._database = database

    @property
    def rollbacks(self) -> int:
        """How often objects that had been put were taken back."""
        return self._database.rollbacks

    def has(self, object_id: str) -> bool:
        """Whether an object is there."""
        return bool(self._database.execute("SELECT 1 FROM objects WHERE id = ?", object_id))

    def put(self, kind: str, values: dict[str, Any]) -> str:
        """Keep an object, once; return its name, 64 hexadecimal digits."""
        return self.add(to_json({"kind": kind, **values}))

    def add(self, body: str) -> str:
        """Keep the text of an object, once; return its name."""
        object_id = name_of(body)
        self._database.execute("INSERT OR IGNORE INTO objects VALUES (?, ?)", object_id, body)
        return object_id

    def get(self, object_id: str, kind: str) -> Record:
        """Return an object, its text checked against its name.

        Raises:
            StorageError: it is missing, damaged or of another kind.
        """
        record = self.any(object_id, kind)
        if record.text("kind") != kind:
            raise damaged(f"{_where(object_id, kind)} is something else")
        return record

    def any(self, object_id: str, kind: str = "object") -> Record:
        """Return an object of any kind, its text checked against its name.

        Args:
            object_id: its name.
            kind: what it is called in errors.

        Raises:
            StorageError: it is missing or damaged.
        """
        where = _where(object_id, kind)
        rows = self._database.execute(
            "SELECT body FROM objects WHERE id = ?", object_id.encode("ascii", "replace").decode())
        if not rows:
            raise damaged(f"{where} is missing")
        body = rows[0][0]
        if not isinstance(body, str) or name_of(body) != object_id:
            raise damaged(f"{where} does not match its digest")
        return Record(from_json(body, where), where)

    def names(self) -> Iterator[str]:
        """Yield the names of all."""
        for (object_id,) in self._database.execute("SELECT id FROM objects"):
            yield object_id

    def remove(self, object_ids: Collection[str]) -> None:
        """Remove objects, and let all who use the lab know: see :attr:`removals`."""
        for object_id in object_ids:
            self._database.execute("DELETE FROM objects WHERE id = ?", object_id)
        if object_ids:
            self._database.execute(
                "INSERT INTO meta VALUES ('removals', 1)"
                " ON CONFLICT (key) DO UPDATE SET value = value + 1")

    @property
    def removals(self) -> object:
        """What changes whenever objects are removed, by whichever process."""
        return self._database.execute("SELECT max(value) FROM meta WHERE key = 'removals'")[0][0]


def _where(object_id: str, kind: str) -> str:
    return f"{kind} {object_id[:12]!r}"


def name_of(body: str) -> str:
    """Return the name of an object: the SHA-256 of its text, 64 hexadecimal digits."""
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
