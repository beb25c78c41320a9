"""JSON as Go's reader takes it, or refused in its words; nothing in it is without bounds."""

from __future__ import annotations

import json
import re
from typing import Any

from imagelab.api.go_scanner import BLANKS, complaint
from imagelab.api.go_types import Written
from imagelab.formats import gojson
from imagelab.model.outcome import BadRequest, EngineError

#: Most lists and objects that lie in each other.
_MAX_DEPTH = 100
_HALF = re.compile("[\ud800-\udfff]")
#: Most digits of a number that are looked at.
_MAX_DIGITS = 100


class NoDocument(EngineError):
    """There is no JSON where some is wanted."""

    def __init__(self) -> None:
        """Say so as Go does."""
        super().__init__("EOF")


def parsed(text: str) -> Any:
    """Return what a text says that is one JSON value, and nothing else.

    Raises:
        EngineError: it is none (500), or too deep.
    """
    value, end = _first(text, "unexpected end of JSON input")
    if BLANKS.fullmatch(text, end) is None:
        raise EngineError(complaint(text))
    return value


def first(text: str) -> Any:
    """Return the first JSON value of a text, whatever comes behind it.

    Raises:
        NoDocument: there is none.
        EngineError: it is none (500), or too deep.
    """
    if BLANKS.fullmatch(text):
        raise NoDocument
    return _first(text, "unexpected EOF")[0]


def _first(text: str, cut: str) -> tuple[Any, int]:
    """Return the first value and where it ends; ``cut`` is said of a text that breaks off."""
    begin = BLANKS.match(text)
    try:
        value, end = _decoder.raw_decode(text, begin.end() if begin else 0)
        is_deep = text.count("[") + text.count("{") > _MAX_DEPTH and _is_deep(value, _MAX_DEPTH)
        if not is_deep and (_HALF.search(text) or "\\ud" in text.lower()):
            value = _without_halves(value)
    except (json.JSONDecodeError, _Constant) as error:
        raise EngineError(complaint(text) or cut) from error
    except RecursionError:
        is_deep = True
    if is_deep:
        raise BadRequest("imagelab: this JSON is nested too deeply")
    return value, end


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


class _Constant(Exception):
    """There is ``NaN`` or ``Infinity``, which Python takes for JSON."""


def _no_constant(_: str) -> Any:
    raise _Constant


def _is_deep(value: Any, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth < 0 or any(_is_deep(each, depth - 1) for each in inner)


_decoder = json.JSONDecoder(
    parse_int=_integer, parse_float=Written, parse_constant=_no_constant)
