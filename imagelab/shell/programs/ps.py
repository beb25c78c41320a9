"""ps; its process numbers are fixed."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.users import user_name

_MAIN = "/proc/1/cmdline"
_LIMIT = 4096


def ps(argv: list[str], io: Io) -> int:
    """Print the main process and ps itself, which is all that is told of here."""
    user, rows = processes(io, " ".join(argv))
    if not io.gnu:
        io.out("PID   USER     TIME  COMMAND\n")
        for pid, _, command in rows:
            io.out(f"{pid:>5} {user:<8}  0:00 {command}\n")
    elif any(set("ef") & set(arg) for arg in argv[1:]):
        io.out("UID          PID    PPID  C STIME TTY          TIME CMD\n")
        for pid, parent, command in rows:
            io.out(f"{user:<8} {pid:>7} {parent:>7}  0 00:00 ?        00:00:00 {command}\n")
    else:
        io.out("    PID TTY          TIME CMD\n")
        for pid, _, command in rows:
            name = command.split()[0].rpartition("/")[2]
            io.out(f"{pid:>7} ?        00:00:00 {name}\n")
    return 0


def processes(io: Io, line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the user, and number, parent and line of the main process and of this one."""
    user = user_name(io.files, io.uid) or str(io.uid)
    first = _main_process(io)
    return user, [(1, 0, first), *([] if first == line else [(7, 1, line)])]


def _main_process(io: Io) -> str:
    try:
        text = io.files.read(_MAIN).read(_LIMIT).decode("utf-8", "replace")
    except FileError:
        return "sh"
    return text.replace("\0", " ").strip() or "sh"
