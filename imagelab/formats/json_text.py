"""JSON from outside: nested no deeper than every Python can read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from itertools import accumulate
from typing import Any, NoReturn

#: How deep values may be nested. Python's own bound differs from one to the next, and where it
#: is compiled for browsers it has none: a text that is too deep ends it there.
DEEPEST = 700
_DIGITS = "a number has too many digits"

_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(set(range(256)) - _STEPS.keys())


def parsed(data: str | bytes) -> Any:
    """Parse a JSON text, as ``json.loads`` does.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    text = data if isinstance(data, str) else data.decode(
        json.detect_encoding(data), "surrogatepass")
    check_depth(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # Python's bound, in words for who writes Python
        raise ValueError(_DIGITS) from error


def check_depth(text: str) -> None:
    """See that a JSON text is not nested too deeply.

    Raises:
        ValueError: it is.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    outside = "".join(unescaped.split('"')[::2])  # of strings
    brackets = outside.encode("ascii", "replace").translate(None, _NO_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEEPEST:
        raise ValueError("the JSON is nested too deeply")


def document(data: bytes) -> Any:
    """Parse a JSON text that says what an image is.

    What readers of JSON differ about is refused: a key that comes twice, another encoding than
    UTF-8, numbers that are none.

    Raises:
        ValueError: it is such a text, or none, or nested too deeply.
    """
    text = data.decode("utf-8", "surrogatepass")
    check_depth(text)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (json.JSONDecodeError, _DoubtError):
        raise
    except ValueError as error:
        raise ValueError(_DIGITS) from error


def check_keys(found: Mapping[str, object], known: Collection[str]) -> None:
    """See that an object has the keys that are known in no other spelling.

    Go's decoder takes ``CMD`` for ``Cmd``, thus a daemon does; others do not.

    Raises:
        ValueError: it has one.
    """
    other = found.keys() - known
    if other and (same := {key.casefold() for key in other} & {key.casefold() for key in known}):
        raise ValueError(f"the key {min(same)} is spelled in another way")


class _DoubtError(ValueError):
    """A text that readers take for different things."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DoubtError("a key comes twice in an object")
    return found


def _no_number(text: str) -> NoReturn:
    raise _DoubtError(f"{text} is no number")
