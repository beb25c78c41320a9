"""Garbage collection of a kept lab: frees what no image, container or undo step needs.

Mark and sweep: the roots are the states of all steps of the journal, and the images that other
tools see. What a process adds while it has left the lab to others is spared: see
:mod:`imagelab.storage.claims`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagelab.storage import claims
from imagelab.storage.blobs import files_before
from imagelab.storage.store import Store


@dataclass(frozen=True)
class Swept:
    """What came free.

    Attributes:
        objects: how many objects of the database nothing needed.
        blobs: how many blobs.
        files: how many files that a process which broke off was writing.
        bytes: what the lab's folder takes less.
    """

    objects: int
    blobs: int
    files: int
    bytes: int


def sweep(store: Store) -> Swept:
    """Free what nothing needs.

    Raises:
        StorageError: the lab cannot be read or written, or is damaged; then nothing is freed.
    """
    before = store.size()
    with store.lock():
        needed = store.needed()
        objects = store.keep_only(needed.objects)
        incoming, blobs = store.blobs.incoming(), store.blobs.folder()
        unclaimed = claims.oldest(incoming)
        files = sum(map(_remove, files_before(unclaimed, incoming)))
        swept = sum(
            _remove(path) for path in files_before(unclaimed, blobs)
            if f"sha256:{path.name}" not in needed.blobs)
    store.compact()
    return Swept(objects, swept, files, before - store.size())


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:  # on Windows: somebody reads it; the next sweep comes
        return False
    return True
