"""Files that appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

from imagelab.storage.page_drive import most_bytes


@contextmanager
def written_aside(folder: Path, prefix: str = "") -> Iterator[tuple[Path, BinaryIO]]:
    """Give a new file that only its owner can read; it goes at the end unless it was moved.

    It has its name before it is there, so that nothing of it stays whatever interrupts this.

    Args:
        folder: where.
        prefix: what its name begins with.

    Raises:
        OSError: it cannot be made; it gets larger than a page can keep.
    """
    path = folder / f"{prefix}{token_hex(16)}"
    with removed(path), opened(path) as file:
        yield path, file


@contextmanager
def removed(path: Path) -> Iterator[None]:
    """Have a file go at the end, unless it was moved, whatever interrupts this."""
    name = str(path)
    try:
        yield
    finally:
        # Python looks for an interruption whenever it has called something, and before it begins
        # a function that is written in Python: here nothing is between the two.
        try:  # noqa: SIM105 - suppress() is written in Python
            os.unlink(name)
        except OSError:
            pass


def opened(path: Path) -> BinaryIO:
    """Return a new file that only its owner can read.

    Raises:
        OSError: it cannot be made; it gets larger than a page can keep.
    """
    most = most_bytes(path.parent)
    return _Bounded(path, most) if most else open(path, "xb", opener=private)


class _Bounded(io.BytesIO):
    """A new file of a page's drive, which copies all of a file whenever a part is written.

    So it is written when it is whole, and one that gets too large never is.
    """

    def __init__(self, path: Path, most: int) -> None:
        super().__init__()
        self._path = path
        self._most = most
        self._is_too_large = False

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self._most:
            self._is_too_large = True
            raise OSError(errno.EFBIG, (
                f"file too large: this page keeps files of at most {self._most / 1e6:g} million "
                "bytes; a lab on your own computer has no such bound"), str(self._path))
        return super().write(data)

    def close(self) -> None:
        if not self.closed and not self._is_too_large:
            with open(self._path, "xb", opener=private) as file:
                file.write(self.getbuffer())
        super().close()


def private(name: str, flags: int) -> int:
    """Open a file of the host that only its owner can read."""
    return os.open(name, flags, 0o600)
