"""What a command was given beside its words, kept so that it can be done again elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imagelab.model.content import Bytes
from imagelab.model.node import Kind

#: Bytes of input that are kept of one step, and of all steps of a lab.
STEP_ROOM = 256 << 10
LAB_ROOM = 8 << 20


@dataclass(frozen=True)
class Piece:
    """Bytes that were given, by what they are.

    Attributes:
        digest: their SHA-256, ``sha256:…``.
        size: how many.
    """

    digest: str
    size: int


@dataclass(frozen=True)
class GivenFile:
    """A file of the host that a command read.

    Attributes:
        path: where it was, from the root, with ``/`` between its parts.
        kind: a file, a directory or a symbolic link.
        mode: its permissions.
        mtime: when it was changed, nanoseconds since 1970.
        piece: a file's content.
        target: where a link leads.
    """

    path: str
    kind: Kind
    mode: int
    mtime: int
    piece: Piece | None = None
    target: str = ""


@dataclass(frozen=True)
class Given:
    """What a docker command line was given.

    Attributes:
        folder: the folder of the host that file names start from.
        stdin: what it read of standard input; None for nothing.
        lines: what was typed at its terminal, of ``b""`` at the end of input; None without one.
        is_read: whether people read its standard output.
        taken_over: whether the terminal went on with a process that it began.
        writes: whether later commands may read what it printed.
        files: files of the host that it read.
        environment: variables of the user's shell that it looked at.
        withheld: whether a password was left out.
        lost: what was too large to be kept, by path; ``-`` is standard input.
    """

    folder: str
    stdin: Piece | None = None
    lines: tuple[bytes, ...] | None = None
    is_read: bool = False
    taken_over: bool = False
    writes: bool = False
    files: tuple[GivenFile, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    withheld: bool = False
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenLine:
    """A line that was typed to a process that waited for it.

    Attributes:
        id: of its container, or of the exec.
        is_exec: which of both it is.
        line: the bytes; nothing is the end of input.
        interrupt: whether it was Ctrl-C instead.
    """

    id: str
    is_exec: bool
    line: bytes
    interrupt: bool = False


@dataclass(frozen=True)
class GivenTime:
    """Time that the user's shell let pass.

    Attributes:
        until: nanoseconds since 1970.
    """

    until: int


AnyGiven = Given | GivenLine | GivenTime


class Memory:
    """What a lab remembers of the bytes that its commands were given.

    Attributes:
        contents: bytes by their digest.
        written: large things that commands wrote, which need not be kept to be known again.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.contents: dict[str, bytes] = {}
        self.written: set[Piece] = set()
        self._room = LAB_ROOM

    def keep(self, data: bytes) -> Piece | None:
        """Keep bytes; None where there is no room for them."""
        piece = Piece(Bytes(data).digest, len(data))
        if piece.digest not in self.contents:
            if len(data) > self._room:
                return None
            self._room -= len(data)
            self.contents[piece.digest] = data
        return piece

    def has_written(self, size: int) -> bool:
        """Whether something of a size was written, so that it is worth to look closer."""
        return any(each.size == size for each in self.written)
