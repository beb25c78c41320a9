"""An image in a registry, whichever registry it is: a manifest, a configuration, layers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from imagelab.model.content import Content

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar"


class RegistryError(Exception):
    """A registry's refusal; the kinds are those of the distribution spec's error codes."""


class Denied(RegistryError):
    """The account may not do that, or there is no such repository (``DENIED``)."""


class NameUnknown(RegistryError):
    """The registry has no such repository (``NAME_UNKNOWN``)."""


class ManifestUnknown(RegistryError):
    """The repository has no such tag or digest (``MANIFEST_UNKNOWN``)."""


class BlobUnknown(RegistryError):
    """The repository has no such blob (``BLOB_UNKNOWN``)."""


class BlobDamaged(RegistryError):
    """A blob is not what its digest says."""


class Damaged(RegistryError):
    """What the registry keeps is not what it once kept (HTTP status 500)."""


@dataclass(frozen=True)
class RemoteLayer:
    """A layer in a registry.

    Attributes:
        digest: ``sha256:…`` of the blob as the registry has it. That of an uncompressed tar, as
            the simulated registries have them, is the DiffID.
        size: bytes of the blob.
        content: fetches the layer's uncompressed tar; nothing is fetched or built before.
    """

    digest: str
    size: int
    content: Callable[[], Content]


@dataclass(frozen=True)
class Remote:
    """An image in a registry, or on its way to one.

    Attributes:
        manifest: the image manifest, byte for byte.
        config_json: the image configuration, byte for byte.
        layers: the lowest first.
        list_digest: ``sha256:…`` of the manifest list that it was found on; empty for none.
    """

    manifest: bytes
    config_json: bytes
    layers: tuple[RemoteLayer, ...]
    list_digest: str = ""

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` of the manifest list or manifest; ``docker pull`` and ``push`` print it."""
        return self.list_digest or digest_of(self.manifest)


def remote(config_json: bytes, layers: Sequence[RemoteLayer]) -> Remote:
    """Return an image with the manifest (version 2, schema 2) that a daemon pushes for it."""
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _descriptor(CONFIG_TYPE, len(config_json), digest_of(config_json)),
        "layers": [_descriptor(LAYER_TYPE, layer.size, layer.digest) for layer in layers],
    }
    return Remote(json.dumps(manifest, indent=3).encode(), config_json, tuple(layers))


def digest_of(data: bytes) -> str:
    """Return the OCI digest (``sha256:<hex>``) of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _descriptor(media_type: str, size: int, digest: str) -> dict[str, str | int]:
    return {"mediaType": media_type, "size": size, "digest": digest}
