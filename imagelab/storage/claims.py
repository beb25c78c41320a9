"""How a process keeps what it adds to a lab before a step needs it, so that nobody sweeps it away.

A claim is a file that its process holds locked. Should the process break off, the system gives the
lock back, and the file means nothing any more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from imagelab.storage.aside import opened, removed
from imagelab.storage.errors import refused

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed: that is its lock
    fcntl = None  # type: ignore[assignment]

_PREFIX = "claim-"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Claim what is added to a lab from now on, until this is left.

    It has to be begun inside the lab's lock, so that no sweep sees it half made.

    Args:
        folder: where the lab's files are written before they get their place.

    Raises:
        StorageError: the claim cannot be made.
    """
    path = folder / f"{_PREFIX}{token_hex(16)}"
    with removed(path), _opened(path) as file:
        if fcntl is not None:
            with suppress(OSError):  # a drive without locks: then a claim holds for good
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _opened(path: Path) -> BinaryIO:
    try:
        return opened(path)
    except OSError as error:
        raise refused(str(path), error) from None


def oldest(folder: Path) -> float:
    """Return when the oldest claim was made, seconds since 1970; infinity where there is none.

    Claims of processes that broke off are removed. Inside the lab's lock.
    """
    first = math.inf
    for path in folder.glob(f"{_PREFIX}*"):
        with suppress(FileNotFoundError):
            made = path.stat().st_mtime
            if not _remove_unless_held(path):
                first = min(first, made)
    return first


def _remove_unless_held(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:
        return False
    return True
