"""Digests of single tar entries as the daemon's builder takes them: ``tarsum.v1+sha256``.

Name, mode, owner, size, type, target and content count; times do not. The digests decide whether
``COPY`` may use the cache, and stand in its history entry.
"""

from __future__ import annotations

import hashlib

from imagelab.model.content import Content


def entry_digest(
    name: str, kind: str, *, mode: int, uid: int = 0, gid: int = 0, size: int = 0,
    target: str = "", user: str = "", group: str = "", device: tuple[int, int] = (0, 0),
    xattrs: tuple[tuple[str, bytes], ...] = (), content: Content | None = None,
) -> str:
    """Return the digest of an entry, 64 hexadecimal digits.

    Args:
        name: as in the tar, a folder's with a slash at its end.
        kind: the type flag of the tar's format, such as ``5`` for a folder.
        mode: all bits of the header's field.
        uid: owner.
        gid: group.
        size: as in the header.
        target: what a link points at.
        user: the owner's name, mostly empty.
        group: the group's name, mostly empty.
        device: major and minor number.
        xattrs: extended attributes, sorted by name.
        content: the file's bytes; None for what has none.
    """
    fields: tuple[tuple[str, object], ...] = (
        ("name", name), ("mode", mode), ("uid", uid), ("gid", gid), ("size", size),
        ("typeflag", kind), ("linkname", target), ("uname", user), ("gname", group),
        ("devmajor", device[0]), ("devminor", device[1]))
    sha = hashlib.sha256()
    for key, value in fields:
        sha.update(f"{key}{value}".encode("utf-8", "surrogateescape"))
    for key, data in xattrs:
        sha.update(key.encode("utf-8", "surrogateescape") + data)
    if content is not None:
        for chunk in content.chunks():
            sha.update(chunk)
    return sha.hexdigest()
