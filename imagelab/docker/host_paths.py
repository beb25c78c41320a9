"""Paths of the host, as the client's messages speak of them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from imagelab.storage.errors import reason_of
from imagelab.storage.page_drive import most_bytes

#: How many links Go follows before it gives up.
_MAX_LINKS = 255


class PathError(Exception):
    """A path that leads nowhere; the message is the client's."""


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or in it; both are real paths."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def real_path(path: str) -> str:
    """Return where an absolute path leads, links followed.

    Raises:
        PathError: it leads nowhere.
    """
    drive, rest = os.path.splitdrive(path)
    root = drive + os.sep
    found, pending, links = root, rest.replace("/", os.sep).split(os.sep)[::-1], 0
    while pending:
        part = pending.pop()
        if part in ("", ".", ".."):
            found = os.path.dirname(found) if part == ".." else found
            continue
        here = os.path.join(found, part)
        try:
            mode = os.lstat(here).st_mode
            target = os.readlink(here) if stat.S_ISLNK(mode) else None
        except OSError as error:
            raise PathError(f"lstat {here}: {reason_of(error)}") from error
        if target is not None:
            links += 1
            if links > _MAX_LINKS:
                raise PathError("EvalSymlinks: too many links")
            found = root if os.path.isabs(target) else found
            pending += os.path.splitdrive(target)[1].split(os.sep)[::-1]
        elif pending and not stat.S_ISDIR(mode):
            raise PathError("not a directory")
        else:
            found = here
    return found


def open_file(path: str) -> BinaryIO:
    """Open a regular file; what has become a link or a pipe since one looked is none.

    Raises:
        OSError: it cannot be opened.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):  # not all on each system
        flags |= getattr(os, name, 0)
    if not most_bytes(Path(path)):  # a page's drive has no pipes, and would write the file anew
        flags |= getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(None, "not a regular file")
    return os.fdopen(handle, "rb")
