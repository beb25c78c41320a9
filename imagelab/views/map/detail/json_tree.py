"""JSON as a tree that folds: what ``docker inspect`` prints, a part at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import Any

from imagelab.messages import text as message
from imagelab.views.html import EMPTY, Child, Html, join, tag
from imagelab.views.words import printable

#: Entries of one object or array, letters of one value, and depth, that are shown.
MAX_ENTRIES, MAX_LETTERS, MAX_DEPTH = 100, 400, 12
#: Entries that are shown in all: objects in objects would else multiply.
MAX_ALL = 1000


def json_tree(value: Any, language: str) -> Html:
    """Return a JSON value; objects and arrays are details, the outermost ones open.

    Args:
        value: as ``json.loads`` gives it; what is in it may be anything.
        language: of the words for what is left out.
    """
    shown = _tree("", value, "$", 0, language, iter(range(MAX_ALL)))
    return tag("div", shown, class_="il-json il-mono")


def _tree(
    key: str, value: Any, path: str, depth: int, language: str, room: Iterator[int],
) -> Html:
    label = join(tag("span", key, class_="il-json-key"), ": ") if key else EMPTY
    if not isinstance(value, dict | list) or not value or depth == MAX_DEPTH:
        return tag("div", label, _short(value), class_="il-json-leaf")
    ends = "{}" if isinstance(value, dict) else "[]"
    # A list first, so that what is in an entry takes no room from those beside it.
    listed = list(zip(islice(_entries(value), MAX_ENTRIES), room, strict=False))
    rows: list[Child] = [_tree(name, each, f"{path}/{place}", depth + 1, language, room)
                         for (name, place, each), _ in listed]
    if more := len(value) - len(rows):
        rows.append(tag("div", message("map.more_files", language, count=more),
                        class_="il-json-leaf"))
    return tag(
        "details", tag("summary", label, f"{ends[0]} {len(value)} {ends[1]}"), rows,
        id=f"json-{sha256(path.encode('utf-8', 'replace')).hexdigest()[:16]}", open=depth < 2)


def _entries(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield entries: what stands before each, its place, and the value."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield _short(key), str(key), each
    else:
        for at, each in enumerate(value):
            yield "", str(at), each


def _short(value: Any) -> str:
    said = printable(json.dumps(value, ensure_ascii=False, default=str))
    return said if len(said) <= MAX_LETTERS else f"{said[:MAX_LETTERS]}…"
