"""Files of the host as the lab's nodes: looked at now, read when they are wanted."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from imagelab.docker.host_paths import open_file
from imagelab.model.content import CHUNK, Content
from imagelab.model.node import EMPTY, Kind, Node
from imagelab.storage.page_drive import most_bytes

KINDS = {
    stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.DIRECTORY, stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFCHR: Kind.CHARACTER, stat.S_IFBLK: Kind.BLOCK, stat.S_IFIFO: Kind.FIFO,
}


def node_of(path: Path, found: os.stat_result, content: Callable[[Path, int], Content]) -> Node:
    """Return a file of the host as a node; a socket, which no layer can hold, looks like a pipe.

    Args:
        path: where it is.
        found: what ``lstat`` says of it.
        content: makes a file's content of its path and size.

    Raises:
        OSError: it is a link that has gone meanwhile.
    """
    kind = KINDS.get(stat.S_IFMT(found.st_mode), Kind.FIFO)
    device = (0, 0)
    if kind in (Kind.CHARACTER, Kind.BLOCK):
        device = (os.major(found.st_rdev), os.minor(found.st_rdev))
    return Node(
        kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, found.st_mtime_ns,
        content(path, found.st_size) if kind is Kind.FILE else EMPTY,
        target=os.readlink(path) if kind is Kind.SYMLINK else "", device=device)


def read(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Stream some bytes of a file.

    Raises:
        OSError: the host does not let us.
        EOFError: the file has become shorter.
    """
    with _whole_again(path) if most_bytes(path) else open_file(str(path)) as file:
        file.seek(start)
        while length > 0:
            chunk = file.read(min(CHUNK, length))
            if not chunk:
                raise EOFError
            length -= len(chunk)
            yield chunk


def _whole_again(path: Path) -> BinaryIO:
    """Open a file of a page's drive, which fetches all of it whenever it is opened.

    Programs that read a file bit by bit open it as often: the last one is kept.
    """
    found = os.stat(path)
    return BytesIO(_whole(str(path), found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=1)
def _whole(path: str, size: int, mtime: int) -> bytes:
    with open_file(path) as file:
        return file.read()
