"""Which program a file is, and what runs for it.

A program's module is imported when it first runs: most commands need one or two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TypeAlias

from imagelab.shell.lazy import Table, load, places
from imagelab.shell.lookup import Found
from imagelab.shell.programs.io import Io, UsageError

Program: TypeAlias = Callable[[list[str], Io], int]
_SHELLS = {"sh": "dash", "dash": "dash", "bash": "bash", "rbash": "bash", "ash": "ash"}
NOT_SIMULATED_STATUS = 126
#: What stands for a program that the lab does not simulate.
UNKNOWN = "?"

_TABLE: Table = {
    "apk": {"apk": "apk"},
    "apt": {"apt": "apt apt-get"},
    "apt_cache": {"apt_cache": "apt-cache"},
    "awk": {"awk": "awk mawk gawk"},
    "base64": {"base64": "base64"},
    "basename": {"basename": "basename", "dirname": "dirname", "working_directory": "pwd"},
    "cat": {"cat": "cat"},
    "checksum": {"checksum": "md5sum sha1sum sha256sum sha512sum"},
    "chmod": {"chmod": "chmod"},
    "chown": {"chown": "chown chgrp"},
    "cmp": {"cmp": "cmp"},
    "comm": {"comm": "comm"},
    "cp": {"cp": "cp"},
    "cut": {"cut": "cut"},
    "date": {"date": "date"},
    "dd": {"dd": "dd"},
    "df": {"df": "df"},
    "diff": {"diff": "diff"},
    "dpkg": {"dpkg": "dpkg dpkg-query"},
    "du": {"du": "du"},
    "echo": {"echo": "echo", "print_formatted": "printf"},
    "env": {"env": "env", "printenv": "printenv"},
    "expr": {"expr": "expr"},
    "find": {"find": "find"},
    "fold": {"fold": "fold"},
    "grep": {"grep": "grep egrep fgrep"},
    "gzip": {"gzip": "gzip gunzip zcat"},
    "head": {"head": "head", "tail": "tail"},
    "identity": {"identity": "id", "whoami": "whoami", "groups": "groups"},
    "ln": {"ln": "ln"},
    "ls": {"ls": "ls"},
    "machine_state": {"free": "free", "uptime": "uptime", "mount": "mount"},
    "mkdir": {"mkdir": "mkdir"},
    "mknod": {"mkfifo": "mkfifo", "mknod": "mknod"},
    "mktemp": {"mktemp": "mktemp"},
    "mv": {"mv": "mv"},
    "nl": {"nl": "nl"},
    "od": {"od": "od", "hexdump": "hexdump hd"},
    "pager": {"pager": "less more"},
    "paste": {"paste": "paste"},
    "ping": {"ping": "ping"},
    "ps": {"ps": "ps"},
    "readlink": {"readlink": "readlink realpath"},
    "rev": {"rev": "rev", "tac": "tac"},
    "rm": {"rm": "rm", "rmdir": "rmdir", "unlink": "unlink"},
    "sed": {"sed": "sed"},
    "seq": {"seq": "seq"},
    "sleep": {"sleep": "sleep"},
    "sort": {"sort": "sort"},
    "stat": {"stat": "stat"},
    "system": {"uname": "uname", "hostname": "hostname", "nproc": "nproc", "arch": "arch",
               "tty": "tty"},
    "tar": {"tar": "tar"},
    "tee": {"tee": "tee"},
    "test": {"test": "test [ [["},
    "top": {"top": "top"},
    "touch": {"touch": "touch"},
    "tr": {"tr": "tr"},
    "tree": {"tree": "tree"},
    "true": {"true": "true", "false": "false", "nothing": "sync clear"},
    "truncate": {"truncate": "truncate"},
    "uniq": {"uniq": "uniq"},
    "wc": {"wc": "wc"},
    "which": {"which_program": "which"},
    "wrappers": {"run_other": "nohup nice timeout", "busybox": "busybox"},
    "xargs": {"xargs": "xargs"},
    "yes": {"yes": "yes"},
}
#: Programs that images bring; busybox has none of them.
_SERVICES: Table = {
    "hello": {"hello": "hello"},
    "httpd": {"httpd": "httpd"},
    "languages": {"python": "python3 python3.12 python3.13", "node": "node"},
    "mysqld": {"mysqld": "mysqld", "mysqladmin": "mysqladmin"},
    "nginx": {"nginx": "nginx"},
    "redis": {"redis_server": "redis-server", "redis_cli": "redis-cli"},
    "registry_server": {"registry": "registry"},
    "sshd": {"sshd": "sshd"},
}
#: Where programs are, by name.
PLACES = places(__package__ or "", {**_TABLE, **_SERVICES})
#: What ``busybox NAME`` takes.
APPLETS = frozenset({*places(__package__ or "", _TABLE), "sh", "ash"})


def program_for(
    found: Found, argv: list[str], further: Container[str] = (),
) -> tuple[str, str]:
    """Return an ELF file's program and flavour: ``("ls", "busybox")``.

    Args:
        found: the file.
        argv: what it was started as.
        further: names of programs besides the room's own.
    """
    base = found.resolved.rpartition("/")[2]
    if base in further:
        return base, "gnu"
    name = argv[0].rpartition("/")[2].lstrip("-")
    if base.startswith("busybox"):
        if name in ("sh", "ash"):
            return "ash", "busybox"
        name = "busybox" if name.startswith("busybox") else name
        return (name if name in PLACES else UNKNOWN), "busybox"
    if base in _SHELLS:
        return _SHELLS[base], "gnu"
    return (base if base in PLACES else UNKNOWN), "gnu"


def run_program(name: str, argv: list[str], io: Io) -> int:
    """Run a program that :func:`program_for` named; return its status."""
    if name == UNKNOWN:
        io.err(f"imagelab does not simulate {argv[0].rpartition('/')[2]}\n")
        return NOT_SIMULATED_STATUS
    try:
        program: Program = io.host.programs.get(name) or load(PLACES[name])
        return program(argv, io)
    except UsageError as error:
        io.err(error.message)
        return error.status
