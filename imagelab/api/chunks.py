"""Archives and logs that are made while they are sent: no faster than the client takes them."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Iterator

from imagelab.api.service import Service

#: Bytes that are fetched from the lab at a time, about.
_ENOUGH = 256 << 10


async def chunks(service: Service, source: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """Yield what an iterator gives that may take its time, and close it in the end."""
    reading = _Reading(source)
    try:
        while not reading.is_over:
            if piece := await service.call(reading.more):
                yield piece
    finally:
        if not reading.is_over:
            await service.call(reading.close)


class _Reading:
    """An iterator that threads take turns at.

    Attributes:
        is_over: whether it has come to its end, and so has let go of what it reads.
    """

    def __init__(self, source: Iterator[bytes]) -> None:
        self.is_over = False
        self._source = source
        self._lock = threading.Lock()

    def more(self) -> bytes:
        """Return the next pieces together."""
        pieces, size = [], 0
        with self._lock:
            for piece in self._source:
                pieces.append(piece)
                size += len(piece)
                if size >= _ENOUGH:
                    break
            else:
                self.is_over = True
        return b"".join(pieces)

    def close(self) -> None:
        """Let go of what it reads, once nobody reads any more."""
        close = getattr(self._source, "close", None)  # a generator has one
        with self._lock:
            if close is not None:
                close()
