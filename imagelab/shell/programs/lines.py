"""Files taken as lines."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io


def lines_of(data: bytes) -> list[bytes]:
    """Return lines without their ends."""
    lines = data.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def read_each(io: Io, args: list[str]) -> tuple[list[tuple[str, bytes]], int]:
    """Return names and bytes of the files that can be read; complain about the others."""
    found, status = [], 0
    for path in args or ["-"]:
        try:
            found.append((path, io.data(path)))
        except FileError as error:
            status = 1
            if not io.gnu and error.code == "EISDIR":
                io.fail("read error: Is a directory")
            elif not io.gnu and io.name in _CANT_OPEN:
                io.fail(f"can't open '{path}': {error.message}")
            else:
                io.fail(f"{path}: {error.message}")
    return found, status


_CANT_OPEN = frozenset({"sha256sum", "md5sum", "sha1sum", "sha512sum", "cat"})
