"""The history list as a line that refers to it sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.shell.history.words import word_spans

#: Characters of the longest line, and characters looked at to expand one line.
MAX_TEXT = 1 << 20
_MAX_WORK = 1 << 23


class EventError(Exception):
    """A line that cannot be expanded; the text is bash's message without ``bash: ``."""


class TooLongError(Exception):
    """The text is longer, or takes more work, than a line may."""


@dataclass
class Remembered:
    """What later lines of one shell refer back to. A line that fails may change it, too.

    Attributes:
        old: what the last substitution looked for, for ``:&`` and ``:s//new/``.
        new: what it put there.
        search: the last ``!?text?`` that was found, for ``!??``.
        match: the word it was found in, for ``%``.
    """

    old: str = ""
    new: str = ""
    search: str = ""
    match: str = ""


class Events:
    """The entries to refer to, and the work still allowed for one line."""

    def __init__(self, entries: Sequence[str], first: int, remembered: Remembered) -> None:
        self.entries, self.first, self.remembered = entries, first, remembered
        self._left = _MAX_WORK

    def take(self, text: str) -> str:
        """Return a text that was made, if it is not too long."""
        self.spend(len(text))
        if len(text) > MAX_TEXT:
            raise TooLongError
        return text

    def spend(self, work: int) -> None:
        """Account for looking at so many characters."""
        self._left -= work + 1
        if self._left < 0:
            raise TooLongError

    def numbered(self, number: int) -> str | None:
        """Return an entry by its number."""
        at = number - self.first
        return self.entries[at] if 0 <= at < len(self.entries) else None

    def back(self, count: int) -> str | None:
        """Return the entry so many before the line being typed."""
        return self.numbered(self.first + len(self.entries) - count)

    def beginning(self, text: str) -> str | None:
        """Return the latest entry that begins with a text."""
        for entry in reversed(self.entries):
            self.spend(1)
            if text and entry.startswith(text):
                return entry
        return None

    def containing(self, text: str) -> str | None:
        """Return the latest entry with a text in it, or in the last such search's text."""
        text = text or self.remembered.search
        for entry in reversed(self.entries):
            self.spend(len(entry))
            found = entry.rfind(text) if text else -1
            if found >= 0:
                words = (entry[a:b] for a, b in word_spans(entry) if a <= found < b)
                self.remembered.search, self.remembered.match = text, next(words, "")
                return entry
        return None
