"""``docker`` as a program of the terminal's shell."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from imagelab.daemon import Daemon
from imagelab.docker.conversation import (
    DETACH,
    INTERRUPT,
    Echo,
    Held,
    NoLineYet,
    hand_on,
)
from imagelab.docker.errors import daemon_error
from imagelab.docker.io import Io as DockerIo
from imagelab.docker.main import execute
from imagelab.engine.progress import Tell, silent
from imagelab.model.content import Bytes, Content
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.shell.programs.io import Io
from imagelab.shell.streams import BlockedError, part
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
        read_line: gives the next line typed, empty at the end; :data:`INTERRUPT` and
            :data:`DETACH` are lines too. It may raise :class:`NoLineYet` where ``called``.
        keep: closed when the terminal's cell has ended.
        told: is told of each command.
        tell: is told how far long work is.
        called: where lines are typed one by one, while the shell and all that it runs wait: what
            the one that a container gets is called in the journal. Else they are all there, and
            are shown as they are read.
    """

    daemon: Daemon
    flush: Callable[[], None]
    folder: Callable[[str], Path]
    read_line: Callable[[], bytes]
    keep: ExitStack
    told: Told
    tell: Tell = silent
    called: Callable[[], str] | None = None


def docker(around: Surroundings, argv: list[str], io_: Io) -> int:
    """Run a docker command line and return its exit code.

    Its output is written when it has ended: a reader that goes away or a limit that is reached
    undoes nothing of what it did.

    Where lines are typed one by one it waits in two ways. A command that asks a question before
    it does anything is begun anew with the answer. A container that reads from the terminal is
    taken over, and gets each line as it comes.

    Raises:
        BlockedError: a line is wanted.
        KeyboardInterrupt: that is what was typed, to a question.
    """
    if "held" in (io_.state or {}):
        return _go_on(around, Held(*io_.state["held"]), io_)
    return _begin(around, argv, io_)


def _begin(around: Surroundings, argv: list[str], io_: Io) -> int:
    io_.step(COST)
    around.flush()
    is_shown = _kind(io_, 1) == "out"
    written = _Written(around.keep, together=is_shown)
    at_terminal = _kind(io_, 0) == "stdin"
    earlier = io_.state or {"answers": [], "shown": 0}
    answers = [each.encode("utf-8", "surrogateescape") for each in earlier["answers"]]
    given = iter(tuple(answers))
    held: list[Held] = []

    def read_line() -> bytes:
        line = next(given, None)
        if line is None:
            line = around.read_line()
            if line == INTERRUPT:
                raise KeyboardInterrupt
            answers.append(line)
        if around.called is None:
            written.out(line)  # a terminal shows what is typed
        return line

    stdin = io.BytesIO() if at_terminal else _reader(io_.stdin)
    before = around.daemon.state
    try:
        code = execute(around.daemon, argv[1:], DockerIo(
            out=written.out, err=written.err, stdin=stdin,
            read_line=read_line if at_terminal else None,
            take_over=held.append if around.called else None,
            folder=around.folder(io_.cwd), environment=dict(io_.env), cell=is_shown,
            tell=around.tell))
    except NoLineYet:
        io_.state = {"answers": [each.decode("utf-8", "surrogateescape") for each in answers],
                     "shown": written.emit(io_, earlier["shown"])}
        raise BlockedError from None
    around.told(argv[1:], before, around.daemon.state, code, written.text(1), written.text(2))
    written.emit(io_, earlier["shown"])
    if held:
        io_.state = {"held": list(astuple(held[0]))}
        raise BlockedError
    return code & 255


def _go_on(around: Surroundings, held: Held, io_: Io) -> int:
    """Give a process that was taken over the next line; return its exit code once it has ended.

    The line is a step of the journal, and what the shell does after it is not part of that. The
    process may have ended meanwhile by what others did to the lab.
    """
    status = held.ended(around.daemon.state)
    if status is not None:
        return status & 255
    try:
        line = around.read_line()
    except NoLineYet:
        raise BlockedError from None
    if line == DETACH:
        if held.leaving:
            io_.err("read escape sequence\n")
        return held.leaving
    written = _Written(around.keep, together=_kind(io_, 1) == "out")
    state = io_.state or {}
    typed = state.get("typed", "").encode("utf-8", "surrogateescape")
    echo = Echo(DockerIo(out=written.out, err=written.err), typed)
    try:
        status = hand_on(
            around.daemon, held, line, echo, around.called() if around.called else "")
    except EngineError as error:
        written.err(f"{daemon_error(error)}\n".encode())
        status = 1
    written.emit(io_, 0)
    if status is None and line:
        io_.state = {**state, "typed": echo.typed.decode("utf-8", "surrogateescape")}
        raise BlockedError
    return (status or 0) & 255


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

    def emit(self, io_: Io, shown: int) -> int:
        """Write it to where the program does, without what was shown before; return its size."""
        for fd, content in self.contents():
            skipped = min(shown, content.size)
            shown -= skipped
            rest = part(content, skipped, content.size - skipped) if skipped else content
            if fd == 1:
                io_.out(rest)
            else:
                io_.host.write(io_.fds.get(2), rest)
        return sum(content.size for _, content in self.contents())

    def contents(self) -> list[tuple[int, Content]]:
        """Return stretches of output."""
        found: list[tuple[int, Content]] = [(fd, Bytes(data)) for fd, data in self.pieces]
        if self.spool is not None:
            self.spool.close()
            path = Path(self.spool.name)
            found.append((1, HostFile(path, path.stat().st_size)))
        return found


def _reader(take: Callable[[], Content]) -> BinaryIO:
    return io.BufferedReader(_ContentFile(take))


class _ContentFile(io.RawIOBase):
    """A content as a file that can be read and sought in.

    It is taken when it is first needed: what a command does not read is left in the pipe for the
    one that comes after it, as in ``… | wc -c $(docker images -q)``.
    """

    def __init__(self, take: Callable[[], Content]) -> None:
        super().__init__()
        self._take = take
        self._position = 0

    @cached_property
    def _content(self) -> Content:
        return self._take()

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
