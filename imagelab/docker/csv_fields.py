"""Values of flags with commas between them, as Go's ``encoding/csv`` cuts them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FIELD = re.compile(r'"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)')
_CLOSING = re.compile(r'(?<!")(?:"")*"(?!")')


def fields(text: str) -> Iterator[str]:
    """Cut at commas, but not at those between quotation marks."""
    at = 0
    while at <= len(text):
        match = _FIELD.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        yield match[2] if match[1] is None else match[1].replace('""', '"')
        at = match.end() + 1


def _unreadable(text: str, at: int) -> ValueError:
    what = 'bare " in non-quoted-field'
    column = text.index('"', at)
    if column == at:
        what = 'extraneous or missing " in quoted-field'
        closing = _CLOSING.search(text, at + 1)
        column = closing.start() if closing else len(text)
    return ValueError(f"parse error on line 1, column {column + 1}: {what}")
