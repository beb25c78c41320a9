"""The tar that the client makes of a build context."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from typing import BinaryIO

from imagelab.docker.host_paths import open_file
from imagelab.formats.dockerignore import NAME

#: Most bytes of a Dockerfile that is no file of the context.
MAX_DOCKERFILE = 1 << 24

_CHUNK = 1 << 20
_CAPABILITY = "security.capability"
_KINDS = {
    stat.S_IFREG: tarfile.REGTYPE, stat.S_IFDIR: tarfile.DIRTYPE, stat.S_IFLNK: tarfile.SYMTYPE,
    stat.S_IFIFO: tarfile.FIFOTYPE, stat.S_IFCHR: tarfile.CHRTYPE, stat.S_IFBLK: tarfile.BLKTYPE,
}


class AddError(Exception):
    """A file that cannot be part of a tar; the message says why."""


class ContextTar:
    """A tar that grows.

    The files belong to root, and their times are whole seconds. A file with several names stands
    once, the other names are hard links.

    Attributes:
        sent: how many bytes the client sends.
        dockerfile: name of the Dockerfile that is no file of the folder; empty without one.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Begin a tar in a file."""
        self._file = file
        self._names: dict[tuple[int, int], str] = {}
        self.sent = 0
        self.dockerfile = ""

    def add(self, path: str, name: str) -> None:
        """Add a path of the host under a name.

        Raises:
            AddError: tars have no such thing, or it changed meanwhile.
            OSError: it cannot be read.
        """
        found = os.lstat(path)
        if stat.S_ISSOCK(found.st_mode):
            raise AddError("archive/tar: sockets not supported")
        entry = _entry(path, name, found)
        if entry.isreg() and found.st_nlink > 1:
            first = self._names.setdefault((found.st_dev, found.st_ino), name)
            if first != name:
                entry.type, entry.linkname, entry.size = tarfile.LNKTYPE, first, 0
        if not (entry.isreg() and entry.size):
            self._write(entry)
            return
        with open_file(path) as content:
            self._write(entry)
            self._copy(content, entry.size)

    def add_text(self, name: str, text: bytes, mode: int = 0o600, mtime: int = 0) -> None:
        """Add a file that is made up; without a time of its own it is from 1970."""
        entry = tarfile.TarInfo(name)
        entry.mode, entry.mtime, entry.size = mode, mtime, len(text)
        self._write(entry)
        self._file.write(text)
        self._pad(len(text))

    def add_dockerfile(self, text: bytes) -> None:
        """Add a Dockerfile that is no file of the folder, under a name that the daemon is told.

        The client takes a name at random. Here it comes from the text, so that equal builds stay
        equal.
        """
        self.add_text(self.dockerfile, text)
        # The client ends its stream right here.
        self.sent = self._file.tell() - -len(text) % tarfile.BLOCKSIZE

    def name_dockerfile(self, text: bytes) -> None:
        """Choose the name of such a Dockerfile."""
        self.dockerfile = f".dockerfile.{hashlib.sha256(text).hexdigest()[:20]}"

    def ignore_added(self, before: bytes | None, mode: int = 0o600, mtime: int = 0) -> None:
        """Add a ``.dockerignore`` that keeps the daemon from copying the added Dockerfile.

        Args:
            before: what is in the one of the folder, None without one.
            mode: its mode.
            mtime: when it was changed, in seconds.
        """
        front = f"{NAME}\n".encode() if before is None else before + b"\n"
        self.add_text(NAME, front + f"{self.dockerfile}\n".encode(), mode, mtime)

    def end(self) -> None:
        """Write the end of the tar."""
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        if not self.dockerfile:
            self.sent = self._file.tell()

    def _write(self, entry: tarfile.TarInfo) -> None:
        self._file.write(_header(entry))

    def _copy(self, content: BinaryIO, size: int) -> None:
        left = size
        while left:
            chunk = content.read(min(left, _CHUNK))
            if not chunk:
                self._file.write(bytes(left))
                break
            self._file.write(chunk)
            left -= len(chunk)
        self._pad(size)

    def _pad(self, size: int) -> None:
        self._file.write(bytes(-size % tarfile.BLOCKSIZE))


def _header(entry: tarfile.TarInfo) -> bytes:
    """Return a ustar header, or a pax header too if that cannot hold all."""
    if not entry.pax_headers:
        try:
            return entry.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
        except ValueError:
            pass
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _entry(path: str, name: str, found: os.stat_result) -> tarfile.TarInfo:
    """Return the header for a path of the host."""
    entry = tarfile.TarInfo(name)
    entry.type = _KINDS[stat.S_IFMT(found.st_mode)]
    entry.mode = stat.S_IMODE(found.st_mode)
    entry.mtime = found.st_mtime_ns // 1_000_000_000
    if entry.isreg():
        entry.size = found.st_size
    elif entry.issym():
        entry.linkname = os.readlink(path)
    elif entry.ischr() or entry.isblk():
        entry.devmajor, entry.devminor = os.major(found.st_rdev), os.minor(found.st_rdev)
    if capability := _capability(path):
        entry.pax_headers = {f"SCHILY.xattr.{_CAPABILITY}": capability}
    return entry


def _capability(path: str) -> str:
    """Return the one extended attribute that the client sends, on systems that have them."""
    if not hasattr(os, "getxattr"):
        return ""
    try:
        value: bytes = os.getxattr(path, _CAPABILITY, follow_symlinks=False)
    except OSError:
        return ""
    return value.decode("utf-8", "surrogateescape")
