"""ps; its process numbers are fixed."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.users import user_name


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
