"""A content as a seekable file, for readers of archives."""

from __future__ import annotations

import io
from bisect import bisect_right
from itertools import accumulate

from imagelab.model.content import Content, Joined, join
from imagelab.shell.streams import part


class ContentFile(io.RawIOBase):
    """Reads a content in place; what has many parts is not gone through from the start."""

    def __init__(self, content: Content) -> None:
        """Begin at the start."""
        super().__init__()
        self._parts = content.parts if isinstance(content, Joined) else (content,)
        self._ends = list(accumulate(each.size for each in self._parts))
        self._size = content.size
        self._pos = 0

    def seekable(self) -> bool:
        """Seeking works."""
        return True

    def readable(self) -> bool:
        """Reading works."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._pos

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; it may be behind the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._pos, io.SEEK_END: self._size}[whence]
        self._pos = max(0, base + offset)
        return self._pos

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        data = self.stretch(self._pos, self._size if size < 0 else size).read()
        self._pos += len(data)
        return data

    def stretch(self, start: int, length: int) -> Content:
        """Return a stretch of the content, unread; less at the end."""
        found: list[Content] = []
        end = min(self._size, start + length)
        at = bisect_right(self._ends, start)
        while start < end:
            each, before = self._parts[at], self._ends[at] - self._parts[at].size
            piece = part(each, start - before, end - start)
            found.append(piece)
            start += piece.size
            at += 1
        return join(*found)
