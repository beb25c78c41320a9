"""How ``docker`` and a served lab talk: frames in both directions, after a request over HTTP.

A frame has 8 bytes of head, as those of the Engine API: its kind, three zeros and the length of
what follows. The lab asks for input whenever it wants some, so that nothing is read of the
terminal, or of a pipe, that another program was to get.
"""

from __future__ import annotations

import struct

#: Where to ask, and what makes a request's ``User-Agent`` one of docker's own client.
PATH = "/imagelab/docker"
AGENT = "Docker-Client/imagelab"

HEAD = struct.Struct(">BxxxL")
#: Most bytes of a frame.
MOST = 256 << 10

# From the lab.
OUT, ERR = 1, 2
#: Wants input; one of the next three says what kind.
WANTED = 3
#: Has ended; the exit code follows as text.
ENDED = 4

#: As much of standard input as there is now; a line of it; a line that is not to be shown.
SOME, LINE, SECRET = b"some", b"line", b"secret"

# From the client.
#: Input that was wanted; nothing is its end.
GIVEN = 0
#: Ctrl-C was pressed; nobody reads what the command prints.
INTERRUPTED, UNREAD = 5, 6


def frame(kind: int, data: bytes = b"") -> bytes:
    """Return a frame."""
    return HEAD.pack(kind, len(data)) + data


def first(pending: bytearray) -> tuple[int, bytes] | None:
    """Take the first frame away from what has come; None where it is not whole yet."""
    if len(pending) < HEAD.size:
        return None
    kind, length = HEAD.unpack_from(pending)
    end = HEAD.size + length
    if len(pending) < end:
        return None
    data = bytes(pending[HEAD.size:end])
    del pending[:end]
    return kind, data
