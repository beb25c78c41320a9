"""The system that the terminal's shell runs on: the lab's programs and ``docker``, no host's."""

from __future__ import annotations

import os
from functools import lru_cache

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Changes, Node, directory, file, symlink
from imagelab.model.tree import Tree
from imagelab.registry.catalogue.stand_in import program
from imagelab.shell.programs.registry import APPLETS
from imagelab.terminal.host_tree import HostTree

HOSTNAME = "imagelab"
DOCKER = "docker"
_NOT_HERE = frozenset({"ash", "busybox", "[[", "apk", "apt", "apt-get", "apt-cache", "dpkg", "ps"})
_FOLDERS = {"etc": 0o755, "tmp": 0o1777, "usr": 0o755, "usr/bin": 0o755, "var": 0o755}
_PROGRAM_SIZE = 65_536


def user() -> tuple[int, int]:
    """Return whose rights the shell has: those of whoever runs the lab."""
    return (os.getuid(), os.getgid()) if hasattr(os, "getuid") else (1000, 1000)


@lru_cache(maxsize=1)
def system() -> Tree:
    """Return the system's files."""
    uid, gid = user()
    nodes: dict[str, Node] = {path: directory(mode) for path, mode in _FOLDERS.items()}
    nodes["bin"] = symlink("usr/bin")
    for name in sorted({*APPLETS, "bash", "sh", DOCKER} - _NOT_HERE):
        nodes[f"usr/bin/{name}"] = file(program(f"usr/bin/{name}", _PROGRAM_SIZE, name), 0o755)
    users = "root:x:0:0:root:/root:/bin/bash\n"
    groups = "root:x:0:\n"
    if uid:
        users += f"student:x:{uid}:{gid}:student:/home/student:/bin/bash\n"
        groups += f"student:x:{gid}:\n" if gid else ""
    nodes["etc/passwd"] = file(users.encode())
    nodes["etc/group"] = file(groups.encode())
    nodes["etc/hostname"] = file(f"{HOSTNAME}\n".encode())
    return Tree().over(nodes)


def open_system(changes: Changes, point: str, folder: HostTree, *, now: int) -> FileSystem:
    """Return the system with a folder of the host at a mount point.

    Args:
        changes: what was changed outside that folder so far.
        point: where the folder lies, without a leading slash.
        folder: the folder.
        now: time given to what is written, nanoseconds since 1970.
    """
    ways = {point[:end]: directory() for end, char in enumerate(point) if char == "/"}
    return FileSystem(system().over({**ways, point: directory()}), changes, now=now,
                      trees={point: folder})
