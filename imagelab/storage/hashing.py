"""SHA-256 of a stream, worked out by a thread while the next of it is read and written.

The library lets go of Python's lock while it works on many bytes.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor

#: Bytes that are worth handing over.
_PIECE = 1 << 20


class Hashing:
    """The SHA-256 of what was given so far.

    Short streams need no thread, and where none can start (in a browser) long ones do without. One
    that is interrupted leaves its thread to end by itself, since nobody holds the pool any more.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sha = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._size = 0
        self._pool: ThreadPoolExecutor | None = None
        self._at_work: Future[None] | None = None

    def update(self, chunk: bytes) -> None:
        """Add bytes."""
        self._waiting.append(chunk)
        self._size += len(chunk)
        if self._size >= _PIECE:
            self._hand_over()

    def hexdigest(self) -> str:
        """Return the digest of all, 64 hexadecimal digits."""
        self._wait()
        if self._pool is not None:
            self._pool.shutdown()
        _update(self._sha, self._waiting)
        return self._sha.hexdigest()

    def _hand_over(self) -> None:
        """Give the thread what waits, when it is done with what it had: so memory stays small."""
        self._wait()
        pieces, self._waiting, self._size = self._waiting, [], 0
        try:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1)
            self._at_work = self._pool.submit(_update, self._sha, pieces)
        except RuntimeError:
            _update(self._sha, pieces)

    def _wait(self) -> None:
        if self._at_work is not None:
            self._at_work.result()
            self._at_work = None


def _update(sha: hashlib._Hash, pieces: list[bytes]) -> None:
    for piece in pieces:
        sha.update(piece)
