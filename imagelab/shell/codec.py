"""Suspended programs as JSON values.

Objects are written into one flat table and refer to each other by number, so that shared open
files stay shared and no nesting of scripts can make the recursion deep.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from imagelab.model.content import Bytes, Content, Joined, Pattern, Zeros

_CLASSES: dict[str, type[Any]] = {}
_VERSION = 1


def register(*classes: type[Any]) -> None:
    """Let dataclasses be part of a suspended program."""
    for each in classes:
        _CLASSES[each.__name__] = each


register(Bytes, Zeros, Pattern, Joined)


def dump(root: Any) -> dict[str, Any]:
    """Return a value as JSON values.

    Raises:
        TypeError: something in it is neither plain nor registered.
    """
    table: list[Any] = []
    numbers: dict[int, int] = {}
    waiting: list[Any] = []

    def value(item: Any) -> Any:
        if item is None or isinstance(item, bool | int):
            return item
        if isinstance(item, str):
            return item if item.isascii() else {"s": _text(item)}
        if isinstance(item, bytes):
            return {"b": item.decode("latin-1")}
        if isinstance(item, list | tuple | set):
            kind = "l" if isinstance(item, list) else "t" if isinstance(item, tuple) else "e"
            items = sorted(item) if isinstance(item, set) else item
            return {kind: [value(each) for each in items]}
        if isinstance(item, dict):
            return {"d": [[value(key), value(each)] for key, each in item.items()]}
        if isinstance(item, Content) and type(item).__name__ not in _CLASSES:
            item = Bytes(item.read())
        if type(item).__name__ not in _CLASSES:
            raise TypeError(type(item).__name__)
        if id(item) not in numbers:
            numbers[id(item)] = len(waiting)
            waiting.append(item)
        return {"o": numbers[id(item)]}

    top = value(root)
    done = 0
    while done < len(waiting):
        item = waiting[done]
        done += 1
        fields = {name: value(getattr(item, name)) for name in _fields(item)}
        table.append([type(item).__name__, fields])
    return {"version": _VERSION, "root": top, "objects": table}


def _fields(item: Any) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(item))


def _text(text: str) -> str:
    """Bytes that are no UTF-8 must not become lone surrogates in a JSON file."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def load(data: Any) -> Any:
    """Return the value that :func:`dump` wrote.

    Raises:
        ValueError: it is none.
    """
    try:
        if data["version"] != _VERSION:
            raise ValueError("suspended program of another version")
        objects = [object.__new__(_CLASSES[name]) for name, _ in data["objects"]]
        for item, (_, fields) in zip(objects, data["objects"], strict=True):
            for each in dataclasses.fields(item):
                value = (_value(fields[each.name], objects) if each.name in fields
                         else _default(each))
                object.__setattr__(item, each.name, value)
        return _value(data["root"], objects)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError("not a suspended program") from error


def _default(field: dataclasses.Field[Any]) -> Any:
    """Return the value of a field that a program suspended earlier does not have."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    if field.default is dataclasses.MISSING:
        raise KeyError(field.name)
    return field.default


def _value(item: Any, objects: list[Any]) -> Any:
    if not isinstance(item, dict):
        return item
    ((kind, inside),) = item.items()
    if kind == "o":
        return objects[inside]
    if kind == "s":
        return inside.encode("latin-1").decode("utf-8", "surrogateescape")
    if kind == "b":
        return inside.encode("latin-1")
    if kind == "d":
        return {_value(key, objects): _value(each, objects) for key, each in inside}
    values = [_value(each, objects) for each in inside]
    return values if kind == "l" else tuple(values) if kind == "t" else set(values)
