"""The archives of Docker: ``manifest.json`` names each image's configuration and layers.

So are those of ``docker save`` of any version (since 25 the files it names are an OCI layout's),
of ``podman save``, and of ``skopeo copy`` and ``buildah push`` to ``docker-archive:``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.archive.layers import Layers, Loaded, Source
from imagelab.formats.archive.members import Members, check, parse

MANIFEST = "manifest.json"
_KEYS = frozenset({"Config", "RepoTags", "Layers", "Parent", "LayerSources"})


def images(members: Members, layers: Layers) -> tuple[Loaded, ...]:
    """Return the images that ``manifest.json`` names.

    Raises:
        ArchiveError: it is malformed, or the archive has not what it names.
    """
    manifest = parse(members.read(MANIFEST), MANIFEST)
    if manifest is None:  # as engine 20.10 takes it
        manifest = []
    if not isinstance(manifest, list):
        raise ArchiveError("manifest.json is not a list")
    return tuple(_image(members, layers, item) for item in manifest)


def _image(members: Members, layers: Layers, item: Any) -> Loaded:
    if isinstance(item, dict):
        check(item, _KEYS, MANIFEST)
    if not isinstance(item, dict) or not isinstance(item.get("Config"), str):
        raise ArchiveError("manifest.json: an image has no Config")
    parent = item.get("Parent") or ""
    if not isinstance(parent, str):
        raise ArchiveError("manifest.json: Parent is not a text")
    return layers.image(
        members.read(item["Config"]),
        [Source(members.find(name).size, partial(members.chunks, name))
         for name in _texts(item, "Layers")],
        _texts(item, "RepoTags"), parent)


def _texts(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = item.get(key)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(value)
    raise ArchiveError(f"manifest.json: {key} is not a list of texts")
