"""Quoting as shells and GNU programs do it."""

from __future__ import annotations

import re

_PLAIN = r"[A-Za-z0-9_@%+=:,./\-\[\]^]+\Z"


def shell_quote(text: str) -> str:
    """Quote a word for ``set -x`` and ``set``."""
    if re.match(_PLAIN, text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def gnu_quote(text: str) -> str:
    """Quote a name as GNU programs do in messages, in the C locale."""
    if "'" in text and '"' not in text and "$" not in text and "`" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "'\\''").replace("\n", "'$'\\n''") + "'"
