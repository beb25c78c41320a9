"""``docker export``: a container's files as one tar, whatever layers they come from."""

from __future__ import annotations

from imagelab.engine.container_archive import entries_below
from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.rootfs import base_tree
from imagelab.formats.file_archive import FileEntry
from imagelab.model.filesystem import FileSystem
from imagelab.model.outcome import Outcome
from imagelab.model.state import State


def export(state: State, name: str, *, now: int) -> Outcome[tuple[FileEntry, ...]]:
    """Return all files of a container (cases ``export-01``, ``export-02``).

    What is on its mount points is not among them: of volumes there are the empty directories, of
    the daemon's own files what they are mounted on.

    Raises:
        NotFound: there is no such container (case ``export-03``).
    """
    container = find_container(state, name)
    files = FileSystem(base_tree(container), container.changes)
    _, *entries = entries_below(files, "/", "")
    return Outcome(state, tuple(entries), (container_event(container, "export", now),))
