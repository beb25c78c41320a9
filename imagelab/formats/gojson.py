"""JSON as Go's encoder writes it, so that an image configuration has Docker's bytes."""

from __future__ import annotations

import json
from typing import Any

_ESCAPES = str.maketrans({
    "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029",
})


def dumps(value: Any) -> str:
    """Return compact JSON with Go's escapes of ``<``, ``>``, ``&`` and line separators.

    Keys keep their order: Go writes a struct's keys in the order of its declaration. Surrogates
    that stand for undecodable bytes become U+FFFD, as in Go.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return clean(text.translate(_ESCAPES)).replace("\\b", "\\u0008").replace("\\f", "\\u000c")


def clean(text: str) -> str:
    """Replace lone surrogates by U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if (
        any("\ud800" <= char <= "\udfff" for char in text)) else text
