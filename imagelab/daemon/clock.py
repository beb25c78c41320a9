"""Clocks and sources of IDs: the daemon's edge to time and chance."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

SECOND = 1_000_000_000
#: When a lab on the lessons' clock begins: 2 March 2026, 09:00 UTC.
START = 1_772_442_000 * SECOND


#: What a command in a thread of its own is interrupted by, as Ctrl-C interrupts others.
interruption: ContextVar[threading.Event | None] = ContextVar("interruption", default=None)


def check_interruption() -> None:
    """Check that this is still wanted.

    Raises:
        KeyboardInterrupt: whoever began it has set :data:`interruption`.
    """
    asked = interruption.get()
    if asked is not None and asked.is_set():
        raise KeyboardInterrupt


#: Whether a command does not wait for its turn, but raises ``InUse``.
impatience: ContextVar[bool] = ContextVar("impatience", default=False)


class Clock(Protocol):
    """Where the time of commands comes from; nanoseconds since 1970.

    Attributes:
        simulated: whether waiting takes no time.
    """

    simulated: bool

    def now(self, last: int) -> int:
        """Return the time of the next command, later than the last one's."""

    def wait_until(self, moment: int) -> int:
        """Let time pass up to a moment and return the time then."""


class LessonClock:
    """A simulated clock: one second for each command, and sleeping takes no time at all."""

    simulated = True

    def now(self, last: int) -> int:
        """Return the last time and a second."""
        return max(last, START) + SECOND

    def wait_until(self, moment: int) -> int:
        """Jump."""
        return moment


class SystemClock:
    """The machine's clock."""

    simulated = False

    def now(self, last: int) -> int:
        """Return the machine's time, pushed on if it should stand still or go back."""
        return max(time.time_ns(), last + 1)

    def wait_until(self, moment: int) -> int:
        """Sleep.

        Raises:
            KeyboardInterrupt: whoever began this has set :data:`interruption`.
        """
        asked = interruption.get()
        while (left := moment - time.time_ns()) > 0:
            seconds = min(left / SECOND, 1.0)
            if asked is None:
                time.sleep(seconds)
            elif asked.wait(seconds):
                raise KeyboardInterrupt
        return max(moment, time.time_ns())


class Ids(Protocol):
    """Where IDs of containers come from."""

    def identifier(self, counter: int) -> str:
        """Return 64 hexadecimal digits for the lab's so-many-th ID."""


@dataclass(frozen=True)
class SeededIds:
    """IDs that are the same on every run: hashes of a seed and a number."""

    seed: str = "imagelab"

    def identifier(self, counter: int) -> str:
        """Return the SHA-256 of seed and number."""
        return _not_a_number(f"{self.seed}:{counter}")


class RandomIds:
    """IDs by chance."""

    def identifier(self, counter: int) -> str:
        """Return a random ID, whatever the number."""
        return _not_a_number(secrets.token_hex(32))


def _not_a_number(text: str) -> str:
    """Hash until the short ID has a letter: one of digits alone could be taken for a number."""
    while True:
        text = hashlib.sha256(text.encode()).hexdigest()
        if not text[:12].isdigit():
            return text
