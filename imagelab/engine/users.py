"""The user of a container, as ``--user``, ``--group-add`` and the image's config name it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imagelab.model.filesystem import FileSystem
from imagelab.model.outcome import EngineError
from imagelab.shell import users
from imagelab.shell.users import User

_DIGITS = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_GREATEST = (1 << 31) - 1


def find_user(files: FileSystem, text: str, more: Sequence[str] = ()) -> User:
    """Find ``user``, ``uid``, ``user:group`` …; empty is root.

    A number needs no entry: its group is 0 then, its home directory ``/``. Further groups are
    those that a user without a group of one's choice is in, and ``more``, by name or number.

    Raises:
        EngineError: a name has no entry (case ``run-05``), or a number is none that Linux has.
    """
    who, _, group = text.partition(":")
    found = users.find_user(files, who or "0")
    if found is None:
        uid = _number(who or "0")
        if uid is None:
            raise EngineError(f"unable to find user {who}: no matching entries in passwd file")
        found = User(uid, 0, "/")
    # The variables of a container are text: bytes that are no UTF-8 cannot be in them.
    home = found.home.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    gid = _find_group(files, group) if group else found.gid
    own = () if group else users.groups_of(files, users.user_name(files, found.uid))
    groups = dict.fromkeys((*own, *(_find_group(files, each, "Unable") for each in more)))
    return User(found.uid, gid, home or "/", tuple(groups))


def _number(text: str) -> int | None:
    """Return the number that a text is, None for none."""
    if not _DIGITS.fullmatch(text):
        return None
    if not 0 <= int(text) <= _GREATEST:
        raise EngineError(f"uids and gids must be in range 0-{_GREATEST}")
    return int(text)


def _find_group(files: FileSystem, text: str, unable: str = "unable") -> int:
    gid = users.find_group(files, text)
    if gid is None:
        gid = _number(text)
    if gid is None:
        raise EngineError(f"{unable} to find group {text}: no matching entries in group file")
    return gid
