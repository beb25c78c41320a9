"""A registry that keeps one small image, and lies as a test wants it to."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any

from imagelab.registry.remote import CONFIG_TYPE, MANIFEST_TYPE
from tests.registry.servers import Answer, Asked, digest

PACKED = "application/vnd.docker.image.rootfs.diff.tar.gzip"
JSON = {"Content-Type": "application/json"}


def tar_of(**files: bytes) -> bytes:
    """Return a tar with some files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def config_of(*layers: bytes, **more: Any) -> bytes:
    """Return an image configuration with some layers."""
    return json.dumps({
        "architecture": "amd64", "os": "linux", "config": {}, **more,
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        "history": [{"created_by": "a test"} for _ in layers]}).encode()


def descriptor(media_type: str, data: bytes, **more: Any) -> dict[str, Any]:
    """Return what a manifest says of some bytes."""
    return {"mediaType": media_type, "size": len(data), "digest": digest(data), **more}


def manifest_of(config: bytes, *layers: bytes, **more: Any) -> dict[str, Any]:
    """Return an image manifest."""
    return {
        "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
        "config": descriptor(CONFIG_TYPE, config),
        "layers": [descriptor(PACKED, layer) for layer in layers], **more}


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """Return a refusal as the distribution project's registry words it."""
    body = {"errors": [{"code": code, "message": message, "detail": {"of": "a test"}}]}
    return Answer(status, {**JSON, **headers}, json.dumps(body).encode())


@dataclass
class Fake:
    """A registry with the image ``a/b:latest``.

    Attributes:
        layer: its tar.
        packed: the layer as the registry has it.
        config: the configuration.
        manifest: the manifest.
        media_type: what the manifest is called.
        answers: answers to paths that end so, before all others.
    """

    layer: bytes = field(default_factory=lambda: tar_of(hello=b"hi\n"))
    packed: bytes = b""
    config: bytes = b""
    manifest: bytes = b""
    media_type: str = MANIFEST_TYPE
    answers: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make what was left out."""
        self.packed = self.packed or gzip.compress(self.layer, mtime=0)
        self.config = self.config or config_of(self.layer)
        self.manifest = self.manifest or json.dumps(
            manifest_of(self.config, self.packed)).encode()

    def change(self, **changes: Any) -> None:
        """Write the manifest anew with other values."""
        self.manifest = json.dumps({**json.loads(self.manifest), **changes}).encode()

    def change_layer(self, **changes: Any) -> None:
        """Write the manifest anew with other values for its layer."""
        layer = json.loads(self.manifest)["layers"][0]
        self.change(layers=[{**layer, **changes}])

    def __call__(self, asked: Asked) -> Answer | None:
        """Answer as a registry does."""
        path = asked.path.partition("?")[0]
        for end, answer in self.answers.items():
            if path.endswith(end):
                return answer
        blobs = {digest(each): each for each in (self.packed, self.config)}
        last = path.rpartition("/")[2]
        if path == "/v2/":
            return Answer(200, JSON, b"{}")
        if path == "/v2/a/b/tags/list":
            return Answer(200, JSON, b'{"name":"a/b","tags":["latest"]}')
        own = digest(self.manifest)
        if path.startswith("/v2/a/b/manifests/") and last in ("latest", own):
            return Answer(200, {"Content-Type": self.media_type, "Docker-Content-Digest": own},
                          self.manifest)
        if path.startswith("/v2/a/b/blobs/") and last in blobs:
            return Answer(200, {}, blobs[last])
        return None
