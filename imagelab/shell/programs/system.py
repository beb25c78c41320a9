"""Programs that tell about the system; what would differ by machine is fixed.

Fixed values: the kernel ``5.15.0``, machine ``x86_64``, process numbers, a disk of 64 GB; the
date is the lab's clock, the name the container's.
"""

from __future__ import annotations

from imagelab.shell.lookup import DEFAULT_PATH, which
from imagelab.shell.programs.files import base_name
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.times import parse_date, strftime
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.users import (
    group_name,
    groups_of,
    login_group,
    user_id,
    user_name,
)

KERNEL = "5.15.0"
VERSION = "#1 SMP"
MACHINE = "x86_64"
DISK_KB = 64 * 1024 * 1024


def uname(argv: list[str], io: Io) -> int:
    """Print the system's name."""
    options, _ = parse(io, argv, "asnrvmpio", long={"all": "a", "kernel-name": "s",
                                                    "kernel-release": "r", "machine": "m"})
    chosen = set(options) or {"s"}
    if "a" in chosen:
        chosen = set("snrvmo")
    values = {"s": "Linux", "n": io.host.hostname, "r": KERNEL, "v": VERSION, "m": MACHINE,
              "p": "unknown", "i": "unknown", "o": "GNU/Linux"}
    io.out(" ".join(value for letter, value in values.items() if letter in chosen) + "\n")
    return 0


def hostname(argv: list[str], io: Io) -> int:
    """Print the container's name."""
    options, args = parse(io, argv, "fsidI")
    if args:
        return io.fail(io.words("you must be root to change the host name",
                                "sethostname: Operation not permitted"))
    io.out("172.17.0.2\n" if {"i", "I"} & set(options) else io.host.hostname + "\n")
    return 0


def identity(argv: list[str], io: Io) -> int:
    """Print who the user is."""
    options, args = parse(io, argv, "ugGnr", long={"user": "u", "group": "g", "groups": "G",
                                                   "name": "n", "real": "r"})
    uid, gid = io.uid, io.gid
    if args:
        found = user_id(io.files, args[0])
        if found is None:
            return io.fail(f"{gnu_quote(args[0])}: no such user" if io.gnu
                           else f"unknown user {args[0]}")
        uid, gid = found, login_group(io.files, args[0]) or 0
    user = user_name(io.files, uid)
    further = [g for g in groups_of(io.files, user) if g != gid] if args or uid == 0 else []
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

        groups = ",".join(named(g, group_name(io.files, g)) for g in [gid, *further])
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
    name = argv[1] if len(argv) > 1 else user_name(io.files, io.uid)
    gids = [io.gid, *(g for g in groups_of(io.files, name) if g != io.gid)]
    io.out(" ".join(group_name(io.files, g) or str(g) for g in gids) + "\n")
    return 0


def date(argv: list[str], io: Io) -> int:
    """Print the lab's time."""
    options, args = parse(io, argv, "uR", "dsIr", long={"utc": "u", "date": "d",
                                                        "iso-8601": "I", "universal": "u"})
    when: int | None = io.host.now
    if "d" in options:
        when = parse_date(options["d"][-1], io.host.now)
        if when is None:
            return io.fail(f"invalid date {gnu_quote(options['d'][-1])}" if io.gnu
                           else f"invalid date '{options['d'][-1]}'")
    elif "r" in options:
        when = io.stat(options["r"][-1]).mtime
    if "s" in options:
        return io.fail(io.words("cannot set date: Operation not permitted",
                                "can't set date: Operation not permitted"))
    form = "%a %b %e %H:%M:%S UTC %Y"
    if "R" in options:
        form = "%a, %d %b %Y %H:%M:%S +0000"
    elif "I" in options:
        form = "%F"
    if args:
        if not args[0].startswith("+"):
            return io.fail(f"invalid date {gnu_quote(args[0])}")
        form = args[0][1:]
    io.out(strftime(form, when or 0) + "\n")
    return 0


def ps(argv: list[str], io: Io) -> int:
    """Print processes: the main one, which is all a lab knows, and ps itself."""
    line = " ".join(argv)
    user = user_name(io.files, io.uid) or str(io.uid)
    first = "sh"
    try:
        first = io.files.read("/proc/1/cmdline").read(4096).replace(b"\0", b" ").decode().strip()
    except Exception:
        first = "sh"
    if io.gnu:
        wide = any(set("ef") & set(arg) for arg in argv[1:])
        if wide:
            io.out("UID          PID    PPID  C STIME TTY          TIME CMD\n")
            for pid, parent, command in ((1, 0, first), (7, 1, line)):
                io.out(f"{user:<8} {pid:>7} {parent:>7}  0 00:00 ?        00:00:00 {command}\n")
        else:
            io.out("    PID TTY          TIME CMD\n")
            for pid, command in ((1, first.split()[0]), (7, "ps")):
                io.out(f"{pid:>7} ?        00:00:00 {command}\n")
        return 0
    io.out("PID   USER     TIME  COMMAND\n")
    for pid, command in ((1, first), (7, line)):
        io.out(f"{pid:>5} {user:<8}  0:00 {command}\n")
    return 0


def df(argv: list[str], io: Io) -> int:
    """Print the space of the container's one disk."""
    from imagelab.shell.programs.inodes import block_count
    from imagelab.shell.programs.listing import human_size

    options, args = parse(io, argv, "hkPTamiH", "tB", long={"human-readable": "h"})
    for path in args:
        io.stat(path)
    used = sum(block_count(node) for node in io.files.changes.values())
    human = "h" in options

    def size(kilobytes: int) -> str:
        return human_size(kilobytes * 1024, gnu=io.gnu) if human else str(kilobytes)

    free, percent = DISK_KB - used, -(-used * 100 // DISK_KB)
    if io.gnu:
        head = "Filesystem      Size  Used Avail Use% Mounted on" if human else (
            "Filesystem     1K-blocks  Used Available Use% Mounted on"
        )
        widths = (5, 5, 5) if human else (9, 5, 9)
        cells = [size(v).rjust(w) for v, w in zip((DISK_KB, used, free), widths, strict=True)]
        io.out(f"{head}\noverlay        {' '.join(cells)} {percent:3d}% /\n")
        return 0
    if human:
        io.out("Filesystem                Size      Used Available Use% Mounted on\n")
    else:
        io.out("Filesystem           1K-blocks      Used Available Use% Mounted on\n")
    cells = [size(v).rjust(9) for v in (DISK_KB, used, free)]
    io.out(f"overlay              {' '.join(cells)} {percent:3d}% /\n")
    return 0


def which_program(argv: list[str], io: Io) -> int:
    """Print where programs are in PATH."""
    _, args = parse(io, argv, "a")
    status = 0
    for name in args:
        found = name if "/" in name and io.files.may_run(name, cwd=io.cwd) else None
        if "/" not in name:
            found = which(io.files, name, path=io.env.get("PATH", DEFAULT_PATH), cwd=io.cwd)
        if found is None:
            status = 1
        else:
            io.out(found + "\n")
    return status


def basename(argv: list[str], io: Io) -> int:
    """Print the last part of a path."""
    options, args = parse(io, argv, "az", "s", permute=False)
    if not args:
        return missing(io, "missing operand")
    if "a" in options or "s" in options:
        suffix = options.get("s", [""])[-1]
        pairs = [(arg, suffix) for arg in args]
    else:
        if len(args) > 2:
            return missing(io, f"extra operand {gnu_quote(args[2])}")
        pairs = [(args[0], args[1] if len(args) > 1 else "")]
    for path, suffix in pairs:
        name = base_name(path)
        io.out((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


def dirname(argv: list[str], io: Io) -> int:
    """Print the directory part of a path."""
    _, args = parse(io, argv, "z")
    if not args:
        return missing(io, "missing operand")
    for path in args:
        stripped = path.rstrip("/")
        folder, slash, _ = stripped.rpartition("/")
        if not stripped:
            io.out("/\n" if path else ".\n")
        else:
            io.out((folder.rstrip("/") or ("/" if slash else ".")) + "\n")
    return 0


def working_directory(argv: list[str], io: Io) -> int:
    """Print the working directory."""
    io.out(io.cwd + "\n")
    return 0


def nproc(argv: list[str], io: Io) -> int:
    """Print the number of processors."""
    io.out("1\n")
    return 0


def arch(argv: list[str], io: Io) -> int:
    """Print the machine's kind."""
    io.out(MACHINE + "\n")
    return 0


def tty(argv: list[str], io: Io) -> int:
    """Print the terminal's name."""
    io.out("/dev/pts/0\n" if io.terminal(0) else "not a tty\n")
    return int(not io.terminal(0))


def nothing(argv: list[str], io: Io) -> int:
    """Do nothing, as sync and clear may."""
    return 0


PROGRAMS = {
    "uname": uname, "hostname": hostname, "id": identity, "whoami": whoami, "groups": groups,
    "date": date, "ps": ps, "df": df, "which": which_program, "basename": basename,
    "dirname": dirname, "pwd": working_directory, "nproc": nproc, "arch": arch, "tty": tty,
    "sync": nothing, "clear": nothing,
}
