"""tar: writing archives. Contents go into the archive as they are, unread."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from imagelab.model.content import Bytes, Content, Zeros, join
from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import encode
from imagelab.shell.programs.paths import below
from imagelab.shell.programs.tar_session import Session
from imagelab.shell.users import group_name, user_name

BLOCK = tarfile.BLOCKSIZE
_SECOND = 1_000_000_000
_TYPES = {
    Kind.FILE: tarfile.REGTYPE, Kind.SYMLINK: tarfile.SYMTYPE, Kind.DIRECTORY: tarfile.DIRTYPE,
    Kind.CHARACTER: tarfile.CHRTYPE, Kind.BLOCK: tarfile.BLKTYPE, Kind.FIFO: tarfile.FIFOTYPE,
}


@dataclass(eq=False)
class Writer:
    """Makes the entries of an archive.

    Attributes:
        session: the run.
        archive: absolute path of the archive, which is left out of itself.
        newer: times of what the archive has; only what is newer goes in.
    """

    session: Session
    archive: str
    newer: dict[str, int] = field(default_factory=dict)
    _links: dict[object, str] = field(default_factory=dict)
    _users: dict[int, str] = field(default_factory=dict)
    _groups: dict[int, str] = field(default_factory=dict)

    def entries(self) -> Content:
        """Return the entries of all names, without the end of the archive."""
        pieces: list[Content] = []
        for folder, name in self.session.call.names:
            self.session.check_folder(folder)
            pieces.extend(self._everything(folder, name))
        return join(*pieces)

    def _everything(self, folder: str, start: str) -> Iterator[Content]:
        io, flags = self.session.io, self.session.call.flags
        stack = [start]
        while stack:
            name = stack.pop()
            path = name if name.startswith("/") else below(folder, name)
            io.step(4)
            if self.session.excluded(name):
                continue
            try:
                node = io.stat(path, follow="h" in flags)
                if node.is_directory:
                    inside = io.names(path) if "no-recursion" not in flags else []
                    stack.extend(below(name, each) for each in reversed(inside))
                else:
                    io.files.read(path) if node.kind is Kind.FILE else None
            except FileError as error:
                what = "open" if error.code == "EACCES" and io.lookup(path) else "stat"
                self.session.complain(f"{name}: Cannot {what}: {error.message}" if io.gnu
                                      else f"{name}: {error.message}")
                continue
            yield from self._entry(name, path, node)

    def _entry(self, name: str, path: str, node: Node) -> Iterator[Content]:
        session = self.session
        io = session.io
        found = "/" + io.files.resolve(path, follow="h" in session.call.flags)
        if found == self.archive and node.kind is Kind.FILE:
            session.io.fail(f"{name}: file is the archive; "
                            f"{io.words('not dumped', 'skipping')}")
            return
        if node.is_directory and not name.endswith("/"):
            name += "/"
        stored = session.safe(name)
        if not stored or self.newer.get(stored.rstrip("/"), -1) >= node.mtime // _SECOND:
            return
        head = self._header(stored, node)
        first = self._first_link(found, node, stored)
        if first is not None:
            head.type, head.linkname, head.size = tarfile.LNKTYPE, first, 0
        if "v" in session.call.flags:
            session.tell(name if io.gnu else stored)
        yield Bytes(_head_bytes(head, gnu=io.gnu))
        if head.size:
            yield node.content
            yield Zeros(-head.size % BLOCK)

    def _header(self, stored: str, node: Node) -> tarfile.TarInfo:
        head = tarfile.TarInfo(stored)
        head.type = _TYPES[node.kind]
        head.mode, head.uid, head.gid = node.mode, node.uid, node.gid
        head.mtime = max(0, node.mtime // _SECOND)
        head.size = node.size if node.kind is Kind.FILE else 0
        head.linkname = node.target
        head.devmajor, head.devminor = node.device
        if "numeric-owner" not in self.session.call.flags:
            files = self.session.io.files
            if node.uid not in self._users:
                self._users[node.uid] = user_name(files, node.uid)
            if node.gid not in self._groups:
                self._groups[node.gid] = group_name(files, node.gid)
            head.uname, head.gname = self._users[node.uid], self._groups[node.gid]
        return head

    def _first_link(self, found: str, node: Node, stored: str) -> str | None:
        """Return the name that a file has in the archive already.

        GNU tar remembers every file when there are several arguments, else hard links only.
        """
        if node.is_directory:
            return None
        key: object = (node.inode, node.mtime, node.size) if node.inode else found
        several = len(self.session.call.names) > 1 and self.session.io.gnu
        if not (node.inode or several) or "h" in self.session.call.flags:
            return None
        first = self._links.setdefault(key, stored)
        return None if first is stored else self.session.safe(first, "hard link targets")


def _head_bytes(head: tarfile.TarInfo, *, gnu: bool) -> bytes:
    """Return a header in GNU's format; names of more than 100 bytes are entries of their own.

    The library's entries for such names have no mode and no owner, and so have busybox's.
    """
    if not gnu:
        return _plain(head)
    found = b""
    for text, kind in ((head.linkname, tarfile.GNUTYPE_LONGLINK),
                       (head.name, tarfile.GNUTYPE_LONGNAME)):
        data = encode(text) + b"\0"
        if len(data) > tarfile.LENGTH_NAME + 1:
            extra = tarfile.TarInfo("././@LongLink")
            extra.type, extra.size, extra.mode = kind, len(data), 0o644
            extra.uname = extra.gname = "root"
            found += _plain(extra) + data + bytes(-len(data) % BLOCK)
    return found + _plain(head)[-BLOCK:]


def _plain(head: tarfile.TarInfo) -> bytes:
    return head.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def ended(entries: Content, *, padded: bool) -> Content:
    """Return an archive with its end: two empty blocks, filled up to 20 for GNU tar."""
    size = entries.size + 2 * BLOCK
    return join(entries, Zeros(2 * BLOCK + (-size % tarfile.RECORDSIZE if padded else 0)))
