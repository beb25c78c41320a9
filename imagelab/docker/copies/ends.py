"""Paths of the host that a copy starts from or goes to."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from imagelab.docker.command import ClientError
from imagelab.docker.copies.place import Place, split_entry
from imagelab.docker.host_paths import PathError, real_path
from imagelab.engine.container_paths import base, is_dot, keep_end
from imagelab.formats.gopath import clean
from imagelab.storage.errors import reason_of

#: Most links that the client follows from a destination.
_MAX_LINKS = 10


def absolute(path: str) -> str:
    """Return a path from the root, with ``/`` between its parts; its end is kept."""
    return keep_end(Path(os.path.abspath(path)).as_posix(), path)


def _refused(action: str, path: str, error: OSError) -> ClientError:
    return ClientError(f"{action} {path}: {reason_of(error)}")


def source(path: str, *, follow: bool) -> Place:
    """Look at what is to be copied.

    Args:
        path: absolute; its end means something.
        follow: whether a link at its end is followed (``-L``); those on the way always are.

    Raises:
        ClientError: it is not there (case ``cp-02``).
    """
    try:
        if follow:
            found, rename = keep_name(path, real_path(path))
        else:
            folder, _, last = path.rpartition("/")
            found = f"{real_path(f'{folder}/').rstrip('/')}/{last}"
            renamed = path.endswith("/") and base(path) != base(found)
            rename = base(path) if renamed else ""
        mode = os.lstat(found).st_mode
    except PathError as error:
        raise ClientError(str(error)) from error
    except OSError as error:
        raise _refused("lstat", found, error) from error
    return Place(found, exists=True, is_folder=stat.S_ISDIR(mode), rename=rename)


def keep_name(path: str, resolved: str) -> tuple[str, str]:
    """Return where a followed link leads, with the end as it was asked for, and its old name.

    The name is empty where it has not changed.
    """
    if is_dot(path) and not is_dot(resolved):
        resolved += "/."
    if path.endswith("/") and not resolved.endswith("/"):
        resolved += "/"
    return resolved, base(path) if base(path) != base(resolved) else ""


def destination(path: str) -> Place:
    """Look at where a copy is to go: a link there is followed, a missing one too.

    Raises:
        ClientError: its directory is missing or none.
    """
    place = path
    try:
        mode = _mode(place)
        for count in range(_MAX_LINKS + 2):
            if mode is None or not stat.S_ISLNK(mode):
                break
            if count > _MAX_LINKS:
                raise ClientError(f"too many symlinks in {path}")
            place = clean(os.path.join(split_entry(place)[0], os.readlink(place)))
            mode = _mode(place)
    except OSError as error:
        raise _refused("lstat", place, error) from error
    if mode is not None:
        return Place(place, exists=True, is_folder=stat.S_ISDIR(mode))
    folder = split_entry(place)[0]
    try:
        if not os.path.isdir(folder):
            os.stat(folder)
            raise ClientError("not a directory")
    except OSError as error:
        raise _refused("stat", folder, error) from error
    return Place(place)


def _mode(path: str) -> int | None:
    """Return the mode of what is at a path; None for nothing."""
    try:
        return os.lstat(path).st_mode
    except FileNotFoundError:
        return None
