"""Noting what a docker command line is given, while it reads that.

A lab that is kept nowhere and whose time is simulated can be done again step by step: see
:mod:`imagelab.course.replay`. What is too large is not kept, except that something which an
earlier command of the same lab wrote (``save -o``, ``export``, ``cp``) is known by its digest.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from imagelab.daemon.given import STEP_ROOM, Given, GivenFile, Memory, Piece
from imagelab.docker.host_files import KINDS
from imagelab.docker.host_paths import open_file
from imagelab.model.content import CHUNK, Content, digest_of
from imagelab.model.node import Kind

if TYPE_CHECKING:
    from imagelab.docker.io import Io

#: Most files that are noted of one step, and names of what is not kept of it.
_MAX_FILES, _MAX_LOST = 2_000, 20
_KINDS = (Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK)
STDIN = "-"


class Noting:
    """Takes notes on one command line; without a memory, none."""

    def __init__(self, memory: Memory | None = None) -> None:
        """Begin.

        Args:
            memory: where bytes are kept.
        """
        self._memory = memory
        self._room = STEP_ROOM
        self._files: dict[str, GivenFile] = {}
        self._lines: list[bytes] = []
        self._environment: dict[str, str] = {}
        self._stdin: _NotedStream | None = None
        self._lost: dict[str, None] = {}
        self._writes = False

    def given(self, io: Io, *, taken_over: bool = False, secret: bool = False) -> Given | None:
        """Return what was noted; None where nothing is.

        Args:
            io: the command's surroundings.
            taken_over: see :class:`Given`.
            secret: whether the last line typed, or standard input, is a password.
        """
        if self._memory is None:
            return None
        stdin = None
        if self._stdin is not None and self._stdin.size and not secret:
            stdin = self._piece(STDIN, self._stdin.size, self._stdin.kept,
                                lambda: self._stdin.digest if self._stdin else "")
        lines = tuple(self._lines[:-1] if secret else self._lines)
        return Given(
            _absolute(io.folder), stdin, lines if io.read_line else None, io.is_read, taken_over,
            self._writes, tuple(self._files.values()), self._environment, secret,
            tuple(self._lost))

    # --- what is read ------------------------------------------------------------------------

    def stream(self, source: BinaryIO) -> BinaryIO:
        """Return standard input so that what is read of it is noted."""
        if self._memory is None:
            return source
        self._stdin = _NotedStream(source)
        return cast("BinaryIO", self._stdin)

    def line(self, line: bytes) -> bytes:
        """Note a line that was typed, and return it."""
        if self._memory is not None:
            self._room -= len(line)
            if self._room < 0:
                self._lose(STDIN)
            else:
                self._lines.append(line)
        return line

    def environment(self, variables: dict[str, str]) -> dict[str, str]:
        """Return variables so that those which are looked at are noted."""
        return variables if self._memory is None else _NotedVariables(variables, self._environment)

    def file(self, named: str, real: str = "", *, follow: bool = False) -> None:
        """Note a file of the host; what is neither file, directory nor link is not noted.

        Args:
            named: where the command line says that it is, a path from the root.
            real: where it is, links on the way followed; that if left out.
            follow: whether a link there stands for what it leads to.
        """
        path = _absolute(named)
        if self._memory is None or path in self._files:
            return
        if len(self._files) >= _MAX_FILES:
            self._lose(path)
            return
        try:
            self._note(path, real or named, (os.stat if follow else os.lstat)(real or named))
        except (OSError, ValueError):
            return  # the command will find that too, and say so

    def _note(self, path: str, real: str, found: os.stat_result) -> None:
        kind = KINDS.get(stat.S_IFMT(found.st_mode))
        if kind not in _KINDS:
            return
        piece = None
        if kind is Kind.FILE:
            real = os.path.realpath(real)
            piece = self._piece(
                path, found.st_size, lambda: _read(real), lambda: digest_of(_chunks(real)))
            if piece is None:
                return
        target = os.readlink(real) if kind is Kind.SYMLINK else ""
        self._files[path] = GivenFile(
            path, kind, stat.S_IMODE(found.st_mode), found.st_mtime_ns, piece, target)

    def _piece(
        self, name: str, size: int, read: Callable[[], bytes], digest: Callable[[], str],
    ) -> Piece | None:
        """Keep bytes, or know them again; where neither can be, note that."""
        assert self._memory is not None
        if size <= self._room and (piece := self._memory.keep(read())):
            self._room -= size
            return piece
        if self._memory.has_written(size):
            piece = Piece(digest(), size)
            if piece in self._memory.written:
                return piece
        self._lose(name)
        return None

    def _lose(self, name: str) -> None:
        if len(self._lost) < _MAX_LOST:
            self._lost[name] = None

    # --- what is written ---------------------------------------------------------------------

    def written(self, chunks: Iterable[bytes], *, printed: bool) -> Iterable[bytes]:
        """Pass on what a command writes, and note it if it is too large to be kept later.

        Args:
            chunks: the bytes.
            printed: whether they go to standard output.
        """
        if self._memory is None:
            return chunks
        self._writes = self._writes or printed
        return self._hashed(self._memory, chunks)

    @staticmethod
    def _hashed(memory: Memory, chunks: Iterable[bytes]) -> Iterator[bytes]:
        sha, size = hashlib.sha256(), 0
        for chunk in chunks:
            sha.update(chunk)
            size += len(chunk)
            yield chunk
        memory.written.add(Piece(f"sha256:{sha.hexdigest()}", size))

    def copied(self, contents: Iterable[Content]) -> None:
        """Note what was written to files of the host, as far as it is too large to be kept."""
        if self._memory is not None:
            self._memory.written |= {
                Piece(each.digest, each.size) for each in contents if each.size > STEP_ROOM}


def _absolute(path: str | Path) -> str:
    """Return a path from the root, with ``/`` between its parts."""
    return os.path.abspath(path).replace(os.sep, "/")


def _read(path: str) -> bytes:
    with open_file(path) as file:
        return file.read(STEP_ROOM)


def _chunks(path: str) -> Iterator[bytes]:
    with open_file(path) as file:
        while chunk := file.read(CHUNK):
            yield chunk


class _NotedStream:
    """A stream that remembers the beginning of what was read, and the digest of all of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._sha = hashlib.sha256()
        self._kept = bytearray()
        self.size = 0

    @property
    def digest(self) -> str:
        return f"sha256:{self._sha.hexdigest()}"

    def kept(self) -> bytes:
        return bytes(self._kept)

    def read(self, size: int = -1) -> bytes:
        return self._noted(self._source.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._noted(self._source.readline(size))

    def _noted(self, data: bytes) -> bytes:
        self.size += len(data)
        self._sha.update(data)
        self._kept += data[: max(0, STEP_ROOM - len(self._kept))]
        return data


class _NotedVariables(dict[str, str]):
    """Variables that remember which of them were looked at."""

    def __init__(self, variables: dict[str, str], seen: dict[str, str]) -> None:
        super().__init__(variables)
        self._seen = seen

    def __getitem__(self, name: str) -> str:
        self._seen[name] = super().__getitem__(name)
        return self._seen[name]

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        return self[name] if name in self else default  # noqa: SIM401 - that is this method
