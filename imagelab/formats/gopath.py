"""Paths as Go's ``path.Clean`` makes them."""

from __future__ import annotations

import posixpath


def clean(path: str) -> str:
    """Return a path without double slashes and needless dots; ``.`` for nothing.

    A slash at its end goes; one at its beginning stays, where Python's own ``normpath`` keeps two.
    """
    cleaned = posixpath.normpath(path)
    return f"/{cleaned.lstrip('/')}" if cleaned.startswith("/") else cleaned
