"""Untrusted text as a line that can be shown."""

from __future__ import annotations

_MOST = 4096


def printable(data: str, most: int = _MOST) -> str:
    r"""Return untrusted text as one line that says only what it shows.

    Runs of white space become one space; control, direction and other invisible characters
    become ``\ufffd``. What comes after the first so many characters is left out.
    """
    line = " ".join(data[:most].split())
    return "".join(char if char.isprintable() else "\ufffd" for char in line)
