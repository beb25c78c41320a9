"""Output on its way to a client that may be slow; whoever writes it never waits.

A command holds the lab while it prints, so what the client has not taken yet is kept, most of it
in a file.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from tempfile import SpooledTemporaryFile, gettempdir

from imagelab.model.outcome import EngineError
from imagelab.storage.errors import StorageError
from imagelab.storage.room import LOOK, check_room

#: Bytes that are kept in memory.
_IN_MEMORY = 1 << 20
_CHUNK = 256 << 10


class Outbox:
    """Bytes in the order that they were put in; inside of a running loop."""

    def __init__(self) -> None:
        """Begin empty."""
        self._loop = asyncio.get_running_loop()
        self._more = asyncio.Event()
        self._lock = threading.Lock()
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - close() does
        self._written = self._taken = 0
        self._is_closed = False

    def put(self, data: bytes) -> None:
        """Put bytes in, from whichever thread; after the end they are lost.

        Raises:
            EngineError: there is no room for what the client has not taken yet.
        """
        with self._lock:
            if self._is_closed:
                return
            end = self._written + len(data)
            try:
                if end // LOOK > self._written // LOOK:
                    check_room(gettempdir())
                self._file.seek(self._written)
                self._file.write(data)
            except (OSError, StorageError) as error:
                raise EngineError("imagelab: what a client has not read yet cannot be kept: "
                                  f"{error}") from error
            self._written = end
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._more.set)

    def end(self) -> None:
        """Say that nothing more comes."""
        with self._lock:
            self._is_closed = True
        self._more.set()

    async def take(self) -> bytes:
        """Return the next bytes, when there are some; nothing at the end."""
        while True:
            if data := self._next():
                return data
            if self._is_closed:
                return b""
            self._more.clear()
            await self._more.wait()

    def close(self) -> None:
        """Let go of what is still there."""
        self.end()
        with self._lock:
            self._file.close()

    def _next(self) -> bytes:
        with self._lock:
            self._file.seek(self._taken)
            data = self._file.read(min(_CHUNK, self._written - self._taken))
            self._taken += len(data)
            if self._taken == self._written:
                self._file.seek(0)
                self._file.truncate()
                self._taken = self._written = 0
            return data
