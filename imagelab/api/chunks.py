"""Archives that the lab makes while they are sent: no faster than the client takes them."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress

from imagelab.api.service import Service

#: Bytes that are fetched from the lab at a time, about.
_ENOUGH = 256 << 10


async def chunks(service: Service, source: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """Yield what an iterator gives that may take its time, and close it in the end."""
    reading = _Reading(source)
    try:
        while piece := await service.call(reading.more):
            yield piece
    finally:
        await service.call(reading.close)


class _Reading:
    """An iterator that threads take turns at."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._lock = threading.Lock()

    def more(self) -> bytes:
        """Return the next pieces together; nothing at the end."""
        pieces, size = [], 0
        with self._lock:
            for piece in self._source:
                pieces.append(piece)
                size += len(piece)
                if size >= _ENOUGH:
                    break
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of what it reads, once nobody reads any more."""
        with self._lock, suppress(AttributeError):
            self._source.close()  # type: ignore[attr-defined]
