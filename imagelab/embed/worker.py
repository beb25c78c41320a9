"""How the page's worker begins."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from imagelab.course.replay.walls import build_walls
from imagelab.embed.session import Session


def begin(post: Callable[[str], object], folder: str) -> Session:
    """Return the session of a page; from now on nothing is written outside of a folder.

    The command lines of a link are a stranger's. A file that one of them writes must never become
    a module that is imported later, so the current folder is none to import from either.

    Args:
        post: takes a message for the page, as JSON.
        folder: a new folder, where the lab's files go and temporary ones too.
    """
    Path(folder).mkdir(parents=True)
    sys.path[:] = [each for each in sys.path if each]
    build_walls(Path(folder))
    return Session(post, Path(folder) / "work")
