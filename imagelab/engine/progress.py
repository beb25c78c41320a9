"""Lines of progress, which the daemon streams while a command is at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.model.outcome import EngineError


@dataclass(frozen=True)
class Progress:
    """One line of progress.

    Attributes:
        status: ``Pull complete``, ``Digest: sha256:…`` …
        id: the layer's short digest or the tag it is about; empty for none.
    """

    status: str
    id: str = ""


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
