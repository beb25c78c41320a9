"""What the daemon streams while a command is at work: lines, and how far each piece of work is.

As in the Engine API a message has a status, the ID of what it is about, and for work that takes
its time how much of it is done (``progressDetail``). Messages with such a detail are *ticks*: they
are told while the work goes on and belong to no answer. All others are the lines of the answer,
told too as soon as they are true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from imagelab.model.content import CHUNK
from imagelab.model.outcome import EngineError
from imagelab.model.watch import Watch


@dataclass(frozen=True)
class Pushed:
    """An image that a registry has now.

    Attributes:
        tag: its name there.
        digest: of its manifest.
        size: bytes of that.
    """

    tag: str
    digest: str
    size: int


@dataclass(frozen=True)
class Progress:
    """One message.

    Attributes:
        status: ``Pull complete``, ``Digest: sha256:…`` …
        id: the layer's short digest or the tag it is about; empty for none.
        current: how much is done, of a tick; None for a line.
        total: how much there is; None where that is not known before.
        units: what is counted; bytes if empty.
        pushed: of the line that a push of an image ends with, what it tells.
    """

    status: str
    id: str = ""
    current: int | None = None
    total: int | None = None
    units: str = ""
    pushed: Pushed | None = None

    @property
    def is_of_layer(self) -> bool:
        """Whether it is one of several about the same layer: a terminal keeps the last of them."""
        return bool(self.id) and not self.status.startswith("Pulling from")

    @property
    def is_tick(self) -> bool:
        """Whether it only tells how far the work is."""
        return self.current is not None


#: Is told of progress. It may raise ``KeyboardInterrupt``: then the command comes to nothing.
Tell = Callable[[Progress], object]


def silent(_: Progress) -> None:
    """Tell nobody."""


@dataclass
class Lines:
    """The lines of an answer, told as they come.

    Attributes:
        tell: is told of them.
        said: those so far.
    """

    tell: Tell = silent
    said: list[Progress] = field(default_factory=list)

    def add(self, *lines: Progress) -> None:
        """Say some more."""
        for line in lines:
            self.said.append(line)
            self.tell(line)


def counting(tell: Tell, status: str, short: Callable[[str], str] = str) -> Watch:
    """Return what tells of the bytes of streams as they pass, at most once a ``CHUNK``.

    Args:
        tell: is told.
        status: what is done with them: ``Downloading``.
        short: makes an ID of the name of a stream.
    """
    def watch(name: str, size: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
        current, told, total = 0, 0, None if size < 0 else size
        tell(Progress(status, short(name), current, total))
        for chunk in chunks:
            yield chunk
            current += len(chunk)
            if current - told >= CHUNK:
                told = current
                tell(Progress(status, short(name), current, total))
        if current > told:
            tell(Progress(status, short(name), current, total))

    return watch


class Interrupted(EngineError):
    """A refusal after the first lines went out: it comes in the stream, not as the answer.

    A client prints its message without ``Error response from daemon:``.

    Attributes:
        lines: what was said before.
    """

    def __init__(self, message: str, lines: Sequence[Progress]) -> None:
        """Keep the wording and the lines."""
        super().__init__(message)
        self.lines = tuple(lines)
