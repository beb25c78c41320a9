"""Colours of GNU grep, as it has them where ``GREP_COLORS`` is not set."""

from __future__ import annotations

from dataclasses import dataclass

_MATCH, _NAME, _NUMBER, _SEPARATOR = "01;31", "35", "32", "36"


@dataclass(frozen=True)
class GrepColors:
    """Gives the parts of a line their colours, if they are on.

    Each sequence is followed by one that clears the rest of the line, so that no background
    stays behind where a terminal scrolls.
    """

    on: bool

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m\x1b[K{text}\x1b[m\x1b[K" if self.on else text

    def name(self, text: str) -> str:
        """Colour a file's name."""
        return self._paint(_NAME, text)

    def number(self, number: int) -> str:
        """Colour a line's number."""
        return self._paint(_NUMBER, str(number))

    def separator(self, text: str) -> str:
        """Colour what stands between fields or between groups of lines."""
        return self._paint(_SEPARATOR, text)

    def match(self, text: str) -> str:
        """Colour what matched."""
        return self._paint(_MATCH, text)

    def matches(self, line: str, spans: list[tuple[int, int]]) -> str:
        """Colour all places of a line that matched; empty ones have no colour."""
        out: list[str] = []
        done = 0
        for low, high in spans:
            if high > low:
                out += [line[done:low], self.match(line[low:high])]
                done = high
        return "".join([*out, line[done:]])
