"""What the lab can explain: Docker's messages, each with a text and a place in the lessons.

The files in ``entries`` hold messages in Docker's own words, in which ``{places}`` stand for what
differs. A message belongs to the entry that has the most of its words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: Lines of a complaint that are looked at, and characters of each.
_MOST_LINES, _MOST_READ = 100, 2_000
_PLACE = re.compile(r"\{(\w+)\}")
#: What the client puts in front of its own words, too, when it runs a container.
_RUN = "docker: "


@dataclass(frozen=True)
class Wording:
    """A message with places for what differs.

    Attributes:
        words: what stands between the places.
        names: the places' names; one less.
        begins: whether the message's line begins with it, ``docker: `` in front or not.
        ends: whether it ends with it.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    begins: bool
    ends: bool

    @classmethod
    def of(cls, text: str) -> Wording:
        """Read it from an entry: ``No such image: {name}``, with ``^`` and ``$`` for the ends."""
        bare = text.removeprefix("^").removesuffix("$") if text.startswith("^") else text
        parts = _PLACE.split(bare)
        return cls(tuple(parts[::2]), tuple(parts[1::2]), text.startswith("^"),
                   text.startswith("^") and text.endswith("$"))

    @property
    def size(self) -> int:
        """How many characters of a message it settles."""
        return sum(map(len, self.words))

    def match(self, line: str) -> dict[str, str] | None:
        """Return what stands in its places in a line, or None where the line is another message.

        Each part is looked for behind the one before it, once: no line takes long.
        """
        at = line.find(self.words[0])
        if at < 0 or (self.begins and at and line[:at] != _RUN):
            return None
        at += len(self.words[0])
        found: dict[str, str] = {}
        for name, word in zip(self.names, self.words[1:], strict=True):
            end = line.find(word, at) if word else len(line)
            if end < 0:
                return None
            found[name] = line[at:end]
            at = end + len(word)
        return None if self.ends and at < len(line) else found


@dataclass(frozen=True)
class Entry:
    """Something that the lab can explain.

    Attributes:
        key: of its text, in the room ``why`` of the messages.
        place: key of where lessons teach it.
        wordings: Docker's messages.
        code: exit code that it explains where Docker said nothing; 0 for none.
    """

    key: str
    place: str
    wordings: tuple[Wording, ...]
    code: int


@dataclass(frozen=True)
class Found:
    """An entry that explains a message.

    Attributes:
        entry: the entry.
        line: the message.
        values: what stands in the places of the entry's wording.
        size: how many of the message's characters the wording settles.
    """

    entry: Entry
    line: str
    values: Mapping[str, str]
    size: int


@dataclass(frozen=True)
class Place:
    """Where a lesson teaches something.

    Attributes:
        lesson: the notebook's name.
        headings: of the part, by language; empty for the whole lesson.
    """

    lesson: str
    headings: Mapping[str, str]


@cache
def entries() -> Mapping[str, Entry]:
    """Return all entries by key."""
    here = files(__package__) / "entries"
    each = (file.read_text("utf-8") for file in sorted(here.iterdir(), key=lambda file: file.name)
            if file.name.endswith(".toml"))
    return {key: _entry(key, row) for text in each for key, row in tomllib.loads(text).items()}


def _entry(key: str, row: Mapping[str, Any]) -> Entry:
    return Entry(key, row["place"], tuple(map(Wording.of, row.get("says", ()))),
                 row.get("code", 0))


@cache
def places() -> Mapping[str, Place]:
    """Return all places by key."""
    rows = tomllib.loads((files(__package__) / "places.toml").read_text("utf-8"))
    return {key: Place(row.pop("lesson"), row) for key, row in rows.items()}


def fitting(line: str) -> list[Found]:
    """Return the entries that a line fits, each once, the one that settles most of it first."""
    found: list[Found] = []
    for entry in entries().values():
        fits = [(wording.size, values) for wording in entry.wordings
                if (values := wording.match(line)) is not None]
        if fits:
            size, values = max(fits, key=lambda fit: fit[0])
            found.append(Found(entry, line, values, size))
    return sorted(found, key=lambda each: -each.size)


def explaining(complaint: str) -> Iterator[Found]:
    """Yield an entry for each line of a complaint that has one, each entry once."""
    seen: set[str] = set()
    for line in complaint.splitlines()[:_MOST_LINES]:
        best = next(iter(fitting(line[:_MOST_READ])), None)
        if best and best.entry.key not in seen:
            seen.add(best.entry.key)
            yield best


def of_code(code: int) -> Entry | None:
    """Return the entry of an exit code that a container's program ended with."""
    return next((each for each in entries().values() if each.code == code), None)
