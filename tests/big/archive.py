"""An archive of ``docker save``, as large as is asked for, the same on every run.

It is written as it is made up, so that it costs no memory. Its tars come from the library, not from
ours, which is what reads them.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

NAME = "big:1"
#: A small file that the top layer has, and that a container may change.
SAMPLE = "opt/part0/module0/changed.conf"
_LAYERS = 5
_BLOCK = hashlib.shake_256(b"a big archive").digest(1 << 20)
_TIME = 1_700_000_000
_EVERY = 20  # entries in a folder


@dataclass(frozen=True)
class Size:
    """How large an archive is.

    Attributes:
        files: entries of all layers: files, folders, links.
        bytes: of the whole, within a hundredth.
    """

    files: int
    bytes: int


BIG = Size(100_000, 1 << 30)


def cached(size: Size) -> Path:
    """Return the archive of a size, written once and kept in the temporary folder."""
    path = Path(gettempdir()) / f"imagelab-big-{size.files}-{size.bytes}.tar"
    if not path.exists():
        aside = path.with_suffix(f".{os.getpid()}")
        write(aside, size)
        aside.replace(path)
    return path


def write(path: Path, size: Size) -> None:
    """Write an archive of one image with several layers under the name :data:`NAME`."""
    with path.open("wb", buffering=1 << 20) as file:
        diff_ids = []
        for number in range(_LAYERS):
            header = tarfile.TarInfo(f"layer{number}/layer.tar")
            header.size = sum(len(piece) for piece in _layer(number, size))
            sha = hashlib.sha256()
            file.write(header.tobuf(tarfile.USTAR_FORMAT))
            for piece in _layer(number, size):
                sha.update(piece)
                file.write(piece)
            diff_ids.append(f"sha256:{sha.hexdigest()}")
        for name, data in _documents(diff_ids):
            header = tarfile.TarInfo(name)
            header.size = len(data)
            file.write(header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512))
        file.write(bytes(1024))


def _documents(diff_ids: list[str]) -> Iterator[tuple[str, bytes]]:
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2023-11-14T22:13:20Z",
        "config": {"Cmd": ["/bin/true"]},
        "history": [{"created": "2023-11-14T22:13:20Z", "created_by": f"layer {number}"}
                    for number in range(_LAYERS)],
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    yield name, config
    yield "manifest.json", json.dumps([{
        "Config": name, "RepoTags": [NAME],
        "Layers": [f"layer{number}/layer.tar" for number in range(_LAYERS)],
    }]).encode()


def _layer(number: int, size: Size) -> Iterator[bytes]:
    """Yield a layer's tar: folders of small files, some large ones, links and whiteouts.

    A tenth of the files of a layer stand in the one below too, so that there is waste.
    """
    chance = random.Random(number)
    count = size.files // _LAYERS
    # Half of the bytes are in a few files, half in many; 512 for each header, half of that to fill.
    large = max(1, size.bytes // _LAYERS // (40 << 20))
    large_size = size.bytes // _LAYERS // 2 // large
    small_size = max(1, (size.bytes - size.files * 768) // 2 // size.files)
    for at in range(count):
        place = number if at % 10 or not number else number - 1
        folder = f"usr/lib/part{place}/python3/site-packages/module{at // _EVERY}"
        name = f"{folder}/some_file_name_{at}.py"
        if at % _EVERY == 1:
            yield _header(f"{folder}/", tarfile.DIRTYPE, mode=0o755)
        elif at % _EVERY == 2:
            yield _header(name, tarfile.SYMTYPE, target="../somewhere/else.py", mode=0o777)
        elif at % 200 == 5:
            yield _header(name, tarfile.LNKTYPE, target=f"{folder}/some_file_name_{at - 1}.py")
        elif at % 200 == 7 and number:
            yield _header(f"usr/lib/part{number - 1}/python3/site-packages/"
                          f"module{at // _EVERY}/.wh.some_file_name_{at}.py")
        else:
            if at % 300 == 11:  # too long for one field
                name = f"{folder}/{'a' * (40 if at % 600 else 90)}/some_file_name_{at}.py"
            yield from _file(name, int(chance.expovariate(1 / small_size / 1.1)), chance)
    for at in range(large):
        yield from _file(f"usr/lib/liblarge{number}_{at}.so", large_size, chance)
    if number == _LAYERS - 1:
        yield from _file(SAMPLE, 100, chance)
    yield bytes(1024)


def _file(name: str, size: int, chance: random.Random) -> Iterator[bytes]:
    yield _header(name, size=size, mode=0o755 if size % 7 == 0 else 0o644)
    left, start = size, chance.randrange(len(_BLOCK))
    while left:
        piece = _BLOCK[start : start + left]
        left -= len(piece)
        start = 0
        yield piece
    yield bytes(-size % 512)


def _header(
    name: str, kind: bytes = tarfile.REGTYPE, *, size: int = 0, mode: int = 0o644, target: str = "",
) -> bytes:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.mode, member.linkname = kind, size, mode, target
    member.mtime = _TIME
    try:
        return member.tobuf(tarfile.USTAR_FORMAT)
    except ValueError:  # a name that it has no room for
        return member.tobuf(tarfile.PAX_FORMAT)
