"""Open files of a process, and what a process reaches through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from imagelab.model.content import CHUNK, Bytes, Content, Joined, Pattern, Slice, Zeros, join
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node
from imagelab.shell.budget import Budget, ExhaustedError

#: Bytes a pipe takes before its writer is ended, as a reader that went away would end it.
PIPE_SIZE = 4 << 20
ENDLESS = 1 << 62
#: What Ctrl-D sends (EOT): a terminal makes it the end of what one read gets (termios(3), VEOF).
EOT = b"\x04"

#: Devices that Docker puts into every container, by path: kind and device number.
DEVICES = {
    "/dev/null": ("null", (1, 3)), "/dev/zero": ("zero", (1, 5)), "/dev/full": ("full", (1, 7)),
    "/dev/random": ("random", (1, 8)), "/dev/urandom": ("random", (1, 9)),
    "/dev/tty": ("tty", (5, 0)),
}
_FDS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


class BlockedError(Exception):
    """Input is wanted that is not there yet."""


class PipeFullError(Exception):
    """A pipe took as much as it may; its writer ends as by SIGPIPE."""


class ClosedError(Exception):
    """The descriptor is not open, or not for this."""


@dataclass(eq=False)
class Open:
    """An open file, shared by the descriptors that were copied from each other.

    Attributes:
        kind: ``stdin``, ``out``, ``err``, ``file``, ``pipe``, ``null``, ``zero``, ``random``.
        path: of a file, absolute.
        pos: where reading or writing goes on.
        data: what is in a pipe or a here-document.
        append: writes go to the end.
        readable: opened for reading.
        writable: opened for writing.
        cut: the pipe's writer was ended before it was done.
    """

    kind: str
    path: str = ""
    pos: int = 0
    data: Content = field(default_factory=Bytes)
    append: bool = False
    readable: bool = True
    writable: bool = True
    cut: bool = False


def part(content: Content, start: int, length: int) -> Content:
    """Return a stretch of a content without reading it where that is possible."""
    length = max(0, min(length, content.size - start))
    if start == 0 and length == content.size:
        return content
    if isinstance(content, Zeros):
        return Zeros(length)
    if isinstance(content, Slice):
        return Slice(content.blob, content.offset + start, length)
    if isinstance(content, Pattern) and start == 0:
        return Pattern(content.seed, length, content.head)
    if isinstance(content, Joined):
        parts, offset = [], 0
        for each in content.parts:
            low, high = max(start, offset), min(start + length, offset + each.size)
            if low < high:
                parts.append(part(each, low - offset, high - low))
            offset += each.size
        return join(*parts)
    return Bytes(b"".join(content.chunks(start, length)))


class Reach(Enum):
    """What becomes of a packet: no way leads there, nobody answers, or somebody near or far."""

    NOWHERE = "nowhere"
    NOBODY = "nobody"
    NEAR = "near"
    FAR = "far"


@dataclass(frozen=True)
class Peers:
    """What a process reaches over networks; nothing but its own machine if nobody says more.

    Attributes:
        find: returns the address of a name; empty for one that nobody has.
        reach: what becomes of a packet to an IPv4 address.
    """

    find: Callable[[str], str] = lambda _: ""
    reach: Callable[[str], Reach] = (
        lambda address: Reach.NEAR if address.startswith("127.") else Reach.NOWHERE)


@dataclass(eq=False)
class Host:
    """What surrounds a process while it runs: files, clock, terminal, budget."""

    files: FileSystem
    budget: Budget
    now: int
    hostname: str
    tty: bool
    stdin: bytes
    stdin_open: bool
    output: list[tuple[int, bytes]] = field(default_factory=list)
    stdin_pos: int = 0
    #: Programs besides the shell room's own, by the name of their file.
    programs: Mapping[str, Callable[[list[str], Any], int]] = field(default_factory=dict)
    #: Whether the input is typed, so that Ctrl-D in it ends a read; it is where ``tty`` is set.
    typed: bool = False
    peers: Peers = Peers()

    # --- writing ---------------------------------------------------------------------------

    def emit(self, stream: int, data: bytes) -> None:
        """Add to the process's output."""
        if not data:
            return
        self.budget.take("output", len(data))
        self.output.append((1 if self.tty else stream, data))

    def write(self, target: Open | None, data: bytes | Content) -> None:
        """Write to an open file.

        Raises:
            ClosedError: it is not open for writing.
            PipeFullError: a pipe took all it may.
            FileError: ``ENOSPC`` and others of the file system.
        """
        if target is None or not target.writable:
            raise ClosedError
        content = Bytes(data) if isinstance(data, bytes) else data
        if target.kind in ("out", "err"):
            if content.size > self.budget.output:
                raise ExhaustedError("output")
            self.emit(1 if target.kind == "out" else 2, content.read())
        elif target.kind == "pipe":
            room = PIPE_SIZE - (target.data.size - target.pos)
            if isinstance(content, Bytes):
                self.budget.take("words", min(content.size, max(room, 0)))
            lazy = not isinstance(content, Bytes) and content.size < ENDLESS // 2
            if lazy or content.size <= room:
                target.data = join(target.data, content)
                return
            target.data = join(target.data, part(content, 0, max(room, 0)))
            target.cut = True
            raise PipeFullError
        elif target.kind == "file":
            self._write_file(target, content)

    def _write_file(self, target: Open, content: Content) -> None:
        self.budget.take("written", content.size)
        node = self.files.lookup(target.path)
        if node is None or not content.size:
            return
        if target.append or target.pos == node.size:
            self.files.write(target.path, content, append=True)
            target.pos = node.size + content.size
            return
        old = node.content
        gap = Zeros(max(0, target.pos - old.size))
        after = target.pos + content.size
        self.files.write(target.path, join(
            part(old, 0, target.pos), gap, content, part(old, after, max(0, old.size - after))
        ))
        target.pos = after

    # --- reading ---------------------------------------------------------------------------

    def _rest(self, source: Open | None) -> tuple[Content, int]:
        """Return content and position in it."""
        if source is None or not source.readable or source.kind in ("out", "err"):
            raise ClosedError
        if source.kind == "file":
            return self.files.read(source.path), source.pos
        if source.kind == "pipe":
            return source.data, source.pos
        if source.kind == "zero":
            return Zeros(ENDLESS), 0
        if source.kind == "random":
            return Pattern("urandom", ENDLESS), source.pos
        return Bytes(), 0

    def read_all(self, source: Open | None) -> Content:
        """Take all that is left.

        Raises:
            BlockedError: more may come; nothing was taken.
            ClosedError: it is not open for reading.
        """
        if source is not None and source.kind == "stdin":
            if (typed := self._take_typed(None)) is not None:
                return Bytes(typed)
            if self.stdin_open:
                raise BlockedError
            return Bytes(self._take_stdin(len(self.stdin)))
        content, pos = self._rest(source)
        assert source is not None
        if source.cut:
            raise ExhaustedError("words")
        if source.kind in ("file", "pipe"):
            source.pos = content.size
        return part(content, pos, max(0, content.size - pos))

    def read_some(self, source: Open | None, most: int) -> Content:
        """Take up to ``most`` bytes of what is there; nothing at the end.

        Raises:
            BlockedError: nothing is there and more may come.
            ClosedError: it is not open for reading.
        """
        if source is not None and source.kind == "stdin":
            if (typed := self._take_typed(self.stdin_pos + most)) is not None:
                return Bytes(typed)
            if self.stdin_pos == len(self.stdin) and self.stdin_open:
                raise BlockedError
            return Bytes(self._take_stdin(most))
        content, pos = self._rest(source)
        assert source is not None
        found = part(content, pos, min(most, max(0, content.size - pos)))
        source.pos = pos + found.size
        if source.cut and found.size < most:
            raise ExhaustedError("words")
        return found

    def read_line(self, source: Open | None) -> bytes:
        """Take a line with its end; less than that at the end of the input.

        Raises:
            BlockedError: no whole line is there and more may come; nothing was taken.
            ClosedError: it is not open for reading.
        """
        if source is not None and source.kind == "stdin":
            end = self.stdin.find(b"\n", self.stdin_pos)
            if (typed := self._take_typed(end if end >= 0 else None)) is not None:
                return typed
            if end < 0 and self.stdin_open:
                raise BlockedError
            return self._take_stdin((end + 1 if end >= 0 else len(self.stdin)) - self.stdin_pos)
        content, pos = self._rest(source)
        assert source is not None
        if isinstance(content, Bytes):
            end = content.data.find(b"\n", pos)
            line = content.data[pos : end + 1 if end >= 0 else None]
        else:
            line = self._scan_line(content, pos)
        source.pos = pos + len(line)
        if source.cut and not line.endswith(b"\n"):
            raise ExhaustedError("words")
        return line

    def _scan_line(self, content: Content, pos: int) -> bytes:
        found: list[bytes] = []
        while pos < content.size:
            chunk = b"".join(content.chunks(pos, min(CHUNK, 512 if not found else CHUNK)))
            self.budget.take("words", len(chunk))
            end = chunk.find(b"\n")
            if end >= 0:
                found.append(chunk[: end + 1])
                break
            found.append(chunk)
            pos += len(chunk)
        return b"".join(found)

    def _take_typed(self, before: int | None) -> bytes | None:
        """Take what was typed up to a Ctrl-D, and that; None if none stands before a position."""
        if not (self.tty or self.typed):
            return None
        end = self.stdin.find(EOT, self.stdin_pos, before)
        if end < 0:
            return None
        taken = self._take_stdin(end - self.stdin_pos)
        self.stdin_pos += len(EOT)
        return taken

    def _take_stdin(self, amount: int) -> bytes:
        """Take input; a terminal shows what was typed."""
        taken = self.stdin[self.stdin_pos : self.stdin_pos + amount]
        self.stdin_pos += len(taken)
        if self.tty:
            self.emit(1, taken)
        return taken

    # --- opening ---------------------------------------------------------------------------

    def open(
        self, path: str, fds: dict[int, Open], *, cwd: str, mode: str, umask: int = 0o022
    ) -> Open:
        """Open a path; ``mode`` is ``r``, ``w``, ``a``, ``rw`` or ``x`` (must not exist).

        Raises:
            FileError: as the file system says.
        """
        absolute = plain_path(path, cwd)
        fd = _FDS.get(absolute, -1)
        if absolute.startswith("/dev/fd/") and absolute[8:].isdigit():
            fd = int(absolute[8:])
        if fd >= 0:
            if fd not in fds:
                raise FileError("ENOENT", path)
            return fds[fd]
        device = self.device(absolute)
        if device == "tty":
            return fds.get(0 if mode == "r" else 1) or Open("null")
        if device:
            return Open(device)
        files = self.files
        if mode == "r":
            node = files.stat(path, cwd=cwd)
            if not node.is_directory:
                files.read(path, cwd=cwd)
        else:
            there = files.lookup(path, cwd=cwd)
            if there is not None and mode == "x" and there.kind is Kind.FILE:
                raise FileError("EEXIST", path)
            saved, files.umask = files.umask, umask
            try:
                if mode in ("w", "x"):
                    files.write(path, b"", cwd=cwd)
                else:
                    files.write(path, b"", cwd=cwd, append=True)
            finally:
                files.umask = saved
            self.budget.take("entries")
            self.budget.take("steps", 4)
        found = "/" + files.resolve(path, cwd=cwd)
        return Open("file", found, append=mode == "a", readable=mode in ("r", "rw"),
                    writable=mode != "r")

    def device(self, absolute: str) -> str:
        """Return the kind of device that a path is, or nothing."""
        node = self.files.lookup(absolute)
        if node is not None and node.kind is Kind.CHARACTER:
            for kind, number in DEVICES.values():
                if number == node.device:
                    return kind
            return "null"
        if node is None and absolute in DEVICES:
            return DEVICES[absolute][0]
        return ""


def plain_path(path: str, cwd: str) -> str:
    """Return an absolute path without dots and double slashes, links not looked at."""
    full = path if path.startswith("/") else f"{cwd}/{path}"
    out: list[str] = []
    for name in full.split("/"):
        if name == "..":
            del out[-1:]
        elif name not in ("", "."):
            out.append(name)
    return "/" + "/".join(out)


def device_node(absolute: str) -> Node | None:
    """Return the node of one of Docker's devices."""
    found = DEVICES.get(absolute)
    return Node(Kind.CHARACTER, 0o666, device=found[1]) if found else None


def is_terminal(host: Host, opened: Open | None) -> bool:
    """Whether an open file is the terminal."""
    return host.tty and opened is not None and opened.kind in ("stdin", "out", "err")
