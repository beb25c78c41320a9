"""Files of the host on their way into a container: looked at now, read when they are wanted."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from imagelab.docker.copies.place import split_entry
from imagelab.docker.host_files import node_of, read
from imagelab.docker.host_paths import open_file
from imagelab.formats.file_archive import MAX_ENTRIES, FileEntry
from imagelab.formats.layer_tar import SECOND, LayerError
from imagelab.model.content import Content
from imagelab.storage.errors import reason_of


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
            yield from read(self.path, start, left)
        except EOFError:
            raise LayerError("unexpected EOF") from None
        except OSError as error:
            raise LayerError(f"open {self.path}: {reason_of(error)}") from error


@dataclass
class Found:
    """Files of the host, looked at.

    Attributes:
        entries: them as entries of an archive.
        left_out: what the client's log says of those that no archive holds.
        failed: why no archive can be made; empty if it can.
    """

    entries: list[FileEntry] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    failed: str = ""


def host_entries(path: str, name: str, note: Callable[[str, Path], object]) -> Found:
    """Look at a file of the host, or a directory with all that is in it.

    Args:
        path: absolute; ``/.`` at its end names the entries after a dot.
        name: what to call it instead of the last part of its path; empty for that.
        note: is told of each file, from there on and in all.
    """
    top = name or split_entry(path)[1]
    start = Path(path)
    found = Found()
    first_links: dict[tuple[int, int], str] = {}
    try:
        for each in _walk(start):
            if len(found.entries) >= MAX_ENTRIES:
                found.failed = (
                    f"imagelab does not simulate copies of more than {MAX_ENTRIES} files")
                break
            below = each.relative_to(start).as_posix()
            entry_name = top if below == "." else f"{top.rstrip('/')}/{below}"
            note(below, each)
            entry = _entry(each, entry_name, first_links)
            if entry is None:
                found.left_out.append(
                    f"Can't add file {each} to tar: archive/tar: sockets not supported")
            else:
                found.entries.append(entry)
    except OSError as error:
        found.failed = f"open {error.filename}: {reason_of(error)}"
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
    if stat.S_ISSOCK(found.st_mode):
        return None
    if stat.S_ISREG(found.st_mode):
        open_file(str(path)).close()  # before any of the others has come into the container
    node = node_of(path, found, HostContent)
    node = replace(node, mtime=node.mtime // SECOND * SECOND)
    if found.st_nlink > 1 and not node.is_directory:
        first = first_links.setdefault((found.st_dev, found.st_ino), name)
        if first != name:
            return FileEntry(name, node, first)
    return FileEntry(name, node)
