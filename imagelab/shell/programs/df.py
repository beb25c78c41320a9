"""df, over a disk of 64 GB."""

from __future__ import annotations

from imagelab.shell.programs.inodes import block_count
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sizes import human_size

DISK_KB = 64 * 1024 * 1024


def df(argv: list[str], io: Io) -> int:
    """Print the space of the container's one disk."""
    options, args = parse(io, argv, "hkPTamiH", "tB", long={"human-readable": "h"})
    for path in args:
        io.stat(path)
    used = sum(block_count(node) for node in io.files.changes.values())
    human = "h" in options

    def size(kilobytes: int) -> str:
        return human_size(kilobytes * 1024, gnu=io.gnu) if human else str(kilobytes)

    free, percent = DISK_KB - used, -(-used * 100 // DISK_KB)
    if io.gnu:
        head = "Filesystem      Size  Used Avail Use% Mounted on" if human else (
            "Filesystem     1K-blocks  Used Available Use% Mounted on"
        )
        widths = (5, 5, 5) if human else (9, 5, 9)
        cells = [size(v).rjust(w) for v, w in zip((DISK_KB, used, free), widths, strict=True)]
        io.out(f"{head}\noverlay        {' '.join(cells)} {percent:3d}% /\n")
        return 0
    if human:
        io.out("Filesystem                Size      Used Available Use% Mounted on\n")
    else:
        io.out("Filesystem           1K-blocks      Used Available Use% Mounted on\n")
    cells = [size(v).rjust(9) for v in (DISK_KB, used, free)]
    io.out(f"overlay              {' '.join(cells)} {percent:3d}% /\n")
    return 0
