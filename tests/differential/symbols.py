"""What one daemon printed, with all that depends on chance or on the clock replaced."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import groupby

_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d(?: (?:UTC|[+-]\d{4}))?)")
#: Times that are no moment of this run: never, and those of the base image.
_KEPT_TIMES = ("0001-01-01", "2021-03-25")
_DURATION = re.compile(
    r"\b(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|year)s?)\b")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{12}|[0-9a-f]{8})(?![0-9A-Za-z])")
#: What Debian adds to the number of a version.
_PACKAGED = re.compile(r"(?<=20\.10\.24)\+dfsg\d+")
#: Digits of an ID as the client shows it, and of the shortest one that commands here are given.
SHORT, PREFIX = 12, 8
_GAP = re.compile(r"(?<=\S) {3,}")


class Symbols:
    """Stands in for IDs, each daemon's own: the same thing gets the same symbol on both."""

    def __init__(self) -> None:
        self._symbols: dict[str, str] = {}
        self._unknown = 0

    def add(self, identifier: str, symbol: str) -> None:
        """Give an ID a symbol, unless it has one."""
        digits = identifier.removeprefix("sha256:")
        for length in (SHORT, PREFIX):
            self._symbols.setdefault(digits[:length], symbol)

    def add_layers(self, diff_ids: Iterable[str], image: str) -> None:
        """Give symbols to the layers of an image, and to the stacks that end with them."""
        chain = ""
        for number, diff_id in enumerate(diff_ids):
            self.add(diff_id, f"{image}.layer{number}")
            joined = hashlib.sha256(f"{chain} {diff_id}".encode()).hexdigest()
            chain = f"sha256:{joined}" if chain else diff_id
            self.add(chain, f"{image}.chain{number}")

    def of(self, identifier: str) -> str:
        """Return an ID's symbol; one that is new gets a number in order of appearance."""
        prefix = identifier.removeprefix("sha256:")[:SHORT]
        if prefix not in self._symbols:
            self._unknown += 1
            self._symbols[prefix] = f"unknown{self._unknown}"
        return self._symbols[prefix]

    def text(self, text: str) -> str:
        """Return a text with times, durations and IDs replaced."""
        text = _TIME.sub(
            lambda found: found[0] if found[0].startswith(_KEPT_TIMES) else "<time>", text)
        text = _PACKAGED.sub("", text)
        text = _DURATION.sub("<duration>", text)
        return _GAP.sub("   ", _HEX.sub(self._shown, text))

    def _shown(self, found: re.Match[str]) -> str:
        digits = found[0]
        if len(digits) == PREFIX and digits not in self._symbols:
            return digits  # a number
        return f"<{self.of(digits)}:{len(digits)}>"


def unshuffled(lines: list[str]) -> list[str]:
    """Sort the names of each image in the lines of ``docker images``.

    The client keeps the repositories of an image in a map, and prints them in any order.
    """
    groups = groupby(lines, key=lambda line: re.findall(r"<I\d+:", line))
    return [line for _, group in groups for line in sorted(group)]
