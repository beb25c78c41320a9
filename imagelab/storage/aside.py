"""Files that appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

#: Bytes that are gathered for a page's drive, which copies the whole file at every write.
_GATHERED = 8 << 20


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
    most = _most_in_page(folder)
    try:
        with _Bounded(path, most) if most else open(path, "xb", opener=private) as file:
            yield path, file
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _most_in_page(folder: Path) -> int:
    """Return how many bytes a file on a page's drive may have; 0 without a page: no bound.

    Such a file goes whole through the browser's memory, several times over.
    """
    try:
        from imagelab_page import drive, largest
    except ImportError:
        return 0
    return int(largest) if folder.absolute().is_relative_to(drive) else 0


class _Bounded(io.BufferedWriter):
    """A new file that does not get larger than a page can keep."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(io.FileIO(path, "xb", opener=private), _GATHERED)
        self._most = most

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self._most:
            raise OSError(errno.EFBIG, (
                f"file too large: this page keeps files of at most {self._most / 1e6:g} million bytes; "
                "a lab on your own computer has no such bound"), self.name)
        return super().write(data)


def private(name: str, flags: int) -> int:
    """Open a file of the host that only its owner can read."""
    return os.open(name, flags, 0o600)
