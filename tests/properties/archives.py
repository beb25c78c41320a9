"""What is in an archive of ``docker save``, read with the standard library alone."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from io import BytesIO


@dataclass(frozen=True)
class Saved:
    """An image as an archive has it.

    Attributes:
        config: its configuration, byte for byte.
        layers: the tars of its layers, the lowest first.
    """

    config: bytes
    layers: tuple[bytes, ...]


def read(archive: bytes) -> dict[str, Saved]:
    """Return the images of an archive by the IDs that their files' names tell."""
    found = {}
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        def content(name: str) -> bytes:
            file = tar.extractfile(name)
            assert file is not None, name
            return file.read()

        for item in json.loads(content("manifest.json")) or ():
            name = item["Config"]
            found[f"sha256:{name.removesuffix('.json')}"] = Saved(
                content(name), tuple(content(each) for each in item["Layers"] or ()))
    return found
