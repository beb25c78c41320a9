"""Archives of Docker to read: good ones and parts of bad ones."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from imagelab.formats import archive
from imagelab.formats.archive import Loaded
from imagelab.model.node import directory, file
from tests.formats.blobs import Folder, tar, written

FIRST = written({"d": directory(), "d/f": file(b"first")})
SECOND = written({"d": directory(), "d/g": file(b"second")})


def load(data: bytes, folder: Path) -> tuple[Loaded, ...]:
    return archive.read(io.BytesIO(data), Folder(folder).add)


def config(*layers: bytes, **changed: Any) -> bytes:
    diff_ids = [f"sha256:{sha256(layer).hexdigest()}" for layer in layers]
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2021-03-25T22:36:08Z", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}, **changed}).encode()


def item(config: str, *layers: str, tags: Any = ("t:1",), **more: Any) -> dict[str, Any]:
    return {"Config": config, "RepoTags": tags, "Layers": layers, **more}


def pack(files: dict[str, Any], *items: Any) -> bytes:
    """An archive with these files; texts are targets of symbolic links."""
    members: list[tuple[str, dict[str, Any]]] = [
        (name, {"type": tarfile.SYMTYPE, "linkname": data} if isinstance(data, str)
         else {"data": data}) for name, data in files.items()]
    manifest = json.dumps(list(items)).encode()
    return tar(*members, ("manifest.json", {"data": manifest}))


FILES = {"1/layer.tar": FIRST, "2/layer.tar": SECOND, "c.json": config(FIRST, SECOND)}
ITEM = item("c.json", "1/layer.tar", "2/layer.tar")


def manifest(data: bytes) -> bytes:
    return tar(*((name, {"data": each}) for name, each in FILES.items()),
               ("manifest.json", {"data": data}))
