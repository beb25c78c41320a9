"""Layers applied one on another, entry by entry, as the OCI image layer spec says.

This is written after "Applying Changesets" and "Whiteouts" of the specification, for tars that
the standard library reads; it knows nothing of the lab's own trees.
"""

from __future__ import annotations

import hashlib
import math
import tarfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

_KINDS = {
    tarfile.REGTYPE: "file", tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink",
    tarfile.FIFOTYPE: "fifo", tarfile.CHRTYPE: "character", tarfile.BLKTYPE: "block",
}
_XATTR = "SCHILY.xattr."


@dataclass(frozen=True, eq=False)
class Found:
    """A file; hard links are one file at several paths.

    Attributes:
        about: what it is and holds: kind, mode, owner, seconds, content …
        layer: number of the layer that it comes from, 0 at the bottom.
        size: bytes that it takes, as the daemon counts.
    """

    about: tuple[object, ...]
    layer: int
    size: int = 0


Root = dict[str, Found]


def about(
    kind: str, mode: int, owner: tuple[int, int], seconds: int, *, content: str = "",
    target: str = "", device: tuple[int, int] = (0, 0), xattrs: Iterable[tuple[str, bytes]] = (),
) -> tuple[object, ...]:
    """Return what :class:`Found` has of a file."""
    permissions = oct(mode & 0o7777)
    return (kind, permissions, *owner, seconds, content, target, device, tuple(sorted(xattrs)))


def applied(lower: Root, layer: bytes, number: int) -> Root:
    """Return a root with the tar of one more layer applied."""
    root, own = dict(lower), set[str]()
    with tarfile.open(fileobj=BytesIO(layer)) as tar:
        for member in tar:
            path = "/".join(part for part in member.name.split("/") if part not in ("", "."))
            assert ".." not in path.split("/"), member.name
            folder, _, name = path.rpartition("/")
            if name == ".wh..wh..opq":
                _remove(root, folder, own)
            elif name.startswith(".wh."):
                gone = f"{folder}/{name[4:]}".lstrip("/")
                _remove(root, gone, own)
                if gone not in own:
                    root.pop(gone, None)
            elif path:
                _put(root, path, _file(tar, member, root, number), own)
    return root


def _remove(root: Root, folder: str, own: set[str]) -> None:
    """Take away what lower layers have below a folder."""
    for path in [path for path in root if _is_below(path, folder) and path not in own]:
        del root[path]


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _put(root: Root, path: str, file: Found, own: set[str]) -> None:
    folder = path.rpartition("/")[0]
    while folder:
        there = root.get(folder)
        assert there is not None, f"{path} has no folder"
        assert there.about[0] == "directory", f"{folder} is above {path} and no folder"
        folder = folder.rpartition("/")[0]
    old = root.get(path)
    if old is not None and {old.about[0], file.about[0]} != {"directory"}:
        _remove(root, path, set())
    root[path] = file
    own.add(path)


def _file(
    tar: tarfile.TarFile, member: tarfile.TarInfo, root: Root, number: int,
) -> Found:
    if member.islnk():
        return root[member.linkname.strip("/")]
    kind = _KINDS[member.type]
    stream = tar.extractfile(member) if kind == "file" else None
    data = stream.read() if stream else b""
    target = member.linkname if kind == "symlink" else ""
    xattrs = [(key.removeprefix(_XATTR), value.encode("utf-8", "surrogateescape"))
              for key, value in member.pax_headers.items() if key.startswith(_XATTR)]
    device = (member.devmajor, member.devminor) if kind in ("character", "block") else (0, 0)
    return Found(
        about(kind, member.mode, (member.uid, member.gid), math.floor(member.mtime),
              content=hashlib.sha256(data).hexdigest() if kind == "file" else "",
              target=target, device=device, xattrs=xattrs),
        number, len(data) or len(target.encode("utf-8", "surrogateescape")))


def linked(root: Root) -> set[frozenset[str]]:
    """Return which paths are the same file, where several are."""
    paths: dict[int, set[str]] = defaultdict(set)
    for path, file in root.items():
        paths[id(file)].add(path)
    return {frozenset(each) for each in paths.values() if len(each) > 1}


def size(layer: bytes) -> int:
    """Return the bytes that a layer adds: of each file once, and of the targets of links."""
    total = 0
    with tarfile.open(fileobj=BytesIO(layer)) as tar:
        for member in tar:
            is_marker = member.name.rpartition("/")[2].startswith(".wh.")
            if member.isreg() and not is_marker:
                total += member.size
            elif member.issym():
                total += len(member.linkname.encode("utf-8", "surrogateescape"))
    return total
