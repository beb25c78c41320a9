"""A root filesystem that apk knows, out of a list of packages.

In Alpine's lists the section of a package is its origin, the package that it was built with.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator

from imagelab.model.content import Content
from imagelab.model.node import Kind, Node, file
from imagelab.model.tree import parent_of
from imagelab.registry.catalogue.packages import (
    Package,
    nodes_of,
    read,
    with_folders,
)

_DATABASE = "lib/apk/db"
_SECOND = 10**9


def install(name: str, mtime: int) -> dict[str, Node]:
    """Return the root filesystem of a list of packages.

    Args:
        name: folder of the catalogue that holds ``packages.txt`` and ``files/``.
        mtime: when the filesystem was put together, nanoseconds since 1970; the time of folders
            and of apk's database.

    Raises:
        ValueError: a line of the list makes no sense.
    """
    packages = read(name)
    known = [package for package in packages if package.known]
    installed = "".join(_record(package) for package in known)
    database = {
        f"{_DATABASE}/installed": file(installed.encode(), 0o644, mtime),
        f"{_DATABASE}/lock": file(b"", 0o600, mtime),
    }
    return with_folders({**nodes_of(packages), **database}, mtime)


def _record(package: Package) -> str:
    """Return a package's part of apk's database (apk(5), "installed database")."""
    size = sum(node.size for node in package.nodes.values())
    lines = [
        f"P:{package.name}", f"V:{package.version}", f"A:{package.architecture}",
        f"S:{size * 2 // 5}", f"I:{size}", f"o:{package.section}",
        f"t:{package.mtime // _SECOND}", *_files(package)]
    text = "".join(f"{line}\n" for line in lines)
    return f"C:Q1{_sha1(text.encode())}\n{text}\n"


def _files(package: Package) -> Iterator[str]:
    """Yield folders, and below each its files with mode and checksum where they matter."""
    folders: dict[str, list[str]] = {}
    for path, node in package.nodes.items():
        if node.kind is Kind.DIRECTORY:
            folders.setdefault(path, [])
        else:
            folders.setdefault(parent_of(path), []).append(path)
    for folder, paths in sorted(folders.items()):
        yield f"F:{folder}"
        own = package.nodes.get(folder)
        if own and (own.mode, own.uid, own.gid) != (0o755, 0, 0):
            yield f"M:{own.uid}:{own.gid}:{own.mode:o}"
        for path in sorted(paths):
            yield from _file(path, package.nodes[path])


def _file(path: str, node: Node) -> Iterator[str]:
    yield f"R:{path.rpartition('/')[2]}"
    if node.kind is Kind.SYMLINK:
        yield "a:0:0:777"
        yield f"Z:Q1{_sha1(node.target.encode())}"
        return
    if (node.mode, node.uid, node.gid) != (0o644, 0, 0):
        yield f"a:{node.uid}:{node.gid}:{node.mode:o}"
    yield f"Z:Q1{_sha1(node.content)}"


def _sha1(data: Content | bytes) -> str:
    """Return apk's way to write a checksum; it protects nothing here."""
    chunks = [data] if isinstance(data, bytes) else data.chunks()
    sha = hashlib.sha1(usedforsecurity=False)
    for chunk in chunks:
        sha.update(chunk)
    return b64encode(sha.digest()).decode()
