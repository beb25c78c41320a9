"""Users and groups of a container, from its own ``/etc/passwd`` and ``/etc/group``."""

from __future__ import annotations

from typing import NamedTuple

from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem

_PASSWD, _GROUP = "/etc/passwd", "/etc/group"
_LIMIT = 1 << 20
_MAX_DIGITS = 10


class User(NamedTuple):
    """Who a process runs as: user number, group number, home directory and further groups."""

    uid: int
    gid: int
    home: str
    groups: tuple[int, ...] = ()


def _entries(files: FileSystem, path: str) -> list[list[str]]:
    try:
        text = files.read(path).read(_LIMIT)
    except FileError:
        return []
    lines = text.decode("utf-8", "surrogateescape").splitlines()
    return [entry for line in lines if len(entry := line.split(":")) > 2]


def number(text: str) -> int | None:
    """Return the number of a user or group that a text is, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None


def _name(files: FileSystem, path: str, wanted: int) -> str:
    return next((e[0] for e in _entries(files, path) if e[2] == str(wanted)), "")


def _number(files: FileSystem, path: str, name: str, place: int = 2) -> int | None:
    return number(next((e[place] for e in _entries(files, path)
                        if e[0] == name and len(e) > place), ""))


def find_user(files: FileSystem, who: str) -> User | None:
    """Return the entry of a user's name or number."""
    for entry in _entries(files, _PASSWD):
        if who in (entry[0], entry[2]) and len(entry) > 5:
            uid, gid = number(entry[2]), number(entry[3])
            if uid is not None and gid is not None:
                return User(uid, gid, entry[5])
    return None


def find_group(files: FileSystem, who: str) -> int | None:
    """Return the number of the group that has an entry with a name or number."""
    found = (number(e[2]) for e in _entries(files, _GROUP) if who in (e[0], e[2]))
    return next((gid for gid in found if gid is not None), None)


def user_name(files: FileSystem, uid: int) -> str:
    """Return a user's name, or nothing."""
    return _name(files, _PASSWD, uid)


def group_name(files: FileSystem, gid: int) -> str:
    """Return a group's name, or nothing."""
    return _name(files, _GROUP, gid)


def user_id(files: FileSystem, name: str) -> int | None:
    """Return a user's number."""
    return _number(files, _PASSWD, name)


def login_group(files: FileSystem, name: str) -> int | None:
    """Return the number of a user's own group."""
    return _number(files, _PASSWD, name, 3)


def group_id(files: FileSystem, name: str) -> int | None:
    """Return a group's number."""
    return _number(files, _GROUP, name)


def home_of(files: FileSystem, name: str) -> str | None:
    """Return a user's home directory."""
    return next((e[5] for e in _entries(files, _PASSWD) if e[0] == name and len(e) > 5), None)


def groups_of(files: FileSystem, name: str) -> list[int]:
    """Return the further groups that a user is in."""
    found = (number(e[2]) for e in _entries(files, _GROUP)
             if len(e) > 3 and name and name in e[3].split(","))
    return [gid for gid in found if gid is not None]
