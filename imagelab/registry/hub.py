"""The simulated Hub's catalogue: what ``docker pull`` finds, without a network.

A registry serves a manifest that names a configuration and layers by digest. This one holds its
layers uncompressed, so the digest of a layer's blob is its DiffID.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from imagelab.formats import gojson
from imagelab.formats.layer_content import LayerTar
from imagelab.model.reference import DEFAULT_DOMAIN, Reference
from imagelab.registry import catalogue
from imagelab.registry.catalogue.layers import BUILDERS, pins
from imagelab.registry.remote import ManifestUnknown, NameUnknown, Remote, RemoteLayer, remote

_CATALOGUE = files(catalogue)
_LAYER_NAME = re.compile(r"\{([\w./-]+)\}")


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


def holds(path: str, digest: str) -> bool:
    """Whether an image of a repository, ``library/ubuntu``, has a layer."""
    images = map(_image, set(_repositories().get(path, {}).values()))
    return any(layer.digest == digest for image in images for layer in image.layers)


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
    return remote(gojson.dumps(config).encode(), [_layer(layer) for layer in names])


def _layer(name: str) -> RemoteLayer:
    pin, build = pins()[name], BUILDERS[name]
    return RemoteLayer(pin.diff_id, pin.size, lambda: LayerTar(pin.diff_id, build()))


def _hex_of_layer(match: re.Match[str]) -> str:
    """Return the checksum that a build shows for an added root filesystem: that of its tar."""
    pin = pins().get(match[1])
    return pin.diff_id.removeprefix("sha256:") if pin else match[0]

