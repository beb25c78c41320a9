"""Containers to try the shell in, and the real programs to compare it with."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node, directory, file, symlink
from imagelab.model.tree import Tree
from imagelab.shell.budget import Budget
from imagelab.shell.process import Advance, advance, spawn

NOW = 1_700_000_000 * 10**9
ELF = b"\x7fELF a program"
PASSWD = b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"
GROUP = b"root:x:0:\nuser:x:1000:\n"
#: As Debian's and Ubuntu's files have it.
BASHRC = rb"PS1='${debian_chroot:+($debian_chroot)}\u@\h:\w\$ '" + b"\n"
TOOLS = [
    "[", "basename", "cat", "chgrp", "chmod", "chown", "cp", "cut", "date", "dd", "df",
    "dirname", "du", "echo", "env", "false", "find", "grep", "egrep", "fgrep", "head",
    "hostname", "id", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mknod", "mv", "nl", "printenv",
    "printf", "ps", "pwd", "readlink", "realpath", "rev", "rm", "rmdir", "sed", "seq",
    "sha1sum", "sha256sum", "sleep", "sort", "stat", "tac", "tail", "tee", "test", "touch",
    "tr", "true", "truncate", "uname", "uniq", "wc", "which", "whoami", "xargs", "yes", "expr",
    "mktemp", "cksum", "comm", "paste", "fold", "sha512sum", "timeout", "nohup", "install",
    "cmp", "diff", "awk", "base64", "free", "gunzip", "gzip", "hexdump", "less", "more",
    "mount", "od", "tar", "tree", "uptime", "zcat",
]


def tree(flavour: str, extra: dict[str, Node] | None = None) -> Tree:
    """A small root file system with busybox or with GNU programs."""
    nodes: dict[str, Node] = {
        name: directory() for name in ("bin", "etc", "root", "tmp", "usr", "usr/bin", "home")
    }
    nodes["etc/passwd"], nodes["etc/group"] = file(PASSWD), file(GROUP)
    if flavour == "busybox":
        nodes["bin/busybox"] = file(ELF, 0o755)
        for name in (*TOOLS, "sh", "ash"):
            nodes[f"bin/{name}"] = symlink("busybox")
    else:
        for name in TOOLS:
            nodes[f"usr/bin/{name}"] = file(ELF, 0o755)
        nodes["bin/dash"], nodes["bin/bash"] = file(ELF, 0o755), file(ELF, 0o755)
        nodes["bin/sh"] = symlink("dash")
        nodes["etc/bash.bashrc"] = file(BASHRC)
    return Tree().over({**nodes, **(extra or {})})


def container(flavour: str = "busybox", extra: dict[str, Node] | None = None) -> FileSystem:
    """Files of a container that was just made."""
    return FileSystem(tree(flavour, extra), {}, now=NOW)


def run(
    files: FileSystem, *argv: str, stdin: bytes = b"", tty: bool = False, cwd: str = "/",
    env: Iterable[str] = ("HOME=/root", "PATH=/usr/bin:/bin"), budget: Budget | None = None,
    uid: int = 0,
) -> Advance:
    """Run a program to its end, or to where it stops."""
    process = spawn(files, argv, env=tuple(env), cwd=cwd, uid=uid, gid=uid, tty=tty, stdin=stdin)
    return advance(process, files, NOW, budget or Budget(), hostname="box")


def text(result: Advance, stream: int = 1) -> str:
    """What a program wrote to one stream."""
    return b"".join(d for s, d in result.output if s == stream).decode("utf-8", "replace")


@dataclass(frozen=True)
class Ran:
    """What running a script did, really or here."""

    status: int
    stdout: str
    stderr: str
    files: dict[str, tuple[str, int, bytes]]


#: What ``nohup`` or ``&`` have made our own process ignore; shells would inherit it.
_IGNORED = [each for each in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
            if signal.getsignal(each) is signal.SIG_IGN]


def _restore_signals() -> None:
    for each in _IGNORED:
        signal.signal(each, signal.SIG_DFL)


@cache
def _applets(busybox: str) -> str:
    """Return a folder in which busybox has the names of its tools."""
    folder = tempfile.mkdtemp(prefix="imagelab-busybox-")
    atexit.register(shutil.rmtree, folder)
    for name in (*TOOLS, "sh"):
        Path(folder, name).symlink_to(busybox)
    return folder


def run_real(shell: str, script: str, scratch: Path) -> Ran:
    """Run a script with the real busybox or bash in a scratch directory."""
    work = scratch / "work"
    work.mkdir()
    env = {"HOME": "/root", "LC_ALL": "C", "TZ": "UTC0"}
    if shell == "busybox":
        program = shutil.which("busybox")
        assert program is not None
        applets = _applets(program)
        argv, program, env["PATH"] = ["sh", "-c", script], f"{applets}/sh", applets
    else:
        found = shutil.which(shell)
        assert found is not None
        argv, program, env["PATH"] = [shell, "-c", script], found, "/usr/bin:/bin"
    done = subprocess.run(
        argv, executable=program, cwd=work, env=env, stdin=subprocess.DEVNULL,
        capture_output=True, timeout=20, umask=0o022, check=False,
        # Without it a process is started without a copy of all that this one has in memory.
        preexec_fn=_restore_signals if _IGNORED else None,
    )
    found_files = {}
    for folder, names, leaves in os.walk(work):
        for name in (*names, *leaves):
            path = Path(folder, name)
            found_files[str(path.relative_to(work))] = _real_file(path)
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"),
               done.stderr.decode("utf-8", "replace"), found_files)


def _real_file(path: Path) -> tuple[str, int, bytes]:
    if path.is_symlink():
        return "symlink", 0o777, os.readlink(path).encode()
    mode = path.stat().st_mode & 0o7777
    if path.is_dir():
        return "directory", mode, b""
    if path.is_fifo():
        return "fifo", mode, b""
    return "file", mode, path.read_bytes()


def run_here(shell: str, script: str, scratch: Path) -> Ran:
    """Run a script here, in a directory of the same name."""
    work = str(scratch / "work")
    extra = {}
    for folder in Path(work).relative_to("/").parents:
        if str(folder) != ".":
            extra[str(folder)] = directory()
    extra[work.lstrip("/")] = directory()
    files = container("busybox" if shell == "busybox" else "gnu", extra)
    argv = ("sh" if shell == "busybox" else shell, "-c", script)
    result = run(files, *argv, cwd=work)
    found = {}
    for path, node in files.walk(work):
        if path != work:
            found[path[len(work) + 1 :]] = _our_file(node)
    assert result.process.status is not None, result.process
    return Ran(result.process.status, text(result, 1), text(result, 2), found)


def _our_file(node: Node) -> tuple[str, int, bytes]:
    content = node.content.read() if node.kind is Kind.FILE else node.target.encode()
    return node.kind.value, node.mode, content
