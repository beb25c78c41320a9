"""What all hints stand on: the hint, the command it is about, and likely meanings of a slip."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from imagelab.docker.complete import Line, read_line
from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.reference import Reference
from imagelab.model.state import State

#: Characters of one value that are shown, and of an output that is looked at.
_MOST_SHOWN, _MOST_READ = 200, 10_000
#: Names compared with a mistyped one, and those that one hint lists.
_MOST_COMPARED, MOST_LISTED = 2_000, 4


@dataclass(frozen=True)
class Hint:
    """A hint, before it is put into words.

    Attributes:
        key: of its text, in the room ``hint`` of the messages.
        values: what the text's places stand for, fit to be shown as plain text.
    """

    key: str
    values: Mapping[str, str]


def hint(key: str, **values: str) -> Hint:
    """Return a hint; what cannot be printed in its values becomes ``?``, what is long is cut."""
    return Hint(key, {name: _shown(value) for name, value in values.items()})


def _shown(value: str) -> str:
    cut = value if len(value) <= _MOST_SHOWN else f"{value[: _MOST_SHOWN - 1]}…"
    return "".join(char if char.isprintable() else "?" for char in cut)


@dataclass(frozen=True)
class Done:
    """A docker command line that has been carried out.

    Attributes:
        before: the lab before it.
        after: the lab after it.
        words: the words after ``docker``.
        exit_code: how it ended.
        stdout: what it printed.
        stderr: what it complained of.
    """

    before: State
    after: State
    words: Sequence[str]
    exit_code: int
    stdout: str = ""
    stderr: str = ""

    @cached_property
    def line(self) -> Line | None:
        """The words, understood; None if they begin with no command."""
        return read_line(self.words)

    @property
    def name(self) -> str:
        """The command under its first name; empty if there is none."""
        return self.line.name if self.line else ""

    @property
    def arguments(self) -> list[str]:
        """The arguments without the flags."""
        return self.line.arguments if self.line else []

    def given(self, *flags: str) -> bool:
        """Whether any of some flags was given, by their long names."""
        return bool(self.line and self.line.given.intersection(flags))

    @cached_property
    def complaints(self) -> str:
        """The beginning of what it complained of; an exec that cannot start does on stdout."""
        out = self.stdout[:_MOST_READ] if self.stdout.startswith("OCI runtime exec failed") else ""
        return f"{out}{self.stderr[:_MOST_READ]}".replace("\r\n", "\n")

    @cached_property
    def new_containers(self) -> tuple[Container, ...]:
        """The containers that it made."""
        return tuple(each for key, each in self.after.containers.items()
                     if key not in self.before.containers)

    def with_word(self, old: str, new: str) -> str:
        """Return the command line with one word in the place of another."""
        return shlex.join(["docker", *(new if word == old else word for word in self.words)])

    def mended(self, old: str, new: str) -> str:
        """Return where an image's name stands, with another in its place: the line, or ``FROM``."""
        if self.name == "build" and old not in self.words:
            return f"FROM {new}"
        return self.with_word(old, new)


#: What a refusal in Docker's words leads to, and where.
Make = Callable[[Done, re.Match[str]], Hint | None]
Rule = tuple[re.Pattern[str], Make]


def refusals(done: Done, rules: Iterable[Rule]) -> Iterator[Hint]:
    """Yield the hint of each rule that the complaints fit, from the first place that does."""
    for pattern, make in rules:
        match = pattern.search(done.complaints)
        if match and (found := make(done, match)):
            yield found


def rule(pattern: str, make: Make) -> Rule:
    """Return a rule for lines of complaint."""
    return re.compile(pattern, re.MULTILINE), make


def nearest(word: str, names: Iterable[str]) -> str:
    """Return the name that a mistyped word was most likely meant to be; empty for none."""
    from difflib import get_close_matches
    from itertools import islice

    if len(word) > _MOST_SHOWN:
        return ""
    known = {name.lower(): name for name in islice(names, _MOST_COMPARED) if name != word}
    if word.lower() in known:
        return known[word.lower()]
    found = get_close_matches(word.lower(), known, 3, 0.7)
    found.sort(key=lambda each: sorted(each) != sorted(word.lower()))  # letters changed places
    return known[found[0]] if found else ""


def listed(names: Iterable[str]) -> str:
    """Return the first few names with commas between them."""
    each = list(names)
    rest = ", …" if len(each) > MOST_LISTED else ""
    return ", ".join(f"`{name}`" for name in each[:MOST_LISTED]) + rest


def command(*words: str) -> str:
    """Return a command line to type."""
    return shlex.join(["docker", *words])


def some(names: Iterable[str]) -> list[str]:
    """Return as many names as a command line in a hint may have."""
    return list(names)[:MOST_LISTED]


def references(state: State) -> list[str]:
    """Return the names with a tag of all images."""
    return sorted(str(each) for each in state.references if each.tag)


def tags_of(state: State, reference: Reference) -> list[str]:
    """Return the names that the images of a repository have, another tag or not."""
    return sorted(str(each) for each in state.references
                  if each.tag and each.name == reference.name)


def parents(state: State) -> set[str]:
    """Return the IDs of images that others were committed from."""
    return {each.parent for each in state.images.values()}


def intermediate(state: State) -> list[Image]:
    """Return the nameless images that others stand on."""
    inner, named = parents(state), set(state.references.values())
    return [each for each in state.images.values()
            if each.id in inner and each.id not in named]
