"""Room on the disk: nothing that comes from outside fills it to the brim."""

from __future__ import annotations

import shutil
from pathlib import Path

from imagelab.storage.errors import DiskFull

#: How many bytes may be written between two looks.
LOOK = 64 << 20
#: Bytes that stay free for everybody else.
_RESERVE = 512 << 20


def check_room(folder: Path | str) -> None:
    """See that a folder's disk has room for :data:`LOOK` bytes.

    Raises:
        DiskFull: it is nearly full.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # whoever writes there will be told why not
    if free < _RESERVE + LOOK:
        raise DiskFull(f"{folder}: the disk is nearly full ({free >> 20} MiB are left)")
