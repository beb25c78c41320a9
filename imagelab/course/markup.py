"""The lab's short texts as HTML."""

from __future__ import annotations

import re

from imagelab.views.html import Html, join, tag

_MARKED = re.compile(r"`([^`]+)`|\*\*([^*`]+)\*\*")


def as_html(text: str) -> Html:
    """Return a text escaped, with ``code`` in backticks (to be typed, or a name) and **weight**."""
    parts, end = [], 0
    for found in _MARKED.finditer(text):
        marked = tag("code", found[1]) if found[1] else tag("strong", found[2])
        parts += [text[end:found.start()], marked]
        end = found.end()
    return join(*parts, text[end:])
