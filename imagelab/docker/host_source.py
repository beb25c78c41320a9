"""Files of the host on their way into a container: looked at now, read when they are wanted."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imagelab.docker.command import ClientError
from imagelab.docker.copy_place import split_entry
from imagelab.formats.file_archive import MAX_ENTRIES, FileEntry
from imagelab.formats.layer_tar import SECOND, LayerError
from imagelab.model.content import CHUNK, Content
from imagelab.model.node import EMPTY, Kind, Node

_KINDS = {
    stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.DIRECTORY, stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFCHR: Kind.CHARACTER, stat.S_IFBLK: Kind.BLOCK, stat.S_IFIFO: Kind.FIFO,
}


@dataclass(frozen=True)
class HostContent(Content):
    """The content of a file of the host.

    Attributes:
        path: where it is.
        size: its bytes when it was looked at.
    """

    path: Path
    size: int

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from the file.

        Raises:
            LayerError: the host does not let us, or the file has become shorter.
        """
        left = self.size - start if length is None else min(length, self.size - start)
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                while left > 0:
                    chunk = file.read(min(CHUNK, left))
                    if not chunk:
                        raise LayerError("unexpected EOF")
                    left -= len(chunk)
                    yield chunk
        except OSError as error:
            raise LayerError(f"open {self.path}: {(error.strerror or '').lower()}") from error


def host_entries(path: str, name: str, complain: Callable[[str], None]) -> list[FileEntry]:
    """Return a file of the host, or a directory with all that is in it, as entries of an archive.

    Args:
        path: absolute; ``/.`` at its end names the entries after a dot.
        name: what to call it instead of the last part of its path; empty for that.
        complain: told what cannot be read and is left out.

    Raises:
        ClientError: there are too many.
    """
    top = split_entry(path)[1]
    start = Path(path)
    found: list[FileEntry] = []
    first_links: dict[tuple[int, int], str] = {}
    for each in _walk(start):
        if len(found) >= MAX_ENTRIES:
            raise ClientError(
                f"imagelab does not simulate copies of more than {MAX_ENTRIES} files")
        below = each.relative_to(start).as_posix()
        entry_name = name or top
        if below != ".":
            entry_name = f"{entry_name.rstrip('/')}/{below}"
        try:
            entry = _entry(each, entry_name, first_links)
        except OSError as error:
            complain(f"Can't add file {each} to tar: {(error.strerror or '').lower()}")
            continue
        if entry is not None:
            found.append(entry)
    return found


def _walk(start: Path) -> Iterator[Path]:
    """Yield a path and all below it, links not followed, names in order."""
    stack = [start]
    while stack:
        path = stack.pop()
        yield path
        if path.is_dir() and not path.is_symlink():
            names = sorted(os.fsencode(entry.name) for entry in os.scandir(path))
            stack.extend(path / os.fsdecode(each) for each in reversed(names))


def _entry(path: Path, name: str, first_links: dict[tuple[int, int], str]) -> FileEntry | None:
    """Return a file as an entry; None for a socket, which no tar holds."""
    found = path.lstat()
    kind = _KINDS.get(stat.S_IFMT(found.st_mode))
    if kind is None:
        return None
    if kind is Kind.FILE:
        path.open("rb").close()  # what cannot be read is left out
    device = (0, 0)
    if kind in (Kind.CHARACTER, Kind.BLOCK):
        device = (os.major(found.st_rdev), os.minor(found.st_rdev))
    node = Node(
        kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid,
        found.st_mtime_ns // SECOND * SECOND,
        HostContent(path, found.st_size) if kind is Kind.FILE else EMPTY,
        target=os.readlink(path) if kind is Kind.SYMLINK else "", device=device)
    if found.st_nlink > 1 and not node.is_directory:
        first = first_links.setdefault((found.st_dev, found.st_ino), name)
        if first != name:
            return FileEntry(name, node, first)
    return FileEntry(name, node)
