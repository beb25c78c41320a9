"""The layers of ``busybox``: one program under many names, in three builds."""

from __future__ import annotations

from importlib.resources import files

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes, Node, directory, file, symlink
from imagelab.registry.catalogue.stand_in import program

_UNSTABLE = parse_time("2024-09-26T21:31:42Z")
_STABLE = parse_time("2023-05-18T22:34:17Z")
_PASSWD = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
_FOLDERS = {
    "bin": 0o755, "dev": 0o755, "etc": 0o755, "home": 0o755, "root": 0o700, "tmp": 0o1777,
    "usr": 0o755, "usr/bin": 0o755, "usr/sbin": 0o755, "var": 0o755, "var/spool": 0o755,
}
_TEXTS = {
    "etc/passwd": _PASSWD,
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}


def rootfs() -> Changes:
    """Return the whole system of version 1.37."""
    return _system(1_982_256, _UNSTABLE, "busybox")


def stable() -> Changes:
    """Return the whole system of version 1.36."""
    return _system(1_974_104, _STABLE, "busybox-1.36")


def musl() -> Changes:
    """Return the whole system of version 1.37, with a smaller C library."""
    return _system(1_508_496, _UNSTABLE, "busybox-musl")


def _system(size: int, built: int, seed: str) -> Changes:
    nodes: dict[str, Node] = {
        path: directory(mode, built) for path, mode in _FOLDERS.items()}
    nodes |= {path: file(text.encode(), 0o644, built) for path, text in _TEXTS.items()}
    nodes["etc/shadow"] = file(b"root:*:20000:0:99999:7:::\n", 0o640, built)
    nodes["bin/busybox"] = file(program("bin/busybox", size, seed), 0o755, built)
    for name in (files(__package__) / "busybox-applets.txt").read_text("utf-8").split():
        nodes[f"bin/{name}"] = symlink("busybox", built)
    return nodes
