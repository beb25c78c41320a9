"""Scripts in a container: each comes to an end by itself or by its budget."""

from __future__ import annotations

from functools import cache

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import file
from imagelab.model.tree import Tree
from imagelab.shell.budget import Budget
from imagelab.shell.process import Advance, advance, spawn
from tests.shell.support import NOW, tree

_LINES = b"a 1\nb 22\n\nc  3 x\n"


def sh(data: bytes) -> None:
    """A script for busybox's shell."""
    _run("busybox", "sh", "-c", data)


def bash(data: bytes) -> None:
    """A script for bash."""
    _run("gnu", "bash", "-c", data)


def awk(data: bytes) -> None:
    """An awk program over some lines."""
    _run("gnu", "awk", data, b"/lines")


def sed(data: bytes) -> None:
    """A sed script over some lines."""
    _run("gnu", "sed", "-E" if data[:1] == b"E" else "-n", "-e", data, "/lines")


def _run(flavour: str, *argv: str | bytes) -> None:
    # No argument of a program can hold a zero byte.
    words = [each if isinstance(each, str) else each.replace(b"\0", b"").decode(
        "utf-8", "surrogateescape") for each in argv]
    files = FileSystem(_tree(flavour), {}, now=NOW)
    budget = Budget(steps=2_000, output=1 << 16, words=1 << 18, hashed=1 << 20, written=1 << 20,
                    entries=2_000)
    process = spawn(files, words, env=("HOME=/root", "PATH=/usr/bin:/bin"), cwd="/", uid=0, gid=0,
                    stdin=b"x y\nz\n")
    _check(advance(process, files, NOW, budget, hostname="box"))


@cache
def _tree(flavour: str) -> Tree:
    return tree(flavour, {"lines": file(_LINES)})


def _check(done: Advance) -> None:
    assert done.process.status in (None, *range(256))
    assert sum(len(each) for _, each in done.output) < 1 << 18
