"""The host of a replay: a folder, beyond which nothing is read or written.

A path of the learner's host is the same path below ``host/`` of the folder. What commands printed
for others to read lies in ``printed/``.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from imagelab.daemon.given import Given, GivenFile, Piece
from imagelab.docker.command import ClientError
from imagelab.docker.host_paths import is_below, open_file
from imagelab.model.content import CHUNK, digest_of
from imagelab.model.node import Kind

#: Most files that are looked through for bytes that an earlier command wrote.
_MAX_LOOKED_AT = 10_000
_DRIVE = re.compile(r"([A-Za-z]):(?=[/\\]|$)")


class Refused(ClientError):
    """A path that leads out of the replay's folder."""


class Lost(Exception):
    """Bytes that the transcript names and nobody has; the message says which."""


class HostFolder:
    """The files of a replay's host."""

    def __init__(self, folder: Path, contents: Mapping[str, bytes]) -> None:
        """Use an empty folder.

        Args:
            folder: where; a path that may be used outside of this too.
            contents: bytes by their digest.
        """
        self._folder = folder.resolve()
        self._root = str(self._folder / "host")
        self._printed = self._folder / "printed"
        self._contents = contents
        os.mkdir(self._root)
        self._printed.mkdir()

    def locate(self, folder: str, name: str) -> str:
        """Return the path of a file that a command line names.

        Raises:
            Refused: it leads out of here, by its name or through a link.
        """
        if _DRIVE.match(folder):  # it was Windows
            name = name.replace("\\", "/")
        joined = os.path.join(_without_drive(folder), _without_drive(name))
        path = f"{self._root}/{joined.lstrip('/')}"
        plain = os.path.normpath(path)
        try:
            # Commands take a step up by its name, or from where a link leads.
            found = plain, os.path.realpath(plain), os.path.realpath(path)
            if all(is_below(each, self._root) for each in found):
                return path
        except (OSError, ValueError):
            pass
        raise Refused(f"imagelab: {name!r} is outside of the folder that this replay may use")

    def working_folder(self, given: Given) -> Path:
        """Make sure that the folder of a step is there, and return it.

        Raises:
            Refused: it leads out of here.
            OSError: it cannot be.
        """
        path = Path(self.locate("/", given.folder))
        path.mkdir(parents=True, exist_ok=True)
        return path

    def put(self, files: tuple[GivenFile, ...]) -> None:
        """Put files where a step read them.

        Raises:
            Lost: bytes are missing.
            Refused: one leads out of here.
            OSError: one cannot be.
        """
        made = [(self._make(file), file) for file in sorted(files, key=lambda file: file.path)]
        for path, file in reversed(made):  # what is in a folder changes its time
            if file.kind is not Kind.SYMLINK:
                os.chmod(path, file.mode | (0o500 if file.kind is Kind.DIRECTORY else 0o400))
                os.utime(path, ns=(file.mtime, file.mtime))

    def _make(self, file: GivenFile) -> str:
        above, name = os.path.split(_without_drive(file.path))
        if name in ("", ".", ".."):
            raise Refused(f"imagelab: {file.path!r} is no name of a file")
        folder = self.locate("/", above)
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, name)
        if file.kind is Kind.DIRECTORY:
            if os.path.islink(path):
                os.unlink(path)
            os.makedirs(path, exist_ok=True)
            return path
        found = self.find(file.piece) if file.piece else None
        if found != path:
            with suppress(FileNotFoundError):
                os.unlink(path)
            if file.kind is Kind.SYMLINK:
                os.symlink(file.target, path)
            else:
                self._write(path, file.piece, found)
        return path

    def _write(self, path: str, piece: Piece | None, found: str | None) -> None:
        with open(path, "xb") as file:
            if found:
                with open_file(found) as source:
                    shutil.copyfileobj(source, file)
            elif piece:
                file.write(self._contents[piece.digest])

    def find(self, piece: Piece) -> str | None:
        """Return where an earlier command left bytes; None if the transcript has them.

        Raises:
            Lost: nobody has them.
        """
        if piece.digest in self._contents:
            return None
        for path in self._files():
            with suppress(OSError):
                is_likely = os.lstat(path).st_size == piece.size
                if is_likely and digest_of(_chunks(path)) == piece.digest:
                    return path
        raise Lost(f"{piece.size:,} bytes of input are neither in the transcript nor what an "
                   "earlier step wrote")

    def _files(self) -> Iterator[str]:
        seen = 0
        for folder, _, names in os.walk(self._folder):
            for name in names:
                seen += 1
                if seen > _MAX_LOOKED_AT:
                    return
                yield os.path.join(folder, name)

    def open(self, piece: Piece) -> BinaryIO:
        """Return bytes as a file.

        Raises:
            Lost: nobody has them.
        """
        path = self.find(piece)
        return open_file(path) if path else BytesIO(self._contents[piece.digest])

    def printing(self, number: int) -> BinaryIO:
        """Return a file for what a step prints."""
        return open(self._printed / str(number), "xb")

    @property
    def size(self) -> int:
        """Bytes of all files."""
        total = 0
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with suppress(OSError):
                    total += os.lstat(os.path.join(folder, name)).st_size
        return total


def _without_drive(path: str) -> str:
    return _DRIVE.sub(r"/\1", path, count=1) if _DRIVE.match(path) else path


def _chunks(path: str) -> Iterator[bytes]:
    with open_file(path) as file:
        while chunk := file.read(CHUNK):
            yield chunk
