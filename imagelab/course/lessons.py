"""Lessons and the labs they start with, the same on every run."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute

#: Lessons, to the docker command lines that lead to their start.
LESSONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "01-commit": (),
}


def start(lesson: str) -> Daemon:
    """Return a daemon with a lesson's start; its journal is empty.

    Raises:
        ValueError: there is no such lesson.
    """
    if lesson not in LESSONS:
        raise ValueError(f"there is no lesson {lesson!r}; there are: {', '.join(LESSONS)}")
    daemon = Daemon()
    for words in LESSONS[lesson]:
        said = bytearray()
        if execute(daemon, words, Io(said.extend, said.extend)):
            raise RuntimeError(f"docker {' '.join(words)}: {said.decode('utf-8', 'replace')}")
    return daemon.fork(daemon.journal.head)
