"""Reading JSON that may be damaged or foreign: every look-up checks what it finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from imagelab.model.content import DIGEST
from imagelab.storage.errors import Damaged, StorageError

#: How deep lists and objects of a program may lie in each other; the JSON reader of the oldest
#: Python gives up at about twice that.
MAX_NESTING = 400

_REQUIRED: Any = object()


def damaged(what: str) -> Damaged:
    """Return the error for content that is not what was once written."""
    return Damaged(what)


def is_digest(value: Any) -> bool:
    """Whether a value is ``sha256:`` and 64 lower-case hexadecimal digits."""
    return isinstance(value, str) and DIGEST.fullmatch(value) is not None


def text_of(value: Any) -> str:
    """Return a value that has to be a string.

    Raises:
        StorageError: it is none.
    """
    if not isinstance(value, str):
        raise damaged(f"{str(value)[:40]!r} stands where a text should be")
    return value


class Record:
    """A JSON object from disk. Every method raises ``StorageError`` for what is not as asked."""

    __slots__ = ("_values", "_where")

    def __init__(self, value: Any, where: str) -> None:
        """Take a parsed value that has to be an object; ``where`` goes into errors."""
        self._where = where
        if not isinstance(value, dict):
            raise damaged(f"{where} is no object")
        self._values: dict[str, Any] = value

    def _error(self, key: str) -> StorageError:
        return damaged(f"{self._where} has a bad or missing {key!r}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        """Yield the keys."""
        return iter(self._values)

    def value(self, key: str, default: Any = _REQUIRED) -> Any:
        """Return any JSON value."""
        found = self._values.get(key, default)
        if found is _REQUIRED:
            raise self._error(key)
        return found

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        """Return a string."""
        found = self._values.get(key, default)
        if not isinstance(found, str):
            raise self._error(key)
        return found

    def optional_text(self, key: str) -> str | None:
        """Return a string, or None where it says ``null``."""
        return None if self.value(key) is None else self.text(key)

    def digest(self, key: str) -> str:
        """Return a ``sha256:…`` digest."""
        found = self.value(key)
        if not is_digest(found):
            raise self._error(key)
        return str(found)

    def integer(self, key: str, default: Any = _REQUIRED) -> int:
        """Return a whole number."""
        found = self._values.get(key, default)
        if type(found) is not int:
            raise self._error(key)
        return found

    def size(self, key: str) -> int:
        """Return a whole number that is not negative."""
        found = self._values.get(key)
        if type(found) is not int or found < 0:
            raise self._error(key)
        return found

    def optional_integer(self, key: str) -> int | None:
        """Return a whole number, or None where it says ``null``."""
        return None if self.value(key) is None else self.integer(key)

    def flag(self, key: str, default: Any = _REQUIRED) -> bool:
        """Return true or false."""
        found = self.value(key, default)
        if not isinstance(found, bool):
            raise self._error(key)
        return found

    def items(self, key: str, default: Any = _REQUIRED) -> list[Any]:
        """Return a list of anything."""
        found = self.value(key, default)
        if not isinstance(found, list):
            raise self._error(key)
        return found

    def texts(self, key: str, default: Any = _REQUIRED) -> tuple[str, ...]:
        """Return a list of strings."""
        found = self.items(key, default)
        if not all(isinstance(item, str) for item in found):
            raise self._error(key)
        return tuple(found)

    def integers(self, key: str, default: Any = _REQUIRED) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        values = self.items(key, default)
        if not all(type(each) is int for each in values):
            raise self._error(key)
        return tuple(values)

    def rows(self, key: str, *shape: type) -> Iterable[list[Any]]:
        """Yield lists whose items are of the types given."""
        for row in self.items(key):
            if not isinstance(row, list) or tuple(map(type, row)) != shape:
                raise self._error(key)
            yield row

    def mapping(self, key: str, default: Any = _REQUIRED) -> dict[str, Any]:
        """Return an object of anything."""
        found = self.value(key, default)
        if not isinstance(found, dict):
            raise self._error(key)
        return found

    def text_mapping(self, key: str, default: Any = _REQUIRED) -> dict[str, str]:
        """Return an object of strings."""
        found = self.mapping(key, default)
        if not all(isinstance(item, str) for item in found.values()):
            raise self._error(key)
        return found


def check_json(value: Any, depth: int = 0) -> None:
    """Refuse what JSON would not give back as it is, such as tuples or keys that are numbers.

    Raises:
        StorageError: it is no such value, or lies too deep.
    """
    if depth > MAX_NESTING:
        raise StorageError(f"cannot keep a value nested deeper than {MAX_NESTING}")
    kind = type(value)
    if kind is dict:
        if not all(type(key) is str for key in value):
            raise StorageError("cannot keep an object whose keys are not all strings")
        for item in value.values():
            check_json(item, depth + 1)
    elif kind is list:
        for item in value:
            check_json(item, depth + 1)
    elif value is not None and kind not in (str, int, float, bool):
        raise StorageError(f"cannot keep a {kind.__name__} as JSON")
