"""Names of users and groups, from the container's own files."""

from __future__ import annotations

from imagelab.model.filesystem import FileError, FileSystem

_LIMIT = 1 << 18


def _entries(files: FileSystem, path: str) -> list[list[str]]:
    try:
        text = files.read(path).read(_LIMIT)
    except FileError:
        return []
    lines = text.decode("utf-8", "surrogateescape").splitlines()
    return [entry for line in lines if len(entry := line.split(":")) > 2]


def _name(files: FileSystem, path: str, number: int) -> str:
    return next((e[0] for e in _entries(files, path) if e[2] == str(number)), "")


def _number(files: FileSystem, path: str, name: str, place: int = 2) -> int | None:
    found = next((e[place] for e in _entries(files, path) if e[0] == name), "")
    return int(found) if found.isdigit() else None


def user_name(files: FileSystem, uid: int) -> str:
    """Return a user's name, or nothing."""
    return _name(files, "/etc/passwd", uid)


def group_name(files: FileSystem, gid: int) -> str:
    """Return a group's name, or nothing."""
    return _name(files, "/etc/group", gid)


def user_id(files: FileSystem, name: str) -> int | None:
    """Return a user's number."""
    return _number(files, "/etc/passwd", name)


def login_group(files: FileSystem, name: str) -> int | None:
    """Return the number of a user's own group."""
    return _number(files, "/etc/passwd", name, 3)


def group_id(files: FileSystem, name: str) -> int | None:
    """Return a group's number."""
    return _number(files, "/etc/group", name)


def groups_of(files: FileSystem, name: str) -> list[int]:
    """Return the further groups that a user is in."""
    return [
        int(e[2]) for e in _entries(files, "/etc/group")
        if len(e) > 3 and name and name in e[3].split(",") and e[2].isdigit()
    ]
