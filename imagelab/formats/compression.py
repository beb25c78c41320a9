"""Archives that may be compressed: plain, gzip, bzip2 or xz, told by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from imagelab.model.content import CHUNK

#: Most bytes that one archive may unpack to.
MAX_UNPACKED = 64 << 30
_OPENERS: dict[bytes, Callable[[BinaryIO], object]] = {
    b"\x1f\x8b\x08": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


class CompressionError(ValueError):
    """Compressed bytes that are damaged or cut, or too many; in the daemon's words."""


def unpacked(file: BinaryIO) -> Iterator[bytes]:
    """Stream what a file holds, from where it stands, without the compression it may have.

    Raises:
        CompressionError: as the class says.
    """
    source = io.BufferedReader(cast("io.RawIOBase", file), CHUNK)
    start = source.peek(8)[:8]
    opener = next((each for magic, each in _OPENERS.items() if start.startswith(magic)), None)
    plain = cast("BinaryIO", opener(cast("BinaryIO", source)) if opener else source)
    total = 0
    try:
        while chunk := plain.read(CHUNK):
            total += len(chunk)
            if total > MAX_UNPACKED:
                raise CompressionError(f"an archive of more than {MAX_UNPACKED} bytes")
            yield chunk
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        if opener is None:
            raise
        raise CompressionError("unexpected EOF") from error
    finally:
        source.detach()
