"""JSON as Go's reader takes it, or refused in its words; nothing in it is without bounds."""

from __future__ import annotations

import json
import re
from typing import Any

from imagelab.formats import gojson
from imagelab.model.outcome import BadRequest, EngineError

#: Most lists and objects that lie in each other.
_MAX_DEPTH = 100
_HALF = re.compile("[\ud800-\udfff]")
#: Most digits of a number that are looked at.
_MAX_DIGITS = 100


def parsed(text: str, *, status: int, cut: str = "unexpected end of JSON input") -> Any:
    """Return what a JSON text says.

    Args:
        text: the text.
        status: of the answer, if it is none.
        cut: what is said of one that breaks off.

    Raises:
        EngineError: it is none, or too deep.
    """
    try:
        value = json.loads(text, parse_int=_integer, parse_constant=_no_constant)
        is_deep = text.count("[") + text.count("{") > _MAX_DEPTH and _is_deep(value, _MAX_DEPTH)
        if not is_deep and (_HALF.search(text) or "\\ud" in text.lower()):
            value = _without_halves(value)
    except json.JSONDecodeError as error:
        rest = text[error.pos:].lstrip()
        if not rest:
            raise EngineError(cut if text.strip() else "EOF", status) from error
        where = "after top-level value" if error.msg == "Extra data" else (
            "looking for beginning of value")
        raise EngineError(f"invalid character {_quoted(rest[0])} {where}", status) from error
    except RecursionError:
        is_deep = True
    if is_deep:
        raise BadRequest("imagelab: this JSON is nested too deeply")
    return value


def _without_halves(value: Any) -> Any:
    """Replace halves of surrogate pairs, as Go does: no text of the lab can have them."""
    if isinstance(value, str):
        return gojson.clean(value)
    if isinstance(value, list):
        return [_without_halves(each) for each in value]
    if isinstance(value, dict):
        return {gojson.clean(key): _without_halves(each) for key, each in value.items()}
    return value


def _integer(digits: str) -> int:
    """Return a number; those who use it look whether it is one of theirs."""
    if len(digits) > _MAX_DIGITS:
        raise BadRequest("imagelab: this JSON has a number without end")
    return int(digits)


def _no_constant(name: str) -> Any:
    """Refuse ``NaN`` and ``Infinity``, which Python takes for JSON."""
    raise BadRequest(
        f"invalid character {_quoted(name.lstrip('-')[0])} looking for beginning of value")


def _is_deep(value: Any, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth < 0 or any(_is_deep(each, depth - 1) for each in inner)


def _quoted(char: str) -> str:
    """Return a character as Go's reader names it; a surrogate stands for a byte."""
    if char in ("'", '"'):
        return "'\\''" if char == "'" else "'\"'"
    if "\udc80" <= char <= "\udcff":
        return f"'{chr(ord(char) - 0xdc00)}'"
    return f"'{char}'" if char.isprintable() else f"'\\x{ord(char):02x}'"
