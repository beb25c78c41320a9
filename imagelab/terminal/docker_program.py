"""``docker`` as a program of the terminal's shell."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from imagelab.daemon import Daemon
from imagelab.docker.io import Io as DockerIo
from imagelab.docker.main import execute
from imagelab.model.content import Bytes, Content
from imagelab.model.state import State
from imagelab.shell.programs.io import Io
from imagelab.terminal.host_tree import HostFile

#: Steps that a docker command costs: a loop of them ends like any other endless loop.
COST = 500
#: Output that is held in memory; more lies in a file until it has been written.
_IN_MEMORY = 1 << 20


#: Is told of a command that has ended: its words, the lab before and after it, its exit code, and
#: the beginnings of standard output and error.
Told = Callable[[list[str], State, State, int, str, str], object]


@dataclass(frozen=True)
class Surroundings:
    """What the program needs from the terminal.

    Attributes:
        daemon: the lab.
        flush: brings what was written so far to the host's folder.
        folder: the host's folder that a folder of the shell is, given its path.
        read_line: gives the next line typed, empty at the end.
        keep: closed when the terminal's cell has ended.
        told: is told of each command.
    """

    daemon: Daemon
    flush: Callable[[], None]
    folder: Callable[[str], Path]
    read_line: Callable[[], bytes]
    keep: ExitStack
    told: Told


def docker(around: Surroundings, argv: list[str], io_: Io) -> int:
    """Run a docker command line and return its exit code.

    Its output is written when it has ended: a reader that goes away or a limit that is reached
    undoes nothing of what it did.
    """
    io_.step(COST)
    around.flush()
    is_shown = _kind(io_, 1) == "out"
    written = _Written(around.keep, together=is_shown)
    at_terminal = _kind(io_, 0) == "stdin"

    def read_line() -> bytes:
        line = around.read_line()
        written.out(line)  # a terminal shows what is typed
        return line

    stdin = io.BytesIO() if at_terminal else _reader(io_.stdin())
    before = around.daemon.state
    code = execute(around.daemon, argv[1:], DockerIo(
        out=written.out, err=written.err, stdin=stdin,
        read_line=read_line if at_terminal else None,
        folder=around.folder(io_.cwd), environment=dict(io_.env), cell=is_shown))
    around.told(argv[1:], before, around.daemon.state, code, written.text(1), written.text(2))
    for fd, content in written.contents():
        if fd == 1:
            io_.out(content)
        else:
            io_.host.write(io_.fds.get(2), content)
    return code & 255


def _kind(io_: Io, fd: int) -> str:
    opened = io_.fds.get(fd)
    return opened.kind if opened else ""


@dataclass
class _Written:
    """What a command printed: in order if both streams go to the terminal."""

    keep: ExitStack
    together: bool
    pieces: list[tuple[int, bytes]] = field(default_factory=list)
    spool: BinaryIO | None = None
    size: int = 0

    def out(self, data: bytes) -> None:
        """Take standard output."""
        self.size += len(data)
        if self.together or self.size <= _IN_MEMORY:
            self.pieces.append((1, bytes(data)))
            return
        if self.spool is None:
            # On Windows a file that is open cannot be opened again by its name to be read.
            folder = self.keep.enter_context(tempfile.TemporaryDirectory())
            self.spool = self.keep.enter_context((Path(folder) / "output").open("wb"))
        self.spool.write(data)

    def err(self, data: bytes) -> None:
        """Take standard error."""
        self.pieces.append((2, bytes(data)))

    def text(self, stream: int) -> str:
        """Return what is in memory of a stream, as text."""
        data = b"".join(data for fd, data in self.pieces if fd == stream)
        return data.decode("utf-8", "replace")

    def contents(self) -> list[tuple[int, Content]]:
        """Return stretches of output."""
        found: list[tuple[int, Content]] = [(fd, Bytes(data)) for fd, data in self.pieces]
        if self.spool is not None:
            self.spool.close()
            path = Path(self.spool.name)
            found.append((1, HostFile(path, path.stat().st_size)))
        return found


def _reader(content: Content) -> BinaryIO:
    return io.BufferedReader(_ContentFile(content))


class _ContentFile(io.RawIOBase):
    """A content as a file that can be read and sought in."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._content.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = b"".join(self._content.chunks(self._position, len(view)))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
