"""Paths as a page can hold them and give them back: any bytes but zero may be in a name."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, unquote_to_bytes

from imagelab.model.filesystem import MAX_PATH

#: Letters of the longest key: three for each byte.
_LONGEST = 3 * MAX_PATH


def key(path: str) -> str:
    """Return a path as ASCII that :func:`path_of` turns back."""
    return quote(path.encode("utf-8", "surrogateescape"))


def path_of(text: str) -> str:
    """Return the path of a key; text that is no key gives a path that nothing has."""
    # A path of very many folders would take for ever to look up.
    if len(text) > _LONGEST or not text.isascii():
        return "\0"
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def identifier(prefix: str, path: str) -> str:
    """Return an element's ID for a path, the same every time."""
    digest = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8)
    return f"{prefix}-{digest.hexdigest()}"
