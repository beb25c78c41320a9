"""The functions a template can call: Go's own, docker's, and docker's for headings.

Sources: Go's text/template (1.24) and docker's templates package (28.2).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final, cast
from urllib.parse import quote_plus

from imagelab.docker.gotemplate import gojson, printing, strconv
from imagelab.docker.gotemplate.values import (
    INVALID,
    Boxed,
    Function,
    FunctionError,
    Invalid,
    Nil,
    StringMap,
    StringSlice,
    Struct,
    Uint8,
    indirect,
    kind,
    lookup,
    plain,
    truth,
    type_name,
    unbox,
)

_NO_TYPE = "reflect: call of reflect.Value.Type on zero Value"
_HTML = str.maketrans(
    {'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"}
)
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"'}
_INTEGERS = ("int", "uint8")


def _text(*args: object) -> str:
    """Arguments as ``html``, ``js`` and ``urlquery`` read them."""
    if len(args) == 1 and type(args[0]) is str:
        return args[0]
    return printing.sprint(["<no value>" if arg is None else indirect(arg) for arg in args])


def _html(*args: object) -> str:
    return _text(*args).translate(_HTML)


def _js_char(char: str) -> str:
    if char in _JS:
        return _JS[char]
    if char in "<>&=" or char < " ":
        return f"\\u{ord(char):04X}"
    return char if char.isascii() or char.isprintable() else f"\\u{ord(char):04X}"


def _js(*args: object) -> str:
    return "".join(map(_js_char, strconv.valid(_text(*args))))


def _urlquery(*args: object) -> str:
    return quote_plus(strconv.to_bytes(_text(*args)), safe="~")


# Containers


def _index_of(index: object, limit: int) -> int:
    """An argument as an index that may be as large as ``limit``."""
    if isinstance(index, Invalid):
        raise FunctionError("cannot index slice/array with nil")
    if not isinstance(index, int) or isinstance(index, bool):
        raise FunctionError(f"cannot index slice/array with type {type_name(index)}")
    if not 0 <= index <= limit:
        raise FunctionError(f"index out of range: {int(index)}")
    return int(index)


def _index(item: object, *indexes: object) -> object:
    item = unbox(item)
    if item is INVALID:
        raise FunctionError("index of untyped nil")
    for boxed in indexes:
        item = unbox(item)
        if item is INVALID or kind(item) == "ptr":
            raise FunctionError("index of nil pointer")
        item = _element(item, unbox(boxed))
    return item


def _element(item: object, index: object) -> object:
    found = kind(item)
    if found == "map":
        return _map_element(item, index)
    if found not in ("slice", "string"):
        raise FunctionError(f"can't index item of type {type_name(item)}")
    data = _data(item)
    at = _index_of(index, len(data))
    if at == len(data):
        raise FunctionError(f"reflect: {found} index out of range")
    if found == "string":
        return Uint8(cast("int", data[at]))
    return data[at] if isinstance(item, StringSlice) else Boxed(data[at])


def _map_element(item: object, index: object) -> object:
    if isinstance(index, Invalid):
        raise FunctionError("value is nil; should be of type string")
    if not isinstance(index, str):
        raise FunctionError(f"value has type {type_name(index)}; should be string")
    value = lookup(item, index)
    if value is not INVALID:
        return value
    if isinstance(item, StringMap) or type_name(item) == "map[string]string":
        return ""
    return Boxed(None)


def _data(value: object) -> Sequence[object]:
    """What an index selects from: bytes of a string, items of a slice."""
    if isinstance(value, str):
        return strconv.to_bytes(value)
    return [] if isinstance(value, Nil) else cast("Sequence[object]", value)


def _slice(item: object, *indexes: object) -> object:
    item = unbox(item)
    if item is INVALID:
        raise FunctionError("slice of untyped nil")
    if len(indexes) > 3:
        raise FunctionError(f"too many slice indexes: {len(indexes)}")
    if isinstance(item, str) and len(indexes) == 3:
        raise FunctionError("cannot 3-index slice a string")
    if kind(item) not in ("string", "slice"):
        raise FunctionError(f"can't slice item of type {type_name(item)}")
    data = _data(item)
    bounds = [0, len(data)]
    bounds[: len(indexes)] = [_index_of(index, len(data)) for index in indexes]
    for low, high in pairwise(bounds):
        if low > high:
            raise FunctionError(f"invalid slice index: {low} > {high}")
    part = data[bounds[0] : bounds[1]]
    if isinstance(part, bytes):
        return strconv.from_bytes(part)
    return StringSlice(cast("list[str]", part)) if isinstance(item, StringSlice) else list(part)


def _len(value: object) -> int:
    if isinstance(value, Boxed) and value.value is None:
        raise FunctionError("len of nil pointer")
    value = unbox(value)
    found = kind(value)
    if found == "invalid":
        raise FunctionError(_NO_TYPE)
    if found == "ptr":
        raise FunctionError("len of nil pointer")
    if isinstance(value, Nil):
        return 0
    if isinstance(value, str):
        return strconv.byte_length(value)
    if found not in ("map", "slice"):
        raise FunctionError(f"len of type {type_name(value)}")
    return len(cast("Sequence[object]", value))


# Comparison


def _basic_kind(value: object) -> str:
    """The kinds that can be compared by order or equality; empty for others."""
    found = kind(value)
    return found if found not in ("map", "slice", "struct", "ptr", "invalid") else ""


def _is_nil(value: object) -> bool:
    return isinstance(value, (Invalid, Nil))


def _equal(left: object, right: object) -> bool:
    kinds = _basic_kind(left), _basic_kind(right)
    if kinds[0] != kinds[1] and not all(name in _INTEGERS for name in kinds):
        if INVALID in (left, right):
            return False
        raise FunctionError("incompatible types for comparison")
    if kinds[0]:
        return left == right
    if _is_nil(left) or _is_nil(right):
        return _is_nil(left) and _is_nil(right)
    if kind(left) != kind(right):
        what = f"{_shown(left)}: {type_name(left)}, {type_name(right)}: {_shown(right)}"
        raise FunctionError(f"non-comparable types {what}")
    if isinstance(right, Struct):
        return left is right
    raise FunctionError(f"non-comparable type {_shown(right)}: {type_name(right)}")


def _shown(value: object) -> str:
    return printing.sprintf("%s", [plain(value)])


def _eq(first: object, *others: object) -> bool:
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_equal(unbox(first), unbox(other)) for other in others)


def _ne(left: object, right: object) -> bool:
    return not _eq(left, right)


def _less(left: object, right: object) -> bool:
    left, right = unbox(left), unbox(right)
    kinds = _basic_kind(left), _basic_kind(right)
    if not all(kinds):
        raise FunctionError("invalid type for comparison")
    if kinds[0] != kinds[1] and not all(name in _INTEGERS for name in kinds):
        raise FunctionError("incompatible types for comparison")
    if kinds[0] in ("bool", "complex128"):
        raise FunctionError("invalid type for comparison")
    return bool(operator.lt(cast("int", left), cast("int", right)))


def _less_or_equal(left: object, right: object) -> bool:
    return _less(left, right) or _eq(left, right)


# Docker's


def _is_separator(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return not (char.isalpha() or char.isdecimal()) and char.isspace()


def _one_for_one(convert: Callable[[str], str]) -> Callable[[str], str]:
    """A case mapping as Go's: one character for one, whatever stands around it."""

    def char(old: str) -> str:
        new = convert(old)
        return new if len(new) == 1 else old

    def text(old: str) -> str:
        return convert(old) if old.isascii() else "".join(map(char, old))

    return text


_title_char = _one_for_one(str.title)


def _title(text: str) -> str:
    before = " " + text
    return "".join(
        _title_char(char) if _is_separator(last) else char
        for last, char in zip(before, text, strict=False)
    )


def _split(text: str, separator: str) -> StringSlice:
    return StringSlice(text.split(separator) if separator else list(text))


def _join(items: object, separator: str) -> str:
    parts = [] if isinstance(items, Nil) else cast("list[str]", items)
    out = printing.Buffer()
    for index, part in enumerate(parts):
        if index:
            out.write(separator)
        out.write(part)
    return out.text()


def _pad(text: str, before: int, after: int) -> str:
    if not text:
        return text
    if before < 0 or after < 0:
        raise FunctionError("strings: negative Repeat count")
    if before + after > printing.MAX_LENGTH:
        raise FunctionError(f"result is longer than {printing.MAX_LENGTH} characters")
    return " " * before + text + " " * after


def _truncate(text: str, length: int) -> str:
    data = strconv.to_bytes(text)
    if len(data) < length:
        return text
    if length < 0:
        raise FunctionError(f"runtime error: slice bounds out of range [:{length}]")
    return strconv.from_bytes(data[:length])


def _call(*_: object) -> object:
    raise FunctionError("call of nil")


_ANY = "reflect.Value"
_PRINTED = "interface {}"

BUILTINS: Final[Mapping[str, Function]] = {
    # `and` and `or` are evaluated where they stand, since they stop early.
    "and": Function((_ANY, _ANY), lambda *args: args[-1], variadic=True),
    "or": Function((_ANY, _ANY), lambda *args: args[-1], variadic=True),
    "not": Function((_ANY,), lambda value: not truth(value)),
    "call": Function((_ANY, _ANY), _call, variadic=True),
    "len": Function((_ANY,), _len),
    "index": Function((_ANY, _ANY), _index, variadic=True),
    "slice": Function((_ANY, _ANY), _slice, variadic=True),
    "eq": Function((_ANY, _ANY), _eq, variadic=True),
    "ne": Function((_ANY, _ANY), _ne),
    "lt": Function((_ANY, _ANY), _less),
    "le": Function((_ANY, _ANY), _less_or_equal),
    "gt": Function((_ANY, _ANY), lambda left, right: not _less_or_equal(left, right)),
    "ge": Function((_ANY, _ANY), lambda left, right: not _less(left, right)),
    "print": Function((_PRINTED,), lambda *args: printing.sprint(args), variadic=True),
    "println": Function((_PRINTED,), lambda *args: printing.sprintln(args), variadic=True),
    "printf": Function(
        ("string", _PRINTED), lambda text, *args: printing.sprintf(text, args), variadic=True
    ),
    "html": Function((_PRINTED,), _html, variadic=True),
    "js": Function((_PRINTED,), _js, variadic=True),
    "urlquery": Function((_PRINTED,), _urlquery, variadic=True),
}

FUNCTIONS: Final[Mapping[str, Function]] = {
    **BUILTINS,
    "json": Function((_PRINTED,), gojson.dumps),
    "split": Function(("string", "string"), _split),
    "join": Function(("[]string", "string"), _join),
    "title": Function(("string",), _title),
    "lower": Function(("string",), _one_for_one(str.lower)),
    "upper": Function(("string",), _one_for_one(str.upper)),
    "pad": Function(("string", "int", "int"), _pad),
    "truncate": Function(("string", "int"), _truncate),
}
"""What a template of ``--format`` may call."""


def _as_it_is(*more: str) -> Function:
    return Function(("string", *more), lambda text, *_: text)


HEADER_FUNCTIONS: Final[Mapping[str, Function]] = {
    **FUNCTIONS,
    "json": _as_it_is(),
    "split": _as_it_is("string"),
    "join": _as_it_is("string"),
    "title": _as_it_is(),
    "lower": _as_it_is(),
    "upper": _as_it_is(),
    "truncate": _as_it_is("int"),
}
"""The same for the line of headings, which keeps them whole."""
