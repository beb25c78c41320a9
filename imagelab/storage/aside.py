"""Files that appear whole or not at all: written beside their place, then moved there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO


@contextmanager
def written_aside(folder: Path, prefix: str = "") -> Iterator[tuple[Path, BinaryIO]]:
    """Give a new file that only its owner can read; it goes at the end unless it was moved.

    It has its name before it is there, so that nothing of it stays whatever interrupts this.

    Args:
        folder: where.
        prefix: what its name begins with.

    Raises:
        OSError: it cannot be made.
    """
    path = folder / f"{prefix}{token_hex(16)}"
    try:
        with open(path, "xb", opener=private) as file:
            yield path, file
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def private(name: str, flags: int) -> int:
    """Open a file of the host that only its owner can read."""
    return os.open(name, flags, 0o600)
