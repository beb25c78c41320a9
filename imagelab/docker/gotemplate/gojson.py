"""Go's encoding/json, one line, as docker's ``json`` template function writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from imagelab.docker.gotemplate import strconv
from imagelab.docker.gotemplate.printing import Buffer
from imagelab.docker.gotemplate.values import (
    FunctionError,
    JSONNumber,
    Nil,
    Struct,
    SubContext,
    kind,
)

_MAX_DEPTH = 100
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_PLAIN = str.maketrans({**{chr(code): f"\\u{code:04x}" for code in range(0x20)}, **_ESCAPES})
_HTML = {**_PLAIN, **{ord(char): f"\\u{ord(char):04x}" for char in "<>&"}}


def dumps(value: object, html: bool = False) -> str:
    r"""A plain value as compact JSON; ``html`` escapes ``<``, ``>`` and ``&`` as ``\u003c``.

    Docker's ``json`` function leaves those three alone, but rows of list commands
    (SubContext) come out escaped, since they marshal themselves.

    Raises:
        FunctionError: the value is nested too deeply, or its JSON too long.
    """
    out = Buffer()
    _encode(out, value, html, 0)
    return out.text()


def _string(text: str, html: bool) -> str:
    return '"' + strconv.valid(text).translate(_HTML if html else _PLAIN) + '"'


def _float(number: float) -> str:
    sign, digits, exponent = strconv.decimal_parts(number)
    if number and not -6 <= exponent < 21:
        return sign + strconv.scientific(digits, exponent).replace("e-0", "e-")
    return sign + strconv.positional(digits, exponent)


def _encode(out: Buffer, value: object, html: bool, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise FunctionError("value is nested too deeply")
    if value is None or isinstance(value, Nil):
        out.write("null")
    elif isinstance(value, bool):
        out.write("true" if value else "false")
    elif isinstance(value, JSONNumber):
        out.write(str(value))
    elif isinstance(value, str):
        out.write(_string(value, html))
    elif isinstance(value, int):
        out.write(str(int(value)))
    elif isinstance(value, float):
        out.write(_float(value))
    elif isinstance(value, Struct):
        _struct(out, value, html, depth)
    elif kind(value) == "map":
        _object(out, cast("Mapping[str, object]", value).items(), html, depth)
    elif kind(value) == "slice":
        _array(out, cast("Sequence[object]", value), html, depth)
    else:
        raise FunctionError(f"json: unsupported type: {kind(value)}")


def _struct(out: Buffer, value: Struct, html: bool, depth: int) -> None:
    if isinstance(value, SubContext):
        fields = value.fields if value.marshal is None else value.marshal
        _object(out, sorted(cast("Mapping[str, object]", fields).items()), True, depth)
    elif value.marshal is not None:
        _encode(out, value.marshal, html, depth + 1)
    else:
        _object(out, value.fields.items(), html, depth)


def _object(out: Buffer, items: Iterable[tuple[str, object]], html: bool, depth: int) -> None:
    out.write("{")
    for index, (key, value) in enumerate(items):
        out.write(("," if index else "") + _string(key, html) + ":")
        _encode(out, value, html, depth + 1)
    out.write("}")


def _array(out: Buffer, items: Sequence[object], html: bool, depth: int) -> None:
    out.write("[")
    for index, value in enumerate(items):
        if index:
            out.write(",")
        _encode(out, value, html, depth + 1)
    out.write("]")
