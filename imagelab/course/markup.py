"""The lab's short texts as HTML."""

from __future__ import annotations

import re
from html import escape

_QUOTED = re.compile(r"`([^`]+)`")


def as_html(text: str) -> str:
    """Return a text escaped, what stands between backticks (to be typed, or a name) as code."""
    return _QUOTED.sub(r"<code>\1</code>", escape(text))
