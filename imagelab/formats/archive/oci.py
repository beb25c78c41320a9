"""OCI image layouts in a tar: ``index.json`` names manifests, ``blobs/`` holds them by digest.

So are the archives of ``podman save --format oci-archive``, and of ``skopeo copy`` and
``buildah push`` to ``oci-archive:``. Rules: OCI image spec, "Image Layout", "Image Index",
"Image Manifest" and "Descriptor"; names as Docker with containerd's image store gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from imagelab.formats.archive import oci_blobs
from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.archive.layers import Layers, Loaded, Source
from imagelab.formats.archive.members import Members, parse
from imagelab.formats.archive.oci_blobs import Descriptor, as_object, descriptor, descriptors
from imagelab.model.reference import ReferenceError
from imagelab.model.reference import parse as parse_reference

LAYOUT = "oci-layout"
INDEX = "index.json"
VERSION = "1.0.0"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
_INDEX_TYPES = (
    INDEX_TYPE,
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFEST_TYPES = (
    MANIFEST_TYPE,
    "application/vnd.docker.distribution.manifest.v2+json",
)
#: The full name, as containerd, BuildKit and Docker write it; else what the spec has for names.
FULL_NAME, REF_NAME = "io.containerd.image.name", "org.opencontainers.image.ref.name"
_PLATFORM = {"os": "linux", "architecture": "amd64"}
#: How deep indexes may lie in indexes.
_MAX_DEPTH = 8


def images(members: Members, layers: Layers) -> tuple[Loaded, ...]:
    """Return the images that ``index.json`` names.

    Each entry is an image of its own; of an index of several platforms it is the one for
    linux/amd64. One image under several names comes once.

    Raises:
        ArchiveError: a file is malformed, or missing, or not what its digest says.
    """
    version = as_object(parse(members.read(LAYOUT), LAYOUT), LAYOUT).get("imageLayoutVersion")
    if version != VERSION:
        raise ArchiveError(f"unsupported OCI version {str(version)[:20]}")
    index = oci_blobs.of_one_kind(parse(members.read(INDEX), INDEX), INDEX)
    tags: dict[str, dict[str, None]] = {}
    manifests: dict[str, Descriptor] = {}
    for entry in _top(descriptors(index, "manifests", INDEX)):
        manifest = _for_platform(members, entry)
        digest = manifest["digest"]
        manifests.setdefault(digest, manifest)
        known = tags.setdefault(digest, {})
        if name := _name(entry):
            known[name] = None
    if not manifests:
        raise ArchiveError(f"invalid archive: {INDEX} names no image")
    return tuple(
        _image(members, layers, manifest, tuple(tags[digest]))
        for digest, manifest in manifests.items())


def _image(
    members: Members, layers: Layers, wanted: Descriptor, tags: tuple[str, ...],
) -> Loaded:
    manifest, name = oci_blobs.document(members, wanted)
    config = descriptor(manifest.get("config"), name)
    return layers.image(
        oci_blobs.read(members, config, "image config"),
        [Source(layer["size"], partial(oci_blobs.chunks, members, layer, "filesystem layer"))
         for layer in descriptors(manifest, "layers", name)],
        tags)


# --- which of them -------------------------------------------------------------------------


def _top(entries: Sequence[Descriptor]) -> list[Descriptor]:
    """Choose among the entries of ``index.json``.

    Of several under one name, or under none, those that say they are for other platforms go if
    one says that it is for this. What is no image (attestations, types that the spec says to
    ignore) goes anyway.
    """
    chosen = [entry for entry in entries if _is_image(entry)]
    ours = {_name(entry) for entry in chosen if _says(entry, _PLATFORM)}
    return [
        entry for entry in chosen
        if _says(entry, _PLATFORM) or not entry.get("platform") or _name(entry) not in ours]


def _for_platform(members: Members, entry: Descriptor, depth: int = 0) -> Descriptor:
    """Return the manifest that an entry leads to, through indexes."""
    if entry.get("mediaType") in _MANIFEST_TYPES:
        return entry
    if depth == _MAX_DEPTH:
        raise ArchiveError(f"{INDEX}: more than {_MAX_DEPTH} indexes in each other")
    index, name = oci_blobs.document(members, entry)
    inside = [each for each in descriptors(index, "manifests", name) if _is_image(each)]
    for each in inside:
        if _says(each, _PLATFORM):
            return _for_platform(members, each, depth + 1)
    for each in inside:
        if not each.get("platform"):
            return _for_platform(members, each, depth + 1)
    raise ArchiveError("no matching manifest for linux/amd64 in the manifest list entries")


def _is_image(entry: Descriptor) -> bool:
    return entry.get("mediaType") in _INDEX_TYPES + _MANIFEST_TYPES and not _says(
        entry, {"os": "unknown"})


def _says(entry: Descriptor, platform: Mapping[str, str]) -> bool:
    told = entry.get("platform") or {}
    return all(told.get(key) == value for key, value in platform.items())


def _name(entry: Descriptor) -> str:
    """Return the name that an entry has, empty if it has none that Docker could show."""
    annotations = entry.get("annotations") or {}
    text = next(filter(None, map(annotations.get, (FULL_NAME, REF_NAME))), "")
    try:
        reference = parse_reference(text)
    except ReferenceError:
        return ""
    return "" if reference.digest else str(reference.with_default_tag())
