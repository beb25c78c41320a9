"""What labs come to, in digests: the same in every Python. Runs in any, and prints JSON."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from imagelab import Lab
from imagelab.course import lessons
from imagelab.course.levels.library import find, own
from imagelab.course.levels.start import begin, put_files, typed
from imagelab.daemon import Daemon
from imagelab.storage.store import Store

#: Bytes of images that are saved into an archive; larger ones take long in a browser's Python.
MOST_SAVED = 30 << 20
NOON = 1_772_452_800


def names() -> list[str]:
    """Return the names of all lessons and levels."""
    return [*lessons.LESSONS, *own()]


def digests(name: str) -> dict[str, object]:
    """Return what a lesson begins with, or a level's solution ends with."""
    with TemporaryDirectory() as folder:
        if name in lessons.LESSONS:
            daemon = lessons.start(name)
        else:
            level = find(name)
            daemon = begin(level)
            put_files(level, Path(folder))
            for path in Path(folder).rglob("*"):  # a build takes over what the system says
                path.chmod(0o755 if path.is_dir() else 0o644)
                os.utime(path, (NOON, NOON))
            typed(daemon, level.solution, Path(folder))
        return dict(of_daemon(daemon, Path(folder) / "kept"))


def of_daemon(daemon: Daemon, folder: Path) -> Iterator[tuple[str, object]]:
    """Yield the IDs of a lab's images and layers, its state's digest, and that of its archive."""
    state = daemon.state
    yield "images", sorted(state.images)
    layers = [layer for each in state.images.values() if (layer := state.layer_of(each))]
    yield "layers", sorted({diff for each in state.images.values() for diff in each.diff_ids})
    store = Store.open(folder)
    yield "state", store.save_state(state)
    store.close()
    if 0 < sum(layer.total_size for layer in layers) < MOST_SAVED:
        saved = Lab(daemon=daemon).docker(["save", *sorted(state.images)])
        assert saved.exit_code == 0, saved.stderr
        yield "archive", hashlib.sha256(saved.stdout_bytes).hexdigest()


if __name__ == "__main__":
    print(json.dumps({name: digests(name) for name in sys.argv[1:]}))
