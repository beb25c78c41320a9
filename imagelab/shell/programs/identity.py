"""id, whoami and groups."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.users import group_name, groups_of, login_group, user_id, user_name


def identity(argv: list[str], io: Io) -> int:
    """Print who the user is."""
    options, args = parse(io, argv, "ugGnr", long={"user": "u", "group": "g", "groups": "G",
                                                   "name": "n", "real": "r"})
    uid, gid, further = io.uid, io.gid, sorted(io.files.groups)  # as the kernel keeps them
    if args:
        found = user_id(io.files, args[0])
        if found is None:
            return io.fail(f"{gnu_quote(args[0])}: no such user" if io.gnu
                           else f"unknown user {args[0]}")
        uid, gid = found, login_group(io.files, args[0]) or 0
        further = groups_of(io.files, args[0])
    user = user_name(io.files, uid)
    further = [each for each in further if each != gid]
    if "u" in options or "g" in options:
        number, name = (uid, user) if "u" in options else (gid, group_name(io.files, gid))
        io.out((name or str(number) if "n" in options else str(number)) + "\n")
    elif "G" in options:
        names = [gid, *further]
        io.out(" ".join(group_name(io.files, g) or str(g) if "n" in options else str(g)
                        for g in names) + "\n")
    else:
        def named(number: int, name: str) -> str:
            return f"{number}({name})" if name else str(number)

        every = [gid, *further] if args else sorted({gid, *further})
        groups = ",".join(named(g, group_name(io.files, g)) for g in every)
        group = named(gid, group_name(io.files, gid))
        io.out(f"uid={named(uid, user)} gid={group} groups={groups}\n")
    return 0


def whoami(argv: list[str], io: Io) -> int:
    """Print the user's name."""
    name = user_name(io.files, io.uid)
    if not name:
        return io.fail(f"cannot find name for user ID {io.uid}" if io.gnu
                       else f"unknown uid {io.uid}")
    io.out(name + "\n")
    return 0


def groups(argv: list[str], io: Io) -> int:
    """Print the names of the user's groups."""
    further = groups_of(io.files, argv[1]) if len(argv) > 1 else sorted(io.files.groups)
    gids = [io.gid, *(g for g in further if g != io.gid)]
    io.out(" ".join(group_name(io.files, g) or str(g) for g in gids) + "\n")
    return 0
