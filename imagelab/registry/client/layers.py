"""Layers as a registry holds them: checked as they come, unpacked within bounds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from imagelab.formats.compression import CompressionError, LibraryMissing, decompressed
from imagelab.registry.client.errors import Refused
from imagelab.registry.client.manifest import Descriptor


def verified(chunks: Iterator[bytes], wanted: Descriptor) -> Iterator[bytes]:
    """Pass a blob's bytes on and see at the end that they are the ones wanted.

    Raises:
        Refused: they are others, more or fewer.
    """
    sha, size = hashlib.sha256(), 0
    failed = f"filesystem layer verification failed for digest {wanted.digest}"
    for chunk in chunks:
        size += len(chunk)
        if size > wanted.size:
            raise Refused(f"{failed}: it has more than the {wanted.size} bytes of its manifest")
        sha.update(chunk)
        yield chunk
    if size != wanted.size:
        raise Refused(f"{failed}: it has {size} bytes, and by its manifest {wanted.size}")
    if f"sha256:{sha.hexdigest()}" != wanted.digest:
        raise Refused(failed)


def unpacked(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Unpack a layer, whose first bytes say how it is packed, as a daemon does.

    Args:
        chunks: its bytes; all are read.
        most: bytes that may come of it.

    Raises:
        Refused: it is damaged, becomes longer, or is packed in a way not known here.
    """
    total = 0
    try:
        for piece in decompressed(chunks):
            total += len(piece)
            if total > most:
                raise Refused(f"a layer becomes longer than {most} bytes when it is unpacked")
            yield piece
    except (CompressionError, LibraryMissing) as error:
        raise Refused(str(error)) from None
