"""The body of a request, as it comes; bounded in size and in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from imagelab.model.outcome import EngineError

#: Most bytes of any body: an archive of images may be large, but not without end.
MAX_BODY = 16 << 30
#: Most seconds that any body may take, and one that is read whole.
_SECONDS = 6 * 3600.0
_WHOLE_SECONDS = 120.0


class Body:
    """The pieces of a body.

    Attributes:
        is_read: whether its end was reached.
    """

    def __init__(self, receive: Callable[[], Awaitable[bytes]], announced: int = 0) -> None:
        """Read a body piece by piece.

        Args:
            receive: gives the next piece; nothing is the end.
            announced: how many bytes the client says it has; 0 if it does not.
        """
        self._receive = receive
        self._announced = announced
        self.is_read = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces.

        Raises:
            EngineError: there are too many bytes, or they take too long.
        """
        return self._pieces(MAX_BODY, _SECONDS)

    async def read(self, most: int) -> bytes:
        """Return it whole.

        Raises:
            EngineError: it has more bytes than that, or takes too long.
        """
        return b"".join([piece async for piece in self._pieces(most, _WHOLE_SECONDS)])

    async def _pieces(self, most: int, seconds: float) -> AsyncIterator[bytes]:
        size = 0
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while max(size, self._announced) <= most:
            if self.is_read:
                return
            piece = await self._receive()
            self.is_read = not piece
            size += len(piece)
            if clock() > end:
                raise EngineError("imagelab: the request took too long", 408)
            if piece and size <= most:
                yield piece
        raise EngineError(f"imagelab: the request has more than {most} bytes", 413)
