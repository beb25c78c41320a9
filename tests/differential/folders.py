"""Files of the host that commands may name; the same on both sides, times included."""

from __future__ import annotations

import os
from pathlib import Path

#: What lies in the folder of each side, and in each build context.
THINGS = {"given.txt": "given\n", "things/one": "1\n", "things/more/two": "2\n"}
#: When all of it was written: seconds since 1970.
_WRITTEN = 1_600_000_000


def write_things(folder: Path) -> None:
    """Write the files into a folder."""
    for name, text in THINGS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_WRITTEN, _WRITTEN))


def write_context(folder: Path, dockerfile: str) -> None:
    """Write a build context, if it is not there yet."""
    if not folder.exists():
        folder.mkdir()
        (folder / "Dockerfile").write_text(dockerfile, "utf-8")
        write_things(folder)
