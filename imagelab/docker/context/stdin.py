"""A build context, or a Dockerfile, that comes on standard input."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from imagelab.docker.command import ClientError, NotSimulated
from imagelab.docker.context.tar import MAX_DOCKERFILE, ContextTar
from imagelab.docker.io import Io
from imagelab.formats.compression import is_compressed

_CHUNK = 1 << 20
#: How many bytes the client looks at to tell an archive from a Dockerfile.
_HEAD = 2 * tarfile.BLOCKSIZE


def copy(io: Io, dockerfile: str, file: BinaryIO) -> tuple[int, str]:
    """Write what comes on standard input as a tar, packed as it comes.

    Args:
        io: has standard input: a tar, compressed or not, or a Dockerfile.
        dockerfile: the value of ``-f``.
        file: where to write.

    Returns:
        How many bytes the client sends, and the name of the Dockerfile in the tar.

    Raises:
        ClientError: a Dockerfile comes and ``-f`` names another.
        NotSimulated: it is too large.
    """
    with tempfile.TemporaryFile() as spool:
        for chunk in _chunks(io):
            spool.write(chunk)
        size = spool.tell()
        spool.seek(0)
        head = spool.read(_HEAD)
        spool.seek(0)
        if _is_archive(head):
            shutil.copyfileobj(spool, file)
            return size, dockerfile
        if dockerfile:
            raise ClientError("unable to prepare context: ambiguous Dockerfile source: both stdin "
                              "and flag correspond to Dockerfiles")
        if size > MAX_DOCKERFILE:
            raise too_large()
        tar = ContextTar(file)
        tar.add_text("Dockerfile", spool.read(), 0o644)
        tar.end()
        return tar.sent, "Dockerfile"


def dockerfile(io: Io) -> bytes:
    """Return a Dockerfile that comes on standard input.

    Raises:
        NotSimulated: it is too large.
    """
    text = b""
    for chunk in _chunks(io):
        text += chunk
        if len(text) > MAX_DOCKERFILE:
            raise too_large()
    return text


def too_large() -> NotSimulated:
    """Return the refusal of a Dockerfile that nobody wrote by hand."""
    return NotSimulated(f"imagelab does not read a Dockerfile of more than {MAX_DOCKERFILE} bytes")


def _chunks(io: Io) -> Iterator[bytes]:
    if io.read_line is not None:
        return iter(io.read_line, b"")
    return iter(lambda: io.stdin.read(_CHUNK), b"")


def _is_archive(head: bytes) -> bool:
    """Tell whether a file is compressed, or a tar whose first entry is seen in what is given."""
    if is_compressed(head):
        return True
    block = head[:tarfile.BLOCKSIZE]
    try:
        entry = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    if entry.type == tarfile.XGLTYPE:
        return entry.size <= len(head) - tarfile.BLOCKSIZE
    return entry.type not in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
