"""chown and chgrp."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import everything_at
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.users import group_id, login_group, user_id


def chown(argv: list[str], io: Io) -> int:
    """Change owner and group."""
    options, args = parse(io, argv, "RhfvcHLP", "", long={"recursive": "R", "verbose": "v",
                                                         "no-dereference": "h"})
    if len(args) < 2:
        return missing(io, "missing operand" if not args
                       else f"missing operand after {gnu_quote(args[0])}")
    if argv[0].rpartition("/")[2] == "chgrp":
        uid, gid = None, _group(io, args[0])
        if gid is None:
            return io.fail(f"invalid group: {gnu_quote(args[0])}" if io.gnu
                           else f"unknown group {args[0]}")
    else:
        owner, found = args[0], _owner(io, args[0])
        if isinstance(found, str):
            return io.fail(f"invalid {found}: {gnu_quote(owner)}" if io.gnu
                           else f"unknown user/group {owner}" if ":" in owner
                           else f"unknown {found} {owner}")
        uid, gid = found
    status = 0
    for top in args[1:]:
        try:
            for path in everything_at(io, top, "R" in options):
                follow = "h" not in options and path == top and "R" not in options
                node = io.stat(path, follow=follow)
                io.files.chown(path, node.uid if uid is None else uid,
                               node.gid if gid is None else gid, cwd=io.cwd, follow=follow)
        except FileError as error:
            verb = "changing ownership of" if error.code == "EPERM" else "cannot access"
            status = io.fail(f"{verb} {gnu_quote(top)}: {error.message}" if io.gnu
                             else f"{top}: {error.message}")
    return status


def _group(io: Io, text: str) -> int | None:
    found = group_id(io.files, text)
    if found is None and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return found


def _owner(io: Io, text: str) -> tuple[int | None, int | None] | str:
    user, separator, group = text.partition(":")
    if not separator and "." in text and user_id(io.files, text) is None:
        user, separator, group = text.partition(".")
    uid: int | None = None
    gid: int | None = None
    if user:
        uid = user_id(io.files, user)
        if uid is None and user.isascii() and user.isdigit() and len(user) < 10:
            uid = int(user)
        if uid is None:
            return "user"
        if separator and not group:
            gid = login_group(io.files, user)
    if group:
        gid = _group(io, group)
        if gid is None:
            return "group"
    return uid, gid
