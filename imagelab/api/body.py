"""The body of a request, as it comes; bounded in size and in time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from imagelab.model.outcome import EngineError

#: Most bytes of any body: an archive of images may be large, but not without end.
MAX_BODY = 16 << 30


class Body:
    """The pieces of a body.

    Attributes:
        is_read: whether its end was reached.
    """

    def __init__(self, receive: Callable[[], Awaitable[bytes]]) -> None:
        """Read by a function that gives the next piece; nothing is the end."""
        self._receive = receive
        self.is_read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces.

        Raises:
            EngineError: there are too many bytes.
        """
        size = 0
        while not self.is_read:
            piece = await self._receive()
            if not piece:
                self.is_read = True
                return
            size += len(piece)
            if size > MAX_BODY:
                raise EngineError("imagelab: the request is too large", 413)
            yield piece

    async def read(self, most: int) -> bytes:
        """Return it whole.

        Raises:
            EngineError: it has more bytes than that.
        """
        whole = bytearray()
        async for piece in self:
            whole += piece
            if len(whole) > most:
                raise EngineError(f"imagelab: the request has more than {most} bytes", 413)
        return bytes(whole)
