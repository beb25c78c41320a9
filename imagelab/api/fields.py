"""Fields of a document that a client sent: as Go would read them, or refused in its words.

Names count in any case: docker-py's ``detachKeys`` is ``DetachKeys``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.model.outcome import BadRequest

Document = Mapping[str, Any]


def text(document: Document, name: str) -> str:
    """Return a text; empty where there is none.

    Raises:
        BadRequest: it is something else.
    """
    return str(_of(document, name, str, "string") or "")


def flag(document: Document, name: str) -> bool:
    """Return what is true or false; false where there is nothing.

    Raises:
        BadRequest: it is something else.
    """
    return bool(_of(document, name, bool, "bool"))


def number(document: Document, name: str) -> int:
    """Return a whole number; 0 where there is none.

    Raises:
        BadRequest: it is something else.
    """
    value = _value(document, name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 63:
        raise _wrong(name, value, "int64")
    return value


def texts(document: Document, name: str) -> tuple[str, ...]:
    """Return a list of texts, or a single one as a list; empty where there is none.

    Raises:
        BadRequest: it is something else.
    """
    value = _value(document, name)
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(name, value, "[]string")
    return tuple(value)


def mapping(document: Document, name: str) -> Document:
    """Return an object; empty where there is none.

    Raises:
        BadRequest: it is something else.
    """
    return _of(document, name, dict, "map") or {}


def _value(document: Document, name: str) -> Any:
    """Return a field's value; None where there is none."""
    if name in document:
        return document[name]
    return next((value for key, value in document.items() if key.lower() == name.lower()), None)


def text_map(document: Document, name: str) -> dict[str, str] | None:
    """Return an object of texts, null as an empty one; None where there is none.

    Raises:
        BadRequest: it, or a value in it, is something else.
    """
    given = _of(document, name, dict, "map[string]string")
    if given is None:
        return None
    for value in given.values():
        if value is not None and not isinstance(value, str):
            raise _wrong(name, value, "string")
    return {key: value or "" for key, value in given.items()}


def _of(document: Document, name: str, kind: type, wanted: str) -> Any:
    value = _value(document, name)
    if value is not None and not isinstance(value, kind):
        raise _wrong(name, value, wanted)
    return value


def kind_of(value: object) -> str:
    """Return what Go calls a value of JSON."""
    kinds = {str: "string", bool: "bool", int: "number", float: "number", list: "array",
             dict: "object"}
    return kinds.get(type(value), "value")


def wrong_kind(value: object, wanted: str) -> BadRequest:
    """Return the refusal of a value that is of another kind than ``wanted``, in Go's words."""
    return BadRequest(f"json: cannot unmarshal {kind_of(value)} into {wanted}")


def _wrong(name: str, value: object, wanted: str) -> BadRequest:
    return wrong_kind(value, f"Go struct field .{name} of type {wanted}")
