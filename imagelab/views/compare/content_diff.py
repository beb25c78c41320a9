"""Two contents side by side: lines that differ, as far as they are short texts."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from imagelab.model.content import Content

#: Longest text that is compared line by line, in bytes and in lines, and most lines shown.
TEXT_LIMIT = 64 << 10
LINE_LIMIT, SHOWN_LINES = 400, 200
_LONGEST_LINE = 200
NO_NEWLINE = "\\ No newline at end of file"


def text_lines(content: Content) -> list[str] | None:
    """Return the lines of a short text; None for what is long, no UTF-8, or holds NULs."""
    if content.size > TEXT_LIMIT:
        return None
    try:
        data = content.read(TEXT_LIMIT)
        text = data.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError):
        return None
    if "\0" in text:
        return None
    lines = text.split("\n")
    # As diff says it; a text that ends as it should has no line after its last.
    lines[-1:] = [lines[-1], NO_NEWLINE] if lines[-1] else []
    return lines if len(lines) <= LINE_LIMIT else None


def line_diff(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Return the unified diff of two texts' lines, without the two lines that name files."""
    found = list(difflib.unified_diff(list(first), list(second), lineterm="", n=2))[2:]
    return tuple(_short(line) for line in found[:SHOWN_LINES])


def head_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the first lines of a text, as many as are shown."""
    return tuple(_short(line) for line in lines[:SHOWN_LINES])


def _short(line: str) -> str:
    line = "".join(char if char.isprintable() or char == "\t" else "\ufffd" for char in line)
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
