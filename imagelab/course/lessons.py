"""Lessons and the labs they start with, the same on every run."""

from __future__ import annotations

import shlex
from functools import cache
from io import BytesIO

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute

#: What the first lesson leaves behind: two images committed one upon the other, with what its
#: cells type, so that the sizes are the same.
_COMMITTED = (
    ("pull ubuntu:14.04", ""),
    ("run -i -t --name commit_test ubuntu:14.04", "echo test_first! >> first\nls\nexit\n"),
    ("commit -a alicek106 -m 'my first commit' commit_test commit_test:first", ""),
    ("run -i -t --name commit_test2 commit_test:first",
     "echo test_second! >> second\ncat first second\nexit\n"),
    ("commit -a alicek106 -m 'my second commit' commit_test2 commit_test:second", ""),
)
#: An image with one file that is big beside all else in it.
_BIG_FILE = (
    ("pull busybox", ""),
    ("run --name maker busybox sh -c 'mkdir /data; head -c 5000000 /dev/zero > /data/big; "
     "echo one > /data/a; echo two > /data/b'", ""),
    ("commit maker data:1", ""),
    ("rm maker", ""),
)
#: An image with settings of its own, and the container that it was committed from.
_NOTES = (
    ("pull busybox", ""),
    ("run --name writer busybox sh -c 'echo keep > /notes'", ""),
    ("commit -a me -m 'first notes' -c 'CMD [\"cat\", \"/notes\"]' -c 'ENV COLOR=blue' writer "
     "notes:1", ""),
)
#: Lessons, to the docker command lines that lead to their start, each with its input.
LESSONS: dict[str, tuple[tuple[str, str], ...]] = {
    "00-start": (),
    "01-commit": (),
    "02-inspect": _COMMITTED,
    "03-history": _COMMITTED,
    "04-rmi": _COMMITTED,
    "05-inside-a-layer": _BIG_FILE,
    "06-save-and-export": _NOTES,
    "07-registries": _COMMITTED,
    "08-build": (("pull ubuntu:14.04", ""), ("pull busybox", "")),
    "09-free-practice": (),
}


def start(lesson: str) -> Daemon:
    """Return a daemon with a lesson's start; its journal is empty.

    Raises:
        ValueError: there is no such lesson.
    """
    if lesson not in LESSONS:
        raise ValueError(f"there is no lesson {lesson!r}; there are: {', '.join(LESSONS)}")
    done = _started(LESSONS[lesson])
    return done.fork(done.journal.head)


@cache
def _started(lines: tuple[tuple[str, str], ...]) -> Daemon:
    daemon = Daemon()
    for line, typed in lines:
        said = bytearray()
        io = Io(said.extend, said.extend, BytesIO(typed.encode()))
        if execute(daemon, shlex.split(line), io):
            raise RuntimeError(f"docker {line}: {said.decode('utf-8', 'replace')}")
    return daemon
