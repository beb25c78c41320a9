"""Users of a container, looked up in its own ``/etc/passwd`` and ``/etc/group``."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.model.filesystem import FileError, FileSystem
from imagelab.model.outcome import EngineError

_MAX_TABLE = 1 << 20


@dataclass(frozen=True)
class User:
    """Who a process runs as.

    Attributes:
        uid: user number.
        gid: group number.
        home: home directory, ``/`` for a user without an entry.
    """

    uid: int
    gid: int
    home: str


def find_user(files: FileSystem, text: str) -> User:
    """Find ``user``, ``uid``, ``user:group`` …; empty is root.

    Raises:
        EngineError: a name has no entry (case ``run-05``).
    """
    who, _, group = text.partition(":")
    entries = _table(files, "/etc/passwd")
    uid, gid, home = 0, 0, "/"
    found = next((row for row in entries if _matches(row, who or "0")), None)
    if found is not None and len(found) >= 6:
        uid, gid, home = int(found[2]), int(found[3]), found[5] or "/"
    elif who.isdigit():
        uid = int(who)
    elif who:
        raise EngineError(f"unable to find user {who}: no matching entries in passwd file")
    if group:
        gid = _find_group(files, group)
    return User(uid, gid, home)


def _matches(row: list[str], who: str) -> bool:
    numeric = len(row) >= 4 and row[2].isdigit() and row[3].isdigit()
    return numeric and (row[0] == who or row[2] == who)


def _find_group(files: FileSystem, text: str) -> int:
    for row in _table(files, "/etc/group"):
        if len(row) >= 3 and row[2].isdigit() and text in (row[0], row[2]):
            return int(row[2])
    if text.isdigit():
        return int(text)
    raise EngineError(f"unable to find group {text}: no matching entries in group file")


def _table(files: FileSystem, path: str) -> list[list[str]]:
    try:
        data = files.read(path).read(_MAX_TABLE)
    except FileError:
        return []
    return [line.split(":") for line in data.decode("utf-8", "replace").splitlines()]
