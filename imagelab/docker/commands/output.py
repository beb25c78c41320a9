"""Files that a command line names for output: what cannot be one, and writing one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError
from imagelab.docker.io import Io
from imagelab.formats.gopath import clean
from imagelab.storage.aside import written_aside
from imagelab.storage.errors import reason_of

_REFUSED: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "directory"),
    (stat.S_ISLNK, "symbolic link directly"),
    (stat.S_ISCHR, "character device file"),
    (stat.S_ISBLK, "block device file"),
    (stat.S_ISFIFO, "named pipe (FIFO)"),
    (stat.S_ISSOCK, "socket"),
)


def write_output(
    daemon: Daemon, io: Io, target: str, *, name: str, failed: str,
    make: Callable[[], Iterable[bytes]],
) -> int:
    """Write what a command makes to the file that ``-o`` names, or to standard output.

    Args:
        daemon: the lab.
        io: where to write.
        target: the file; empty for standard output.
        name: the command's.
        failed: what stands before the reasons why the file cannot be: ``failed to …``.
        make: asks the daemon for the bytes.

    Raises:
        ClientError: the file cannot be, or standard output is a terminal.
    """
    if not target:
        if io.is_read:
            raise ClientError(
                "cowardly refusing to save to a terminal. Use the -o flag or redirect")
        chunks = make()
        with daemon.released():  # whoever reads this may be a command of this lab
            for chunk in io.noting.written(chunks, printed=True):
                io.out(chunk)
        return 0
    path = Path(io.path(target))
    if refusal := _refusal(target, path):
        raise ClientError(f"{failed}: {refusal}")
    chunks = io.noting.written(make(), printed=False)
    with daemon.step(f"{name} -o {target}") as step:
        try:
            _write_aside(path, chunks, step.host_effects)
        except OSError as error:
            raise ClientError(f"{failed}: open {error.filename}: {reason_of(error)}") from error
    return 0


def _refusal(target: str, path: Path) -> str:
    """Return why a file cannot be written to; empty if it can."""
    shown = os.path.dirname(target) or "."
    folder = path if target.endswith("/") else path.parent
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            return f"invalid output path: stat {shown}: not a directory"
    except OSError as error:
        return f"invalid output path: stat {shown}: {reason_of(error)}"
    try:
        mode = path.lstat().st_mode
    except OSError:
        return ""
    return next((f"cannot write to a {kind}" for test, kind in _REFUSED if test(mode)), "")


def _write_aside(path: Path, chunks: Iterable[bytes], effects: list[str]) -> None:
    """Write a file whole or not at all, beside its place, then moved there, and note that."""
    with written_aside(path.parent, f".tmp-{path.name}") as (aside, file):
        for chunk in chunks:
            file.write(chunk)
        file.close()  # Windows moves no file that is open
        note = f"wrote {path}"
        try:
            effects.append(note)  # before it is: nothing is written without being noted
            aside.replace(path)
        finally:
            if aside.exists() and note in effects:
                effects.remove(note)


def check_copy_target(path: str) -> None:
    """Refuse a path of the host that nothing can be copied to.

    Raises:
        ClientError: its directory is missing, or a device is there.
    """
    folder = os.path.dirname(clean(path))
    if folder and not os.path.lexists(folder):
        raise ClientError(f'invalid output path: directory "{folder}" does not exist')
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise ClientError(f"stat {path}: {reason_of(error)}") from error
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise ClientError(f'invalid output path: "{path}" must be a directory or a regular file: '
                          "got a device")
