"""Small files that want to become large, or to keep a lab busy; fed to it one after the other.

``python -m tests.hostile.bombs FOLDER`` prints what came of each, as JSON: exit code, what was
said, seconds of the processor, and bytes of memory that the process took for it at most. A number
behind the folder makes the lab's bounds on what is unpacked smaller, to so many bytes.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from imagelab.formats import compression
from imagelab.formats.archive import members
from imagelab.lab import Lab
from tests.formats.archives import FILES, FIRST, ITEM, config, item, pack
from tests.hostile.tars import END, archive, entry, symlink

_MEGABYTE = bytes(1 << 20)


def swelling(packer: Any, size: int, front: bytes = b"") -> bytes:
    """Return what packs so many megabytes of zeros."""
    pieces = [packer.compress(front)]
    pieces += [packer.compress(_MEGABYTE) for _ in range(size)]
    return b"".join([*pieces, packer.flush()])


def small(size: int) -> bytes:
    """Return zeros that are packed, and packed again: some hundred bytes."""
    return gzip.compress(gzip.compress(b"") + b"".join(
        [gzip.compress(_MEGABYTE)] * size), mtime=0)


def nested(size: int) -> bytes:
    """Return an archive, packed, of layers that are packed."""
    layer = gzip.compress(_MEGABYTE) * size
    return gzip.compress(pack({"l": layer, "c.json": config(b"")}, item("c.json", "l")))


def image_of(front: bytes = b"{", **changed: Any) -> bytes:
    """Return an archive whose configuration is another."""
    text = config(FIRST, **changed).replace(b"{", front, 1)
    return pack({"l": FIRST, "c.json": text}, item("c.json", "l"))


def links() -> bytes:
    """Return a layer whose links double the way with each step."""
    doubled = [symlink(f"l{number}", f"l{number - 1}/../l{number - 1}") for number in range(1, 39)]
    below = [entry("x", pax={"path": f"l38/{'../l38/' * number}x".encode()})
             for number in range(120)]
    return archive([b"".join([entry("l0/", b""), *doubled, *below]) + END])


def loads(size: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield archives for ``docker load``."""
    yield "bzip2", lambda: swelling(bz2.BZ2Compressor(), size)
    yield "xz", lambda: swelling(lzma.LZMACompressor(), size)
    yield "gzip in gzip", lambda: small(size)
    yield "packed layers in a packed archive", lambda: nested(size)
    yield "layer of bzip2", lambda: pack(
        FILES | {"1/layer.tar": swelling(bz2.BZ2Compressor(), size)}, ITEM)
    yield "links that double", links
    yield "history of 50,000 steps", lambda: image_of(history=[{}] * 50_000)
    yield "a label for each of 100,000", lambda: image_of(
        config={"Labels": {str(number): "x" for number in range(100_000)}})
    yield "10,000 layers", lambda: pack({"l": FIRST, "c.json": config(*[FIRST] * 10_000)}, item(
        "c.json", *["l"] * 10_000))
    yield "10,000 names", lambda: pack(FILES, ITEM | {"RepoTags": [
        f"t:{number}" for number in range(10_000)]})
    yield "number of a million digits", lambda: image_of(b'{"x":' + b"9" * 1_000_000 + b",")


#: Dockerfiles that grow.
DOCKERFILES = {
    "variables that double": "FROM busybox\nENV a0=" + "x" * 100 + "\n" + "".join(
        f"ENV a{number}=$a{number - 1}$a{number - 1}\n" for number in range(1, 60)),
    "arguments that double": "ARG a0=" + "x" * 100 + "\n" + "".join(
        f"ARG a{number}=${{a{number - 1}}}${{a{number - 1}}}\n" for number in range(1, 60))
    + "FROM $a59\n",
    "argument of itself": (
        "ARG a=${a:-${a:-${a}}}$a\nFROM busybox$a\nENV a=$a$a a=$a$a\nRUN echo $a"),
    "line that goes on": "FROM busybox\nRUN echo " + "x \\\n" * 40_000,
    "braces in braces": "FROM busybox\nENV a=" + "${a:-" * 20_000 + "}" * 20_000,
    "heredoc": "FROM busybox\nRUN <<EOF\n" + "echo x\n" * 100_000 + "EOF\n",
    "loop without end": "FROM busybox\nRUN while :; do :; done\n",
    "words that double": 'FROM busybox\nRUN a=x; while :; do a="$a$a"; done\n',
    "patterns": "FROM busybox\nCOPY " + "*" * 200 + "x /\n",
}


def measured(run: Callable[[], Any]) -> tuple[Any, float, int]:
    """Return a result, seconds of the processor, and bytes that the process grew by."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, begun = _status("VmRSS"), time.process_time()
    result = run()
    return result, time.process_time() - begun, _status("VmHWM") - before


def _status(name: str) -> int:
    match = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert match is not None
    return int(match[1]) * 1024


def main(folder: Path, bound: int) -> None:
    """Feed all to a lab and print what came of it."""
    tempfile.tempdir = str(folder)
    if bound:
        compression.FREE = members.FREE = bound
    size = (2 * bound >> 20) or 3 << 10
    path, found = folder / "bomb", {}
    for name, make in loads(size):
        path.write_bytes(make())
        found[f"load: {name}"] = _fed(Lab(), f"load -i {path}", folder)
    lab = Lab()
    lab.docker("pull busybox")
    lab.docker("create --name c1 busybox")
    bomb = swelling(bz2.BZ2Compressor(), size)
    for form in ("import -", "cp - c1:/", "build -"):
        found[form] = _fed(lab, form, folder, bomb)
    for name, dockerfile in DOCKERFILES.items():
        found[f"build: {name}"] = _fed(lab, "build -", folder, dockerfile.encode())
    print(json.dumps(found))


def _fed(lab: Lab, line: str, folder: Path, data: bytes = b"") -> list[Any]:
    done, seconds, grown = measured(partial(lab.docker, line, data, folder=folder))
    return [done.exit_code, done.stderr[:500], round(seconds, 2), grown]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 0)
