"""JSON from outside: nested no deeper than every Python can read."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import Any

#: How deep values may be nested. Python's own bound differs from one to the next, and where it
#: is compiled for browsers it has none: a text that is too deep ends it there.
DEEPEST = 700

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
        raise ValueError("a number has too many digits") from error


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
