"""What the real client logs of itself, or does not, by chance."""

from __future__ import annotations

import re

#: When the daemon ends a copy before all of it was sent, the client closes the pipe between its
#: own two halves, and the half that packs may see that or may have finished already.
_CLOSED_PIPE = re.compile(
    r'^time="[^"\n]*" level=error msg="'
    r'(?:Can\'t add file [^\n]+ to tar|Can\'t close tar writer): '
    r'io: read/write on closed pipe"\n', re.MULTILINE)


def without_closed_pipe(text: str) -> str:
    """Leave out what the client logs of a pipe that it closed itself."""
    return _CLOSED_PIPE.sub("", text)
