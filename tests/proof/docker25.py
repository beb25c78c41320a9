"""Archives as Docker 25 and later write them.

No such Docker is here to ask; the layout is the documented one: OCI's, layers not packed, with a
manifest for each image and the names in annotations of ``index.json``; beside it a
``manifest.json`` that names the same blobs for older Dockers.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OCI = "application/vnd.oci.image"


def layout(config: bytes, layers: Sequence[bytes], name: str, tag: str) -> dict[str, bytes]:
    """Return the files of an archive of one image, by name."""
    described = [_descriptor("layer.v1.tar", layer) for layer in layers]
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json",
        "config": _descriptor("config.v1+json", config), "layers": described}).encode()
    entry = {
        **_descriptor("manifest.v1+json", manifest),
        "annotations": {"io.containerd.image.name": f"{name}:{tag}",
                        "org.opencontainers.image.ref.name": tag}}
    item = {
        "Config": _path(config), "RepoTags": [f"{name.removeprefix('docker.io/library/')}:{tag}"],
        "Layers": [_path(layer) for layer in layers],
        "LayerSources": {each["digest"]: each for each in described}}
    return {
        **{_path(data): data for data in (config, *layers, manifest)},
        "index.json": json.dumps({
            "schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
            "manifests": [entry]}).encode(),
        "manifest.json": json.dumps([item]).encode(),
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
    }


def _descriptor(kind: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": f"{OCI}.{kind}", "size": len(data),
            "digest": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _path(data: bytes) -> str:
    return f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"


def pack(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a tar of some files."""
    with tarfile.open(target, "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
