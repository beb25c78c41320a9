"""What one daemon printed, with all that depends on chance or on the clock replaced."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
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
#: What a daemon without a bridge says of containers that ask for none other.
_NO_NETWORK = re.compile(r'"NetworkDisabled": true,\s*')
#: The name of a folder of the storage driver, which is no container's ID.
_MERGED = re.compile(r"(?<=/overlay2/)[0-9a-f]{64}(?=/merged)")
#: What 20.10 says of an archive without manifest.json, with a number by chance; the lab has the
#: words of newer engines.
_NO_MANIFEST = re.compile(
    r"open /var/lib/docker/tmp/docker-import-\d+/\S+/json: no such file or directory")
_GAP = re.compile(r"(?<=\S) {3,}")


class Symbols:
    """Stands in for IDs, each daemon's own: the same thing gets the same symbol on both."""

    def __init__(self) -> None:
        self._symbols: dict[str, str] = {}
        self._unknown = 0
        self._batches: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def add(self, identifier: str, symbol: str) -> None:
        """Give an ID a symbol, unless it has one."""
        digits = identifier.removeprefix("sha256:")
        for length in (SHORT, PREFIX):
            self._symbols.setdefault(digits[:length], symbol)

    def add_name(self, name: str, symbol: str) -> None:
        """Give a symbol to a name that the daemon chose by chance."""
        self._names[name] = symbol

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
        text = _NO_MANIFEST.sub("invalid archive: does not contain a manifest.json", text)
        for name, symbol in self._names.items():
            text = text.replace(name, f"<name of {symbol}>")
        text = _NO_NETWORK.sub("", text)
        text = _MERGED.sub("<folder>", text)
        text = _DURATION.sub("<duration>", text)
        return _GAP.sub("   ", _HEX.sub(self._shown, text))

    def _shown(self, found: re.Match[str]) -> str:
        digits = found[0]
        if len(digits) == PREFIX and digits not in self._symbols:
            return digits  # a number
        return f"<{self.of(digits)}:{len(digits)}>"

    def made_together(self, images: Sequence[str]) -> None:
        """Note the symbols of images that one command has made."""
        self._batches.update((image, images[0]) for image in images)

    def unshuffled(self, lines: list[str]) -> list[str]:
        """Sort lines of ``docker images`` that come in any order.

        They are the names of one image, for the client keeps its repositories in a map; and images
        that one command made, which have the same second.
        """
        groups = groupby(lines, key=self._batch_of)
        return [line for _, group in groups for line in sorted(group)]

    def _batch_of(self, line: str) -> str | None:
        found = re.search(r"<(I\d+):", line)
        return found and self._batches.get(found[1], found[1])
