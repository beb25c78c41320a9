"""Documents that a client sent, read as Go reads JSON into a type.

Names of fields count in any case, unknown ones are passed over, ``null`` is as if nothing was
there; a value of another kind is refused in Go's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.model.outcome import EngineError

#: Most bytes of a text in a message.
_MAX_SHOWN = 100


class WrongKind(EngineError):
    """A value is of another kind than the daemon's type of it.

    Its status is 500: most of the daemon's handlers do not say that this is the client's fault.
    """


class Written(float):
    """A number with a point or an exponent, which is no whole one to Go.

    Attributes:
        text: as it was written.
    """

    def __init__(self, text: str) -> None:
        """Read it."""
        self.text = text


@dataclass(frozen=True)
class Place:
    """Where in a document a value is, as messages have it.

    Attributes:
        struct: the type that has the field; empty outside of any.
        path: the fields that lead to it.
    """

    struct: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A type of Go.

    Attributes:
        go: its name.
        read: returns the value, never asked about ``null``; raises ``WrongKind``.
        empty: what there is in the place of ``null`` in a list or a map.
    """

    go: str
    read: Callable[[Any, Place], Any]
    empty: Any = None


def read(kind: Kind, value: Any) -> Any:
    """Read a document.

    Raises:
        WrongKind: it is of another kind, or something in it is.
    """
    return kind.empty if value is None else kind.read(value, Place())


def text(go: str = "string") -> Kind:
    """Return a type of texts."""
    def take(value: Any, place: Place) -> str:
        if not isinstance(value, str):
            raise _wrong(value, place, go)
        return value

    return Kind(go, take, "")


def flag() -> Kind:
    """Return the type of what is true or false."""
    def take(value: Any, place: Place) -> bool:
        if not isinstance(value, bool):
            raise _wrong(value, place, "bool")
        return value

    return Kind("bool", take, False)


def number(go: str = "int64", bits: int = 64) -> Kind:
    """Return a type of whole numbers; one whose name begins with ``u`` has no negative ones."""
    least, most = (0, 1 << bits) if go.startswith("u") else (-1 << bits - 1, 1 << bits - 1)

    def take(value: Any, place: Place) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(value, place, go)
        if isinstance(value, float) or not least <= value < most:
            shown = value.text if isinstance(value, Written) else str(value)
            raise _error(f"number {shown[:_MAX_SHOWN]}", place, go)
        return value

    return Kind(go, take, 0)


def listed(of: Kind, go: str = "", most: int | None = None) -> Kind:
    """Return a type of lists; with ``most`` one of so many, shorter ones being filled up."""
    name = go or f"[]{of.go}"

    def take(value: Any, place: Place) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong(value, place, name)
        found = [of.empty if each is None else of.read(each, place) for each in value[:most]]
        return found + [of.empty] * ((most or 0) - len(found))

    return Kind(name, take)


def mapped(of: Kind, go: str = "") -> Kind:
    """Return a type of maps from texts."""
    name = go or f"map[string]{of.go}"

    def take(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(value, place, name)
        return {key: of.empty if each is None else of.read(each, place)
                for key, each in value.items()}

    return Kind(name, take)


def words() -> Kind:
    """Return the type of commands: a list of texts, or one text as a list."""
    def take(value: Any, place: Place) -> list[str]:
        if isinstance(value, str):
            return [value]
        if not isinstance(value, list) or not all(
                each is None or isinstance(each, str) for each in value):
            raise _wrong(value, place, "string")
        return [each or "" for each in value]

    return Kind("strslice.StrSlice", take)


def struct(go: str, fields: Mapping[str, Kind], *, filled: bool = False) -> Kind:
    """Return a type with fields: those that are there, or with ``filled`` all of them in order."""
    own = go.rpartition(".")[2]
    zero = {name: kind.empty for name, kind in fields.items()} if filled else {}
    known = {name.lower(): (name, kind) for name, kind in fields.items()}

    def take(value: Any, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _wrong(value, place, go)
        found = dict(zero)
        for key, each in value.items():
            name, kind = known.get(key.lower(), ("", None))
            if kind is not None and each is not None:
                found[name] = kind.read(each, Place(own, (*place.path, name)))
        return found

    return Kind(go, take, zero)


def nothing() -> Kind:
    """Return the type of values that say nothing: ``{}`` in a set."""
    return Kind("struct {}", struct("struct {}", {}).read, {})


_KINDS = {str: "string", bool: "bool", int: "number", float: "number", Written: "number",
          list: "array", dict: "object", type(None): "null"}


def kind_of(value: Any) -> str:
    """Return what Go calls a value of JSON."""
    return _KINDS[type(value)]


def _wrong(value: Any, place: Place, go: str) -> WrongKind:
    return _error(kind_of(value), place, go)


def _error(what: str, place: Place, go: str) -> WrongKind:
    if not place.path:
        return WrongKind(f"json: cannot unmarshal {what} into Go value of type {go}")
    where = ".".join((place.struct, *place.path))
    return WrongKind(f"json: cannot unmarshal {what} into Go struct field {where} of type {go}")
