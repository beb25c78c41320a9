"""Words of command lines that mean the same on two daemons whose IDs differ.

A word names what is there when its turn comes, or what has gone, by its place in a list. So a
command drawn by chance has something to do, and still has when commands before it are left out.
The base image is meant only where it is named: most of a sequence needs it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.dockerd import BASE_NAME


@dataclass(frozen=True)
class New:
    """A name that no container has had; its kind is the first letter."""

    kind: str


@dataclass(frozen=True)
class Old:
    """The name of a container that is there.

    Attributes:
        kind: see :class:`New`; any if empty.
        back: its place among those of its kind, from the newest; counted in a circle.
        path: a path in it, as ``docker cp`` has it; empty for the container itself.
    """

    kind: str
    back: int
    path: str = ""


@dataclass(frozen=True)
class Tag:
    """A name that an image has, not the base; its place among them, counted in a circle."""

    place: int


@dataclass(frozen=True)
class Id:
    """The ID of an image, not the base.

    Attributes:
        back: its place, from the newest; counted in a circle.
        digits: how many hexadecimal digits of it; 0 for all, with ``sha256:``.
        gone: whether it may be of one that is there no more.
    """

    back: int
    digits: int = 0
    gone: bool = False


@dataclass(frozen=True)
class Script:
    """A script for ``sh -c``.

    One that ``writes`` leaves a number of its own in a file: two containers would otherwise make
    the same layer, if they ran in the same second.
    """

    text: str
    writes: bool = True


@dataclass(frozen=True)
class Context:
    """A folder for ``docker build``: a Dockerfile, and beside it what all contexts hold.

    Attributes:
        base: what it is built from, a name or the base image.
        lines: the instructions after the first.
    """

    base: str | Tag
    lines: tuple[str, ...]


Word = str | New | Old | Tag | Id | Script | Context
Command = tuple[Word, ...]


@dataclass(frozen=True)
class ImageId:
    """An image's ID in a settled command: the image's symbol, and see :class:`Id`."""

    symbol: str
    digits: int


@dataclass(frozen=True)
class Folder:
    """A context in a settled command: the folder's name, and its Dockerfile."""

    name: str
    dockerfile: str


SettledWord = str | ImageId | Folder
Settled = tuple[SettledWord, ...]

#: Commands that the client carries out for all their arguments at once. What the daemon says to
#: one container named twice depends on chance.
_AT_ONCE = {"rm", "start", "stop", "kill"}


def name_of(container: dict[str, Any]) -> str:
    """Return a container's name, as the Engine API lists it."""
    return str(container["Names"][0][1:])


def is_given(name: str) -> bool:
    """Whether a container's name is one of :class:`New`, none of the daemon's own."""
    return re.fullmatch(r"[a-z]\d+", name) is not None


@dataclass
class Made:
    """What a sequence has made so far, as far as words may mean it.

    Attributes:
        images: a symbol for each image there was but the base, in order.
        present: those that are there.
        tags: the names of images but the base's, sorted.
        containers: names of the containers that are there, the oldest first; only given ones.
        count: how many names containers have been given.
        contexts: how many folders there are to build from.
        has_base: whether the base image has its name.
    """

    images: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)
    count: int = 0
    contexts: int = 0
    has_base: bool = True

    def note(
        self, images: Sequence[dict[str, Any]], containers: Sequence[dict[str, Any]],
        symbol_of: Callable[[str], str],
    ) -> None:
        """Write down what is there now that words may mean, as the Engine API lists it."""
        there = {symbol_of(each["Id"]) for each in images}
        self.present = [each for each in self.images if each in there]
        tags = {tag for each in images for tag in each["RepoTags"] or ()}
        self.has_base = BASE_NAME in tags
        self.tags = sorted(tags - {"<none>:<none>", BASE_NAME})
        names = map(name_of, reversed(containers))
        self.containers = [name for name in names if is_given(name)]

    def settle(self, command: Command) -> Settled | None:
        """Choose what the words of a command mean now; None if one has nothing to mean."""
        if not all(self._has_meaning(word) for word in command):
            return None
        words = tuple(self._settled(word) for word in command)
        return tuple(dict.fromkeys(words)) if words[0] in _AT_ONCE else words

    def _has_meaning(self, word: Word) -> bool:
        match word:
            case Old(kind):
                return bool(self._of_kind(kind))
            case Tag():
                return bool(self.tags)
            case Id(_, _, gone):
                return bool(self.images if gone else self.present)
            case Context(base):
                return bool(self.tags) if isinstance(base, Tag) else self.has_base
        return True

    def _of_kind(self, kind: str) -> list[str]:
        return [name for name in self.containers if name.startswith(kind)]

    def _settled(self, word: Word) -> SettledWord:
        match word:
            case New(kind):
                self.count += 1
                return f"{kind}{self.count}"
            case Old(kind, back, path):
                names = self._of_kind(kind)
                return names[-1 - back % len(names)] + (path and f":{path}")
            case Tag(place):
                return self.tags[place % len(self.tags)]
            case Id(back, digits, gone):
                symbols = self.images if gone else self.present
                return ImageId(symbols[-1 - back % len(symbols)], digits)
            case Script(text, writes):
                return f"echo {self.count} > /made; {text}" if writes else text
            case Context(base, lines):
                self.contexts += 1
                name = self._settled(base)
                return Folder(f"context{self.contexts}", "\n".join((f"FROM {name}", *lines, "")))
        return word


def shown(words: Settled) -> str:
    """Return a command line to paste; an image's ID stands in a shell variable."""
    files = [f"mkdir -p {word.name}; cat > {word.name}/Dockerfile <<'EOF'\n{word.dockerfile}EOF"
             for word in words if isinstance(word, Folder)]
    return "\n".join([*files, " ".join(["docker", *map(_quoted, words)])])


def _quoted(word: SettledWord) -> str:
    if isinstance(word, str):
        return shlex.quote(word)
    if isinstance(word, Folder):
        return word.name
    part = f":7:{word.digits}" if word.digits else ""
    return f"${{{word.symbol}{part}}}"
