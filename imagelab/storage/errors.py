"""The error of this room, and its kinds."""

from __future__ import annotations

import errno
from pathlib import Path


class StorageError(Exception):
    """A kept lab that cannot be read or written; the message is one line for the user."""


class InUse(StorageError):
    """Others use the lab just now; nothing was done."""


class Damaged(StorageError):
    """What is kept is not what was once written; ``imagelab doctor`` may mend it.

    Attributes:
        what: what is wrong.
    """

    def __init__(self, what: str) -> None:
        """Say what is wrong."""
        super().__init__(f"the lab's files are damaged: {what}")
        self.what = what


class ReadOnly(StorageError):
    """The lab can be looked at, and nothing in it can be changed."""

    def __init__(self, folder: Path) -> None:
        """Name the lab's folder."""
        super().__init__(f"the lab in {folder} is read-only")


class DiskFull(StorageError):
    """There is no room for what was to be kept."""


def refused(what: str, error: OSError) -> StorageError:
    """Return the error for something that the system refused to do with the lab's files."""
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return (DiskFull if is_full else StorageError)(f"{what}: {reason_of(error)}")


def reason_of(error: OSError) -> str:
    """Return the system's words for an error as Go, and so Docker, has them."""
    return (error.strerror or str(error)).lower()
