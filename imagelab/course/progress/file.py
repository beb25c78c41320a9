"""The file that holds a learner's progress: where it is, reading it, changing it."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imagelab.course.levels.seed import default_seed
from imagelab.course.notebooks import START
from imagelab.course.progress.record import Progress, ProgressError, from_json, to_json
from imagelab.docker.host_paths import open_file
from imagelab.formats.json_text import parsed
from imagelab.storage.aside import written_aside

NAME = "imagelab-progress.json"
#: Names another file; empty for none.
VARIABLE = "IMAGELAB_PROGRESS"
#: Bytes of such a file: a transcript has up to 2 MB of input, and most have nearly none.
MAX_SIZE = 64 << 20
#: How many seeds learners get one of by chance.
_SEEDS = 1_000_000
#: Seconds to wait for another notebook, and after which one that holds the file must be dead.
_WAIT = 5.0


def place(folder: Path) -> Path | None:
    """Return where progress is kept; None where it is not.

    Args:
        folder: the notebook's. The file is in the nearest folder from there up that holds the
            start page of the lessons, else in this one.
    """
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    folder = folder.absolute()
    holds = (each for each in (folder, *folder.parents) if (each / START).is_file())
    return next(holds, folder) / NAME


def read(path: Path, *, follow: bool = True) -> Progress:
    """Read a file of progress.

    Args:
        path: the file.
        follow: whether a link there stands for what it leads to.

    Raises:
        OSError: it cannot be read.
        ProgressError: it is none, or a damaged one.
    """
    with open_file(os.path.realpath(path) if follow else str(path)) as file:
        data = file.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise ProgressError(f"larger than {MAX_SIZE:,} bytes")
    try:
        return from_json(parsed(data))
    except ValueError as error:
        if isinstance(error, ProgressError):
            raise
        raise ProgressError("damaged: no JSON") from error


def change(
    path: Path, changed: Callable[[Progress], Progress],
    set_aside: Callable[[Path, ProgressError], object],
) -> Progress:
    """Change what is in the file, in turn with other notebooks, and return it.

    Args:
        path: the file; it is made if it is not there.
        changed: gives the new progress for the old one.
        set_aside: is told where a file was moved that could not be read, and why not.

    Raises:
        OSError: it cannot be read or written.
    """
    path = Path(os.path.realpath(path))  # notebooks that get there by other names take turns, too
    with _alone(path):
        try:
            before = read(path)
        except FileNotFoundError:
            before = _new()
        except ProgressError as error:
            before = _new()
            set_aside(_aside(path), error)
        after = changed(before)
        write(path, after)
    return after


def _new() -> Progress:
    own = default_seed()
    return Progress(1 + secrets.randbelow(_SEEDS) if own is None else own)


def write(path: Path, progress: Progress) -> None:
    """Write a file of progress, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    path = Path(os.path.realpath(path))
    with written_aside(path.parent, f".{path.name}-") as (aside, file):
        file.write(json.dumps(to_json(progress), indent=1).encode())
        file.close()
        with suppress(OSError):  # a teacher may have given others the right to read it
            os.chmod(aside, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        aside.replace(path)


def _aside(path: Path) -> Path:
    """Move a file out of the way and return where to."""
    number = 1
    while (target := path.with_name(f"{path.stem}-damaged-{number}{path.suffix}")).exists():
        number += 1
    path.replace(target)
    return target


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other notebooks from changing the file meanwhile.

    The file that says so is made by one of them only, on any file system; where its maker died,
    it is taken over. Nobody waits for long: a lesson matters more than its count.
    """
    lock = path.with_name(f".{path.name}.lock")
    end = time.monotonic() + _WAIT
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            break
        except FileExistsError:
            if time.monotonic() > end:
                break
            with suppress(OSError):
                if time.time() - lock.stat().st_mtime > _WAIT:
                    lock.unlink()
            time.sleep(0.01)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
