"""The beginning of a file: as text if it is some, else as bytes in hexadecimal digits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.model.content import CHUNK, Content

#: Bytes that are read, and bytes that are shown of what is no text.
MAX_TEXT = 4096
MAX_HEX = 256
_PER_LINE = 8  # so that a line with its ASCII fits beside the files
#: Characters that text has besides those that one sees.
_BLANKS = "\n\t"
#: What a lone zero byte, an escape sequence and the like make of a file: no text.
_CONTROL = "Cc"
_UNSEEN = "\ufffd"


@dataclass(frozen=True)
class Beginning:
    """What a file begins with.

    Attributes:
        size: bytes of the whole file.
        shown: bytes that ``text`` or ``lines`` stand for.
        text: them as text; None if they are none.
        lines: a hex dump, if they are no text: offset, bytes, and those that are printable ASCII.
        digest: SHA-256 of the whole file, ``sha256:…``; empty where it would have to be read whole.
    """

    size: int
    shown: int
    text: str | None = None
    lines: tuple[tuple[str, str, str], ...] = ()
    digest: str = ""


def beginning(content: Content) -> Beginning:
    """Return what a file begins with; no more than that is read of a large one.

    Raises:
        OSError: its bytes are no longer where the lab kept them.
        EOFError: likewise, some of them.
    """
    data = content.read(MAX_TEXT)
    digest = content.digest if content.size <= CHUNK or "digest" in vars(content) else ""
    text = _decoded(data, whole=content.size == len(data))
    if text is not None:
        return Beginning(content.size, len(data), text, digest=digest)
    data = data[:MAX_HEX]
    return Beginning(content.size, len(data), lines=tuple(_dump(data)), digest=digest)


def _decoded(data: bytes, *, whole: bool) -> str | None:
    """Return data as text that only says what it shows; None if it is no text."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        # A character that the reading cut in two is no reason to take the rest for no text.
        if whole or error.end < len(data) or error.start < len(data) - 3:
            return None
        text = data[: error.start].decode()
    text = text.replace("\r\n", "\n")
    if any(unicodedata.category(char) == _CONTROL and char not in _BLANKS for char in text):
        return None
    return "".join(char if char.isprintable() or char in _BLANKS else _UNSEEN for char in text)


def _dump(data: bytes) -> Iterator[tuple[str, str, str]]:
    for start in range(0, len(data), _PER_LINE):
        line = data[start : start + _PER_LINE]
        ascii_only = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in line)
        yield f"{start:08x}", line.hex(" "), ascii_only
