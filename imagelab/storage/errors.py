"""The error of this room, and its kinds."""

from __future__ import annotations


class StorageError(Exception):
    """A kept lab that cannot be read or written; the message is one line for the user."""


class InUse(StorageError):
    """Others use the lab just now; nothing was done."""


class Damaged(StorageError):
    """What is kept is not what was once written; ``imagelab doctor`` may mend it."""
