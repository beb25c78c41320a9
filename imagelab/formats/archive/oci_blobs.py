"""Blobs of an OCI layout, by the descriptors that name them; each is checked against its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.archive.members import Members, check, parse
from imagelab.model.content import DIGEST

#: What an index has, and what a manifest has: nothing is both.
_OF_INDEX, _OF_MANIFEST = "manifests", ("config", "layers")
_KEYS = frozenset({"schemaVersion", "mediaType", _OF_INDEX, *_OF_MANIFEST, "annotations"})
_DESCRIPTOR_KEYS = frozenset({"mediaType", "digest", "size", "platform", "annotations", "urls"})
#: A checked one: OCI image spec, "Descriptor".
Descriptor = Mapping[str, Any]


def descriptor(value: Any, name: str) -> Descriptor:
    """Check the parts of a descriptor that are read here.

    Args:
        value: what stands for it in a document.
        name: the document's name, for errors.

    Raises:
        ArchiveError: it is none.
    """
    found = as_object(value, f"{name}: a descriptor")
    check(found, _DESCRIPTOR_KEYS, name)
    digest = found.get("digest")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise ArchiveError(f"{name}: a descriptor has no sha256 digest")
    size = found.get("size")
    if type(size) is not int or not 0 <= size < 1 << 63:
        raise ArchiveError(f"{name}: the descriptor of {digest} has no size")
    for key in ("platform", "annotations"):
        texts = found.get(key) or {}
        if not isinstance(texts, dict):
            raise ArchiveError(f"{name}: {key} of {digest} is not an object")
    if not all(isinstance(text, str) for text in (found.get("annotations") or {}).values()):
        raise ArchiveError(f"{name}: an annotation of {digest} is not a text")
    return found


def descriptors(document: Mapping[str, Any], key: str, name: str) -> list[Descriptor]:
    """Return the descriptors that a document lists under a key.

    Raises:
        ArchiveError: they are no list, or one is none.
    """
    values = document.get(key) or []
    if not isinstance(values, list):
        raise ArchiveError(f"{name}: {key} is not a list")
    return [descriptor(value, name) for value in values]


def as_object(value: Any, name: str) -> dict[str, Any]:
    """Return a JSON value that has to be an object.

    Raises:
        ArchiveError: it is none.
    """
    if not isinstance(value, dict):
        raise ArchiveError(f"{name} is not an object")
    return value


def document(members: Members, wanted: Descriptor) -> tuple[dict[str, Any], str]:
    """Return an index or a manifest, and the name of its file.

    Raises:
        ArchiveError: it is missing, malformed, or another than its digest or its type says.
    """
    name = _path(wanted)
    found = of_one_kind(parse(read(members, wanted, "manifest"), name), name)
    told = wanted.get("mediaType")
    if found.get("mediaType", told) != told:
        raise ArchiveError(f"{name}: its mediaType is not the one that it is named by")
    return found, name


def of_one_kind(value: Any, name: str) -> dict[str, Any]:
    """Return an index or a manifest, which is not both.

    One that is would be an image to one reader and other images to the next.

    Raises:
        ArchiveError: it is no object, or both.
    """
    found = as_object(value, name)
    check(found, _KEYS, name)
    if _OF_INDEX in found and any(key in found for key in _OF_MANIFEST):
        raise ArchiveError(f"{name} is an index and a manifest at once")
    return found


def read(members: Members, wanted: Descriptor, kind: str) -> bytes:
    """Return a blob that holds JSON, as bytes.

    Args:
        members: the archive.
        wanted: names the blob.
        kind: what it is called in errors, which are worded as those of ``docker pull``.

    Raises:
        ArchiveError: it is missing, too large, or another than its digest says.
    """
    return b"".join(_checked(iter([members.read(_path(wanted))]), wanted, kind))


def chunks(members: Members, wanted: Descriptor, kind: str) -> Iterator[bytes]:
    """Stream a blob; what is wrong with it shows at its end, if not before.

    Raises:
        ArchiveError: as for :func:`read`.
    """
    return _checked(members.chunks(_path(wanted)), wanted, kind)


def _checked(stream: Iterator[bytes], wanted: Descriptor, kind: str) -> Iterator[bytes]:
    sha, size = hashlib.sha256(), 0
    for chunk in stream:
        sha.update(chunk)
        size += len(chunk)
        yield chunk
    digest = wanted["digest"]
    if f"sha256:{sha.hexdigest()}" != digest or size != wanted["size"]:
        raise ArchiveError(f"{kind} verification failed for digest {digest}")


def _path(wanted: Descriptor) -> str:
    algorithm, _, encoded = wanted["digest"].partition(":")
    return f"blobs/{algorithm}/{encoded}"
