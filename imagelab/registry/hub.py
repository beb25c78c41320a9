"""The simulated Hub: what ``docker pull`` finds, without a network.

A registry serves a manifest that names a configuration and layers by digest. This one holds its
layers uncompressed, so the digest of a layer's blob is its DiffID.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from imagelab.formats import gojson
from imagelab.model.node import Changes
from imagelab.model.reference import DEFAULT_DOMAIN, Reference
from imagelab.registry import catalogue
from imagelab.registry.catalogue.layers import BUILDERS, pins

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar"

_CATALOGUE = files(catalogue)
_LAYER_NAME = re.compile(r"\{([\w./-]+)\}")


class NameUnknown(LookupError):
    """The Hub has no such repository (distribution spec, ``NAME_UNKNOWN``)."""


class ManifestUnknown(LookupError):
    """The repository has no such tag or digest (distribution spec, ``MANIFEST_UNKNOWN``)."""


@dataclass(frozen=True)
class RemoteLayer:
    """A layer on the Hub.

    Attributes:
        diff_id: SHA-256 of its uncompressed tar, ``sha256:…``.
        size: bytes of that tar.
        changes: makes what the layer changes; nothing is built before.
    """

    diff_id: str
    size: int
    changes: Callable[[], Changes]


@dataclass(frozen=True)
class Remote:
    """An image on the Hub.

    Attributes:
        config_json: the image configuration, byte for byte.
        layers: the lowest first.
    """

    config_json: bytes
    layers: tuple[RemoteLayer, ...]

    @cached_property
    def manifest(self) -> bytes:
        """The image manifest (version 2, schema 2), byte for byte as a client pushes it."""
        config = _descriptor(CONFIG_TYPE, len(self.config_json), _digest(self.config_json))
        layers = [_descriptor(LAYER_TYPE, layer.size, layer.diff_id) for layer in self.layers]
        manifest = {
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config, "layers": layers}
        return json.dumps(manifest, indent=3).encode()

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` of the manifest, which ``docker pull`` prints."""
        return _digest(self.manifest)


def resolve(reference: Reference) -> Remote:
    """Return the image that a reference names; without tag and digest it means ``latest``.

    Raises:
        NameUnknown: there is no such repository, or the reference names another registry.
        ManifestUnknown: the repository has no such tag or digest. A digest comes before a tag,
            as on a daemon.
    """
    tags = _repositories().get(reference.path)
    if tags is None or reference.domain != DEFAULT_DOMAIN:
        raise NameUnknown(reference.familiar_name)
    wanted = reference.with_default_tag()
    if not wanted.digest:
        if wanted.tag not in tags:
            raise ManifestUnknown(str(wanted))
        return _image(tags[wanted.tag])
    for image in map(_image, sorted(set(tags.values()))):
        if image.digest == wanted.digest:
            return image
    raise ManifestUnknown(str(wanted))


def tags(reference: Reference) -> tuple[str, ...]:
    """Return the tags of a repository, in order.

    Raises:
        NameUnknown: there is no such repository, or the reference names another registry.
    """
    found = _repositories().get(reference.path)
    if found is None or reference.domain != DEFAULT_DOMAIN:
        raise NameUnknown(reference.familiar_name)
    return tuple(sorted(found))


@lru_cache(maxsize=1)
def _repositories() -> Mapping[str, Mapping[str, str]]:
    """Return the tags of each repository, and the image that each tag names."""
    data: dict[str, dict[str, str]] = json.loads(
        (_CATALOGUE / "repositories.json").read_bytes())
    return data


@cache
def _image(name: str) -> Remote:
    config: dict[str, Any] = json.loads((_CATALOGUE / "images" / f"{name}.json").read_bytes())
    names: list[str] = config["rootfs"]["diff_ids"]
    config["rootfs"]["diff_ids"] = [pins()[layer].diff_id for layer in names]
    for step in config["history"]:
        step["created_by"] = _LAYER_NAME.sub(_hex_of_layer, step["created_by"])
    layers = tuple(
        RemoteLayer(pins()[layer].diff_id, pins()[layer].size, BUILDERS[layer])
        for layer in names)
    return Remote(gojson.dumps(config).encode(), layers)


def _hex_of_layer(match: re.Match[str]) -> str:
    """Return the checksum that a build shows for an added root filesystem: that of its tar."""
    pin = pins().get(match[1])
    return pin.diff_id.removeprefix("sha256:") if pin else match[0]


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _descriptor(media_type: str, size: int, digest: str) -> dict[str, str | int]:
    return {"mediaType": media_type, "size": size, "digest": digest}
