"""Where a docker command line reads and writes: a notebook's cell, a terminal, a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from imagelab.docker.noting import Noting
from imagelab.engine.progress import Tell, silent

if TYPE_CHECKING:
    from imagelab.docker.conversation import Held

Write = Callable[[bytes], object]


@dataclass
class Io:
    """The surroundings of one command line.

    Attributes:
        out: takes standard output.
        err: takes standard error.
        stdin: standard input, read only by commands that want it.
        read_line: gives the next line typed at a terminal, empty at the end of input; None
            where standard input is no terminal.
        take_over: takes a process that wants a line, where the terminal goes on with it later;
            None where ``read_line`` waits for one.
        folder: the folder that relative paths start from.
        environment: variables of the user's shell, for ``-e NAME``.
        terminal: whether standard output is a terminal.
        cell: whether standard output is a notebook's cell: people read it as they read a
            terminal, but what stands there cannot be written over.
        tell: is told how far long work is, while it goes on.
        noting: takes notes of what is read.
        locate: gives the path that a name of the command line stands for, or refuses it; where
            left out, that is the path itself, seen from the folder.
        complaints: what the client and the daemon have complained of so far, as against what a
            container printed.
    """

    out: Write
    err: Write
    stdin: BinaryIO = field(default_factory=BytesIO)
    read_line: Callable[[], bytes] | None = None
    take_over: Callable[[Held], object] | None = None
    folder: Path = field(default_factory=Path.cwd)
    environment: dict[str, str] = field(default_factory=dict)
    terminal: bool = False
    cell: bool = False
    tell: Tell = silent
    noting: Noting = field(default_factory=Noting)
    locate: Callable[[str], str] | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        """Whether people read standard output, not a program."""
        return self.terminal or self.cell

    def path(self, name: str) -> str:
        """Return the path of the host that a name stands for; its end stays as it is."""
        return self.locate(name) if self.locate else os.path.join(self.folder, name)

    def print(self, text: str) -> None:
        """Write a line to standard output."""
        self.out(encode(f"{text}\n"))

    def complain(self, text: str) -> None:
        """Write a line to standard error."""
        self.complaints.append(text)
        self.err(encode(f"{text}\n"))


def encode(text: str) -> bytes:
    """Return UTF-8; bytes of a container's file names that are none come out as they were."""
    return text.encode("utf-8", "surrogateescape")


@contextmanager
def spooled(source: BinaryIO) -> Iterator[BinaryIO]:
    """Read a stream to its end and give it as a file that can be read more than once."""
    import shutil
    import tempfile

    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(source, spool)
        spool.seek(0)
        yield spool
