"""JSON as Go's encoder writes it, so that an image configuration has Docker's bytes."""

from __future__ import annotations

import json
import re
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")
#: An escape of Python's encoder as a whole, so that ``\\\\b`` is not taken for ``\\b``; or
#: what only Go escapes.
_DIFFERING = re.compile("\\\\.|[<>&\u2028\u2029\ud800-\udfff]")
_ESCAPES = {
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028",
    "\u2029": "\\u2029", "\\b": "\\u0008", "\\f": "\\u000c",
}


def dumps(value: Any) -> str:
    """Return compact JSON as Go 1.19 writes it, the daemon's Go.

    It escapes ``<``, ``>``, ``&``, line separators, and other control characters by number.
    Keys keep their order: Go writes a struct's keys in the order of its declaration. A surrogate,
    which stands for an undecodable byte, is written as the escape of U+FFFD.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _DIFFERING.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    return "\\ufffd" if _SURROGATE.match(found) else _ESCAPES.get(found, found)


def clean(text: str) -> str:
    """Replace each surrogate, which stands for an undecodable byte, by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)
