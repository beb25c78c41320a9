"""What a command yields: a new state, what happened on the way, and a value or an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from imagelab.model.container import Container
from imagelab.model.state import State

T = TypeVar("T")


@dataclass(frozen=True)
class Event:
    """Something that happened, in the words of ``docker events``.

    Attributes:
        type: ``image``, ``container``, ``network``, ``volume``, ``builder``, or ``layer`` (the
            last is the lab's own).
        action: ``tag``, ``untag``, ``delete``, ``create``, ``start``, ``die`` …
        id: the image, container, network, volume or layer it happened to; empty for a prune.
        attributes: the actor's attributes.
        time: nanoseconds since 1970.
        container: of one that ended (``die``) or was removed (``destroy``), as it was then, with
            all that it printed; what is kept of an event leaves it out.
    """

    type: str
    action: str
    id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    time: int = 0
    container: Container | None = field(default=None, compare=False, repr=False)


class EngineError(Exception):
    """A refusal in the daemon's own words.

    Attributes:
        message: Docker's wording, without ``Error response from daemon:``.
        status: HTTP status that a daemon answers with.
    """

    def __init__(self, message: str, status: int = 500) -> None:
        """Keep the wording and the status."""
        super().__init__(message)
        self.message = message
        self.status = status


class NotFound(EngineError):
    """Something named is not there (404)."""

    def __init__(self, message: str) -> None:
        """Keep the wording."""
        super().__init__(message, 404)


class Conflict(EngineError):
    """Something in the way forbids it (409)."""

    def __init__(self, message: str) -> None:
        """Keep the wording."""
        super().__init__(message, 409)


class BadRequest(EngineError):
    """An argument that cannot be (400)."""

    def __init__(self, message: str) -> None:
        """Keep the wording."""
        super().__init__(message, 400)


class Unsimulated(EngineError):
    """A wish that the lab cannot meet (501); the message is the lab's own, not Docker's."""

    def __init__(self, message: str) -> None:
        """Keep the wording."""
        super().__init__(message, 501)


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """The result of a command on a state.

    Attributes:
        state: the state afterwards; it may have changed even where there is an error.
        value: what the command answers; of no meaning where there is an error.
        events: what happened, in order.
        error: the refusal, or None.
    """

    state: State
    value: T
    events: tuple[Event, ...] = ()
    error: EngineError | None = None
