"""What a template works on: Python values, and the Go types they stand for.

================================  =======================================================
Python                            Go
================================  =======================================================
``dict``                          ``map[string]interface {}``, an object of decoded JSON
``list``, ``tuple``               ``[]interface {}``, an array of decoded JSON
``str bool int float complex``    ``string bool int float64 complex128``
``None``                          a nil ``interface {}``: JSON null
``JSONNumber``                    ``json.Number``: a number of decoded JSON, kept as text
``Int64``                         ``int64``
``StringSlice``, ``StringMap``    ``[]string``, ``map[string]string``
``Nil``                           the nil of a typed map, slice or pointer
``Struct``                        a struct, or a pointer to one, with its methods
``SubContext``                    the struct behind one row of a list command
================================  =======================================================

Go prints and ranges over maps in the order of their keys; so do templates here. Only
``json`` keeps the order of a ``dict`` as it is given, so that a dict can stand for a struct;
``raw`` gives the sorted maps of decoded JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, cast


class FunctionError(Exception):
    """What a function or a method of a template has to complain of."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method that a template can call.

    ``params`` are Go types. Those known are ``string``, ``int``, ``[]string``,
    ``interface {}`` (the argument comes as a plain value) and ``reflect.Value`` (it comes as
    the template holds it). The last one repeats if the function is ``variadic``.
    ``call`` raises FunctionError.
    """

    params: tuple[str, ...]
    call: Callable[..., object]
    variadic: bool = False


class JSONNumber(str):
    """A number as JSON wrote it, which Go treats as a string."""

    __slots__ = ()
    go_type: ClassVar[str] = "json.Number"


class Int64(int):
    """An int64; differs from an int in messages only."""

    go_type: ClassVar[str] = "int64"


class Uint8(int):
    """A byte of a string."""

    go_type: ClassVar[str] = "uint8"


class StringSlice(list[str]):
    """A ``[]string``."""

    go_type: ClassVar[str] = "[]string"


class StringMap(dict[str, str]):
    """A ``map[string]string``, or a type made of it that has methods."""

    go_type: ClassVar[str] = "map[string]string"
    methods: ClassVar[Mapping[str, Function]] = {}


@dataclass(frozen=True, slots=True)
class Nil:
    """The nil of a Go type, such as ``[]string``, ``map[string]string`` or ``*container.Health``.

    It prints as ``[]``, ``map[]`` or ``<nil>``, and is ``null`` in JSON. Of types that hide
    whether they are slices or maps, those of docker's container types are known.
    """

    go_type: str


@dataclass(frozen=True, slots=True)
class Struct:
    """A Go struct, or a pointer to one when the name of its type begins with ``*``.

    ``fields`` come in the order in which Go declares them. ``marshal`` is what ``json``
    prints, for types whose JSON differs from their fields. ``printed`` are the fields as Go's
    fmt sees them, for types that have those of others built in.
    """

    go_type: str
    fields: Mapping[str, object]
    methods: Mapping[str, Function] = field(default_factory=dict)
    marshal: object = None
    printed: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class SubContext(Struct):
    """One row of a list command, such as ``*formatter.imageContext``.

    Docker's rows are pointers to structs whose fields are methods without arguments. Their
    JSON is sorted by key and escaped for HTML, and leaves methods with arguments out.
    """


@dataclass(frozen=True, slots=True)
class Boxed:
    """A value that the template holds as an ``interface {}``, as elements of JSON are."""

    value: object


@dataclass(frozen=True, slots=True)
class Invalid:
    """No value at all: what Go's reflection calls the zero Value."""


INVALID: Final = Invalid()
Items = (list, tuple)


def raw(document: object) -> object:
    """A JSON document as Go decodes it into an ``interface {}`` with ``UseNumber``.

    This is what ``docker inspect`` falls back to: maps lose their order, numbers are text.
    """
    if isinstance(document, Mapping):
        return {key: raw(document[key]) for key in sorted(document)}
    if isinstance(document, Items):
        return [raw(item) for item in document]
    if isinstance(document, (int, float)) and not isinstance(document, bool):
        return JSONNumber(repr(document))
    return document


def unbox(value: object) -> object:
    """The value inside an interface; INVALID for a nil one."""
    if isinstance(value, Boxed):
        return INVALID if value.value is None else value.value
    return value


def plain(value: object) -> object:
    """The value as Go's fmt and json get it: None for nil, no boxes."""
    value = unbox(value)
    return None if value is INVALID else value


def indirect(value: object) -> object:
    """The struct that a pointer points to; other values as they are."""
    if isinstance(value, Struct) and value.go_type.startswith("*"):
        return replace(value, go_type=value.go_type[1:])
    return value


def kind(value: object) -> str:
    """The reflect.Kind, in lower case; ``ptr`` only for nil pointers."""
    if isinstance(value, Boxed):
        return "interface"
    if isinstance(value, Nil):
        return _nil_kind(value.go_type)
    for python, name in _KINDS:
        if isinstance(value, python):
            return name
    raise TypeError(f"{type(value).__name__} is no value of a template")


def _nil_kind(go_type: str) -> str:
    for start, name in _NIL_KINDS:
        if go_type.startswith(start):
            return name
    raise TypeError(f"the kind of {go_type} is not known")


_NIL_KINDS: Final = (
    ("*", "ptr"),
    ("[]", "slice"),
    ("map[", "map"),
    ("strslice.StrSlice", "slice"),
    ("nat.PortSet", "map"),
    ("nat.PortMap", "map"),
)
_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (str, "string"),
    (bool, "bool"),
    (Uint8, "uint8"),
    (int, "int"),
    (Mapping, "map"),
    (Items, "slice"),
    (Struct, "struct"),
    (float, "float64"),
    (complex, "complex128"),
    (Invalid, "invalid"),
)
_TYPES: Final = {
    "interface": "interface {}",
    "map": "map[string]interface {}",
    "slice": "[]interface {}",
}


def type_name(value: object) -> str:
    """The Go type of a value, as messages name it."""
    name = getattr(value, "go_type", None)
    if isinstance(name, str):
        return name
    name = kind(value)
    return _TYPES.get(name, name)


def elements(value: object) -> list[object]:
    """The items of a slice, boxed unless they have a type of their own."""
    if isinstance(value, StringSlice):
        return list(value)
    return [Boxed(item) for item in cast("list[object]", value)]


def lookup(value: object, key: str) -> object:
    """The value of a map's key, or INVALID."""
    if isinstance(value, Nil):
        return INVALID
    mapping = cast("Mapping[str, object]", value)
    if key not in mapping:
        return INVALID
    return mapping[key] if isinstance(value, StringMap) else Boxed(mapping[key])


def truth(value: object) -> bool:
    """Whether ``if`` and ``and`` take the value as true: anything but the zero of its type."""
    value = unbox(value)
    if isinstance(value, (Invalid, Nil)):
        return False
    return isinstance(value, Struct) or bool(value)
