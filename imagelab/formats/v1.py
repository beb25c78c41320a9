"""IDs and JSON of the old one-layer images that ``docker save`` still writes beside the new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from imagelab.formats import gojson
from imagelab.formats.gotime import ZERO
from imagelab.model.config import Config

_EPOCH = "1970-01-01T00:00:00Z"
#: Keys of a v1 image in the order of Docker's declaration; the rest is left out when empty.
_KEYS = (
    "comment", "created", "container", "container_config", "docker_version", "author", "config",
    "architecture", "variant", "os",
)
_KEPT_WHEN_EMPTY = ("created", "container_config")


def v1_image(config: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the v1 part of an image configuration; of a layer below the top with None."""
    source: dict[str, Any] = dict(config) if config is not None else {"created": _EPOCH}
    source["created"] = source.get("created") or ZERO
    source["container_config"] = Config.from_json(source.get("container_config")).to_json()
    if source.get("config") is not None:
        source["config"] = Config.from_json(source["config"]).to_json()
    return {
        key: source[key] for key in _KEYS if key in _KEPT_WHEN_EMPTY or source.get(key)
    }


def v1_id(image: Mapping[str, Any], chain_id: str, parent: str) -> str:
    """Return the v1 ID (64 digits) of a layer: a digest over its configuration and place.

    Args:
        image: what :func:`v1_image` gave.
        chain_id: the layer's ChainID.
        parent: v1 ID of the layer below, empty at the bottom.
    """
    keyed = dict(image, layer_id=chain_id)
    if parent:
        keyed["parent"] = f"sha256:{parent}"
    ordered = {key: keyed[key] for key in sorted(keyed)}
    return hashlib.sha256(gojson.dumps(ordered).encode()).hexdigest()


def v1_json(image: Mapping[str, Any], identifier: str, parent: str, os: str) -> bytes:
    """Return the ``json`` file of a layer's folder in an archive."""
    front = {"id": identifier} | ({"parent": parent} if parent else {})
    rest = {key: value for key, value in image.items() if key != "os"}
    return gojson.dumps({**front, **rest, "os": os}).encode()
