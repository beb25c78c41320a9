"""How a level begins: its lab and its files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from imagelab.course import lessons
from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.level import Level
from imagelab.daemon import Daemon
from imagelab.docker.host_paths import is_below
from imagelab.terminal.session import Terminal


def begin(level: Level) -> Daemon:
    """Return a daemon with a level's start; its journal is empty."""
    daemon = lessons.start(level.start) if level.start else Daemon()
    if level.before:
        with tempfile.TemporaryDirectory() as folder:
            put_files(level, Path(folder))
            typed(daemon, level.before, Path(folder))
    return daemon.fork(daemon.journal.head)


def typed(daemon: Daemon, lines: str, folder: Path) -> str:
    """Type lines into a terminal on a lab and return all that was printed."""
    said: list[bytes] = []
    Terminal(daemon, folder).run(lines, lambda _, data: said.append(data))
    return b"".join(said).decode("utf-8", "replace")


def put_files(level: Level, folder: Path, *, anew: bool = True) -> tuple[Path, ...]:
    """Put a level's files into the folder of its name and return their paths.

    Args:
        level: the level.
        folder: the folder that its folder is in.
        anew: whether files that are there already are written again.

    Raises:
        LevelError: one leads out of the level's folder, by a variant's word or by a link.
        OSError: they cannot be written.
    """
    own = folder / level.id
    real = os.path.join(os.path.realpath(folder), level.id)
    for path, text in _places(level.files, own).items():
        if not is_below(os.path.realpath(path), real):
            raise LevelError(f"{path}: this leads out of the level's folder")
        if anew or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
    return tuple(_places(level.files, own))


def _places(files: Mapping[str, str], own: Path) -> dict[Path, str]:
    return {own / path: text for path, text in files.items()}
