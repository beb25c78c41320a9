"""Reading an image manifest (version 2, schema 2), which may come from anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagelab.formats.json_text import parsed
from imagelab.model.content import DIGEST
from imagelab.registry.remote import Damaged

#: Longest manifest or configuration, in bytes, as registries and daemons have it.
MAX_JSON = 4 << 20


def references(manifest: bytes) -> tuple[str, Sequence[tuple[str, int]]]:
    """Return the digest of the configuration, and digest and size of each layer.

    Raises:
        Damaged: it is no manifest of an image.
    """
    try:
        document = parsed(manifest)
        config, _ = _descriptor(document["config"])
        return config, [_descriptor(each) for each in document["layers"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged("manifest invalid") from error


def _descriptor(value: Any) -> tuple[str, int]:
    digest, size = value["digest"], value["size"]
    if not (isinstance(digest, str) and DIGEST.fullmatch(digest) and type(size) is int):
        raise ValueError("no descriptor")
    return digest, size
