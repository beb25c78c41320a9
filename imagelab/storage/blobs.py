"""Large content as files that never change, named by their digest.

A kept lab has them in ``blobs/sha256/`` as an OCI image layout does; a lab that is not kept has
them in a temporary folder.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from imagelab.model.content import Blob
from imagelab.storage.aside import opened, removed
from imagelab.storage.errors import ReadOnly, refused
from imagelab.storage.hashing import Hashing
from imagelab.storage.record import is_digest
from imagelab.storage.room import LOOK, check_room


class BlobStore:
    """The blobs of one lab."""

    def __init__(self, folder: Path | None = None, *, is_read_only: bool = False) -> None:
        """Keep blobs below a lab's folder; without one, until this object or Python ends.

        The temporary folder is made when the first blob is.
        """
        self._kept = folder is not None
        self._is_read_only = is_read_only
        self._folder = folder
        self._has_new = False

    def add(self, chunks: Iterator[bytes]) -> Blob:
        """Keep streamed bytes and return them as a blob; the same bytes are kept once.

        The blob appears whole or not at all, and after :meth:`sync` stays when the machine stops.
        Errors of ``chunks`` pass through and leave nothing behind.

        Raises:
            StorageError: the disk is full, the folder is read-only …
        """
        if self._is_read_only and self._folder is not None:
            raise ReadOnly(self._folder)
        aside = self.incoming() / token_hex(16)
        with removed(aside):
            with _disk_errors():
                file = opened(aside)
            try:
                digest, size = _written(chunks, file, aside.parent)
                with _disk_errors():
                    self._finish(file)
            finally:
                with suppress(OSError):  # what a full disk did not take it does not take now
                    file.close()
            with _disk_errors():
                return Blob(digest, size, self._settle(aside, digest, size))

    def get(self, digest: str) -> Blob | None:
        """Return a blob by ``sha256:…``, or None if it is not here.

        Links and pipes are none: somebody else may have made the folder.
        """
        if self._folder is None or not is_digest(digest):
            return None
        path = _path(self._folder, digest)
        size = size_of_file(path)
        return None if size is None else Blob(digest, size, path)

    def all(self) -> Iterator[Blob]:
        """Yield all blobs, by digest."""
        folder = self._folder / "blobs" / "sha256" if self._folder else None
        for path in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
            if blob := self.get(f"sha256:{path.name}"):
                yield blob

    def incoming(self) -> Path:
        """Return where files are written; it is not among the blobs, where other tools may look.

        Raises:
            StorageError: it cannot be made.
        """
        with _disk_errors():
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="imagelab-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            incoming = self._folder / "incoming"
            for folder in (incoming, self._folder / "blobs", self._folder / "blobs" / "sha256"):
                make_folder(folder)
            return incoming

    def folder(self) -> Path:
        """Return where the blobs are.

        Raises:
            StorageError: it cannot be made.
        """
        return self.incoming().parent / "blobs" / "sha256"

    def _finish(self, file: BinaryIO) -> None:
        file.flush()
        if self._kept:
            os.fsync(file.fileno())
        file.close()

    def _settle(self, aside: Path, digest: str, size: int) -> Path:
        """Give a written file its name, unless the blob is there."""
        assert self._folder is not None
        path = _path(self._folder, digest)
        if size_of_file(path) == size:
            os.utime(path)  # it may have been garbage so far, and is claimed as of now
            return path
        try:
            aside.replace(path)
        except PermissionError:
            # Windows: another process has just put the same blob there and reads it.
            if size_of_file(path) != size:
                raise
        self._has_new = self._kept
        return path

    def sync(self) -> None:
        """Make the names of all blobs last that were added so far.

        Raises:
            StorageError: the disk says that it cannot.
        """
        if self._has_new:
            self._has_new = False  # before: another thread may add one meanwhile
            try:
                with _disk_errors():
                    sync_folder(self.folder())
            except BaseException:
                self._has_new = True
                raise


def _written(chunks: Iterator[bytes], file: BinaryIO, folder: Path) -> tuple[str, int]:
    """Write bytes as they come, while the disk has room; return their digest and size."""
    sha = Hashing()
    size = 0
    for chunk in chunks:
        if size // LOOK != (size + len(chunk)) // LOOK:
            check_room(folder)
        sha.update(chunk)
        size += len(chunk)
        with _disk_errors():
            file.write(chunk)
    return f"sha256:{sha.hexdigest()}", size


def _path(folder: Path, digest: str) -> Path:
    return folder / "blobs" / "sha256" / digest.removeprefix("sha256:")


def files_before(time: float, folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that were written before a time, seconds since 1970."""
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < time:
                yield Path(entry.path)


def size_of_file(path: Path) -> int | None:
    """Return how many bytes a file has; None for no file, or something that is not plainly one."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def sync_folder(folder: Path) -> None:
    """Make a rename last; Windows neither offers nor needs that.

    Raises:
        OSError: the folder cannot be read.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder that its owner alone can enter, and that lasts, unless it is there.

    Raises:
        OSError: it cannot be made, or something else is there.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for each in missing:
        with suppress(PermissionError):  # of a folder that may be written but not read
            sync_folder(each.parent)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise refused(f"cannot keep a blob{where}", error) from None
