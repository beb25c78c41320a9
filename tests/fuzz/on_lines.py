"""Docker command lines on a small lab: exit codes come of them, and never an exception.

Links to the page hold such lines, too.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from unittest.mock import patch

from imagelab.daemon import Daemon
from imagelab.embed import links
from imagelab.embed.links import LinkError
from imagelab.lab import Lab
from imagelab.model.state import State
from imagelab.shell.budget import Budget
from imagelab.storage.blobs import BlobStore
from imagelab.terminal.session import Terminal
from tests.fuzz.on_texts import text

#: Lines of one input, and characters of one.
_LINES, _LONGEST = 4, 400
_PREPARED = (
    "pull busybox", "run -d --name c1 busybox sleep 1000", "run --name c2 busybox touch /f",
    "commit -m first c2 made:1", "tag busybox localhost:5000/a/b", "volume create vol",
    "network create net", "run -d --name c3 -v vol:/v --network net -p 8080:80 -it busybox sh",
)
#: What can be printed whatever was done before.
_ALWAYS = ("ps -as", "images -a --digests", "volume ls", "network ls", "system df -v")


def docker(data: bytes) -> None:
    """A few lines; what follows a zero byte is their standard input."""
    lines, _, stdin = data.partition(b"\0")
    state, blobs = start()
    with _folder() as folder, small_budget():
        lab = Lab(daemon=Daemon(state=state, blobs=blobs))
        for line in text(lines).split("\n")[:_LINES]:
            done = lab.docker(line[:_LONGEST], stdin, folder=folder)
            assert 0 <= done.exit_code < 256
        for line in _ALWAYS:
            assert lab.docker(line).exit_code == 0, line


def typed(data: bytes) -> None:
    """What is typed in a notebook's terminal, which sees its folder and nothing else."""
    state, blobs = start()
    with _folder() as folder, small_budget():
        terminal = Terminal(Daemon(state=state, blobs=blobs), folder)
        for cell in text(data).split("\0")[:_LINES]:
            assert 0 <= terminal.run(cell[:_LONGEST], lambda stream, shown: None) < 256


def link(data: bytes) -> None:
    """What a link to the page asks for is written as a link that asks for the same."""
    with suppress(LinkError):
        found = links.read(data.decode("utf-8", "replace"))  # a browser's texts are Unicode
        assert links.read(links.written(found)) == found


@cache
def start() -> tuple[State, BlobStore]:
    """Return a lab that has a little of everything, and where its blobs are."""
    blobs = BlobStore()
    lab = Lab(daemon=Daemon(blobs=blobs))
    for line in _PREPARED:
        assert lab.docker(line).exit_code == 0, line
    return lab.state, blobs


@contextmanager
def small_budget() -> Iterator[None]:
    """Have containers stop after thousands of steps instead of hundreds of thousands."""
    small = (2_000, 1 << 16, 1 << 18, 1 << 24, 1 << 20, 5_000)
    with patch.object(Budget.__init__, "__defaults__", small):
        yield


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder with what a command line may name."""
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "d").mkdir()
        (folder / "Dockerfile").write_text("FROM busybox\nCOPY d /d\nRUN echo a > /b\n")
        (folder / "f").write_text("A=b\n")
        (folder / "d" / "g").write_text("x")
        os.symlink("../f", folder / "d" / "l")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
