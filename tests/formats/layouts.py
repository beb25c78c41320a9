"""OCI layouts to read, made blob by blob."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

from tests.formats.blobs import tar

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
REF_NAME = "org.opencontainers.image.ref.name"
FULL_NAME = "io.containerd.image.name"
AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}
UNKNOWN = {"os": "unknown", "architecture": "unknown"}

# Without a time of its own a stream names the second it was made in: two images of one layer,
# made before and after a second's end, would be two images.
gzipped = partial(gzip.compress, mtime=0)


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


class Layout:
    """A layout under construction; blobs are added before what names them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(self, data: bytes | dict[str, Any], kind: str = "", **more: Any) -> dict[str, Any]:
        """Add a blob and return its descriptor."""
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.files[f"blobs/sha256/{sha256(data).hexdigest()}"] = data
        return {"mediaType": kind, "digest": digest(data), "size": len(data), **more}

    def image(
        self, *layers: bytes, pack: Callable[[bytes], bytes] = gzipped, kind: str = MANIFEST,
        arch: str = "amd64", **more: Any,
    ) -> dict[str, Any]:
        config = {"architecture": arch, "os": "linux", "created": "2021-03-25T22:36:08Z",
                  "rootfs": {"type": "layers", "diff_ids": list(map(digest, layers))}}
        return self.blob({
            "schemaVersion": 2, "config": self.blob(config),
            "layers": [self.blob(pack(layer)) for layer in layers]}, kind, **more)

    def index(self, *entries: dict[str, Any], kind: str = INDEX, **more: Any) -> dict[str, Any]:
        return self.blob({"schemaVersion": 2, "manifests": list(entries)}, kind, **more)

    def packed(self, *entries: Any) -> bytes:
        self.files["index.json"] = json.dumps(
            {"schemaVersion": 2, "manifests": list(entries)}).encode()
        return tar(*((name, {"data": data}) for name, data in self.files.items()))


def named(text: str, key: str = REF_NAME) -> dict[str, Any]:
    return {"annotations": {key: text}}
