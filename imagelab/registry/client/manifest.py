"""Manifests and lists of them, read out of what a registry answers.

OCI image spec, "Image Manifest" and "Image Index"; distribution project, "Image Manifest V 2,
Schema 2".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imagelab.formats.json_text import check_keys, document
from imagelab.model.content import DIGEST
from imagelab.registry.client.errors import Refused, line
from imagelab.registry.remote import CONFIG_TYPE, MANIFEST_TYPE

MAX_MANIFEST = 4 << 20
MAX_CONFIG = 8 << 20
#: Bytes that all layers of an image may have, as they come and unpacked.
MAX_IMAGE = 32 << 30
MAX_LAYERS = 1000

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFESTS = (MANIFEST_TYPE, OCI_MANIFEST)
INDEXES = (
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
_SCHEMA_1 = (
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
)
_VARIANTS = {"linux/arm64": "linux/arm64/v8", "linux/arm": "linux/arm/v7"}


@dataclass(frozen=True)
class Descriptor:
    """What a manifest says of a blob or another manifest.

    Attributes:
        media_type: its type.
        digest: ``sha256:…`` of its bytes as the registry holds them.
        size: the number of those bytes.
        platform: ``linux/amd64``, ``linux/arm/v7``; empty where nothing is said.
    """

    media_type: str
    digest: str
    size: int
    platform: str = ""


@dataclass(frozen=True)
class Manifest:
    """An image's configuration and layers, the lowest first."""

    config: Descriptor
    layers: tuple[Descriptor, ...]


def read_index(data: bytes, media_type: str) -> tuple[Descriptor, ...]:
    """Return the manifests of a list.

    Raises:
        Refused: it is none.
    """
    index = _document(data, media_type, "manifests", "layers")
    return tuple(_descriptor(each) for each in _list(index, "manifests"))


def choose(found: tuple[Descriptor, ...], platform: str) -> Descriptor:
    """Return the manifest for a platform.

    Raises:
        Refused: there is none, in the daemon's words.
    """
    for each in found:
        if _whole(each.platform) == _whole(platform) and each.media_type in MANIFESTS:
            return each
    raise Refused(f"no matching manifest for {platform} in the manifest list entries")


def _whole(platform: str) -> str:
    """Return a platform with the variant that its name means by itself."""
    return _VARIANTS.get(platform, platform)


def read_manifest(data: bytes, media_type: str) -> Manifest:
    """Read an image manifest.

    Raises:
        Refused: it is none, or that of something else than an image.
    """
    if media_type in _SCHEMA_1:
        raise Refused("imagelab does not simulate image manifests of version 2, schema 1")
    if media_type not in MANIFESTS:
        raise Refused(f"unsupported manifest media type {line(media_type)}")
    manifest = _document(data, media_type, "layers", "manifests")
    config = _descriptor(manifest.get("config"))
    if config.media_type not in (CONFIG_TYPE, OCI_CONFIG):
        raise Refused(
            f'Encountered remote "{line(config.media_type)}"(unknown) when fetching')
    layers = tuple(_descriptor(each) for each in _list(manifest, "layers"))
    if config.size > MAX_CONFIG:
        raise _invalid(f"a configuration of {config.size} bytes is too long")
    if len(layers) > MAX_LAYERS:
        raise _invalid(f"{len(layers)} layers are too many")
    if sum(each.size for each in layers) > MAX_IMAGE:
        raise _invalid(f"its layers have more than {MAX_IMAGE} bytes")
    return Manifest(config, layers)


_KEYS = frozenset({"schemaVersion", "mediaType", "config", "layers", "manifests"})


def _document(data: bytes, media_type: str, needed: str, forbidden: str) -> dict[str, Any]:
    """Parse a document that is what its media type says and nothing else besides."""
    try:
        found = document(data)
    except ValueError:
        raise _invalid("it is no JSON") from None
    if not isinstance(found, dict) or found.get("schemaVersion") != 2:
        raise _invalid("it is none of schema version 2")
    try:
        check_keys(found, _KEYS)
    except ValueError as error:
        raise _invalid(line(str(error))) from None
    if found.get("mediaType", media_type) != media_type:
        raise _invalid(f"its mediaType is not {media_type}, as which it came")
    if needed not in found or forbidden in found:
        raise _invalid(f"it must have {needed} and no {forbidden}")
    return found


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document[key]
    if not isinstance(value, list):
        raise _invalid(f"{key} is no list")
    return value


def _descriptor(value: Any) -> Descriptor:
    if not isinstance(value, dict):
        raise _invalid("a descriptor is no object")
    media_type, digest, size = (value.get(key) for key in ("mediaType", "digest", "size"))
    if not isinstance(media_type, str):
        raise _invalid("a descriptor has no mediaType")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise _invalid("a descriptor has no digest of SHA-256")
    if type(size) is not int or size < 0:
        raise _invalid(f"the size of {digest} is none")
    return Descriptor(media_type, digest, size, _platform(value.get("platform")))


def _platform(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    parts = (value.get(key) for key in ("os", "architecture", "variant"))
    return "/".join(part for part in parts if isinstance(part, str) and part)


def _invalid(why: str) -> Refused:
    return Refused(f"invalid manifest: {why}")
