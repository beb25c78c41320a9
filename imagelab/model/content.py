"""File content as a small value with a size, a digest and a way to stream it.

Content is lazy: a 188 MB image can be explored, hashed and saved without ever being held in
memory. Every kind streams its bytes in chunks of at most :data:`CHUNK` bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

CHUNK = 1 << 16
#: A digest of SHA-256 as OCI writes it (OCI image spec, "Digests").
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Content:
    """Bytes of a file. Subclasses say where they come from."""

    size: int

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream ``length`` bytes from offset ``start`` (to the end by default)."""
        raise NotImplementedError

    def read(self, limit: int | None = None) -> bytes:
        """Return the content, or its first ``limit`` bytes."""
        return b"".join(self.chunks(0, limit))

    @cached_property
    def digest(self) -> str:
        """``sha256:…`` of the content."""
        return digest_of(self.chunks())


def digest_of(chunks: Iterator[bytes]) -> str:
    """Return the OCI digest (``sha256:<hex>``) of streamed bytes."""
    sha = hashlib.sha256()
    for chunk in chunks:
        sha.update(chunk)
    return f"sha256:{sha.hexdigest()}"


def _window(size: int, start: int, length: int | None) -> tuple[int, int]:
    start = min(start, size)
    return start, size if length is None else min(size, start + length)


@dataclass(frozen=True)
class Bytes(Content):
    """Content held in memory; for small files."""

    data: bytes = b""

    @property
    def size(self) -> int:  # type: ignore[override]
        """Number of bytes."""
        return len(self.data)

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from memory."""
        start, end = _window(self.size, start, length)
        for offset in range(start, end, CHUNK):
            yield self.data[offset : min(end, offset + CHUNK)]


@dataclass(frozen=True)
class Zeros(Content):
    """A run of zero bytes, as ``/dev/zero`` gives or ``truncate`` makes."""

    size: int

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream zero bytes."""
        start, end = _window(self.size, start, length)
        block = bytes(CHUNK)
        for offset in range(start, end, CHUNK):
            yield block[: min(CHUNK, end - offset)]


@lru_cache(maxsize=64)
def _pattern_block(seed: str) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(CHUNK)


@dataclass(frozen=True)
class Pattern(Content):
    """Seeded filler, with an optional head: a stand-in for a file that only has to weigh.

    The bytes are ``head`` and then one block of SHAKE-256 of the seed, repeated. They are the
    same on every Python and every system.
    """

    seed: str
    size: int
    head: bytes = b""

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream the head, then the repeated block."""
        start, end = _window(self.size, start, length)
        head = self.head[: self.size]
        yield from Bytes(head).chunks(start, end - start)
        start = max(start, min(end, len(head)))
        block = _pattern_block(self.seed)
        while start < end:
            inside = start % CHUNK
            piece = block[inside : inside + min(CHUNK - inside, end - start)]
            start += len(piece)
            yield piece


@dataclass(frozen=True)
class Joined(Content):
    """One content after another, as appending to a large file makes."""

    parts: tuple[Content, ...]

    @cached_property
    def size(self) -> int:  # type: ignore[override]
        """Sum of the parts' sizes."""
        return sum(part.size for part in self.parts)

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream the parts in turn."""
        start, end = _window(self.size, start, length)
        offset = 0
        for part in self.parts:
            low, high = max(start, offset), min(end, offset + part.size)
            if low < high:
                yield from part.chunks(low - offset, high - low)
            offset += part.size


@dataclass(frozen=True)
class Blob:
    """Bytes that the lab owns as a file, named by their digest and never changed."""

    digest: str
    size: int
    path: Path = field(compare=False)

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from the file; the file stays open only while streaming."""
        start, end = _window(self.size, start, length)
        with self.path.open("rb") as file:
            file.seek(start)
            while start < end:
                chunk = file.read(min(CHUNK, end - start))
                if not chunk:
                    raise EOFError(f"{self.path}: shorter than {self.size} bytes")
                start += len(chunk)
                yield chunk


@dataclass(frozen=True)
class Slice(Content):
    """A stretch of a blob, as a file inside a loaded layer tar is."""

    blob: Blob
    offset: int
    size: int

    def chunks(self, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream from the blob."""
        start, end = _window(self.size, start, length)
        return self.blob.chunks(self.offset + start, end - start)


def join(*parts: Content) -> Content:
    """Concatenate; small results are held as one :class:`Bytes`, long chains stay flat."""
    flat: list[Content] = []
    for part in parts:
        pieces = part.parts if isinstance(part, Joined) else (part,)
        for piece in pieces:
            last = flat[-1] if flat else None
            small = isinstance(last, Bytes) and isinstance(piece, Bytes)
            if small and last is not None and last.size + piece.size <= CHUNK:
                flat[-1] = Bytes(last.read() + piece.read())
            elif piece.size:
                flat.append(piece)
    if not flat:
        return Bytes()
    return flat[0] if len(flat) == 1 else Joined(tuple(flat))
