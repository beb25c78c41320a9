"""Tab at a prompt: docker command lines, programs and files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from imagelab.docker.complete import complete
from imagelab.docker.complete_paths import copy_side, host_paths
from imagelab.docker.conversation import Held
from imagelab.model.state import State
from imagelab.shell.builtins.table import find_builtin
from imagelab.terminal.host_shell import HostShell
from imagelab.terminal.system import system

#: What ends a command, so that another one begins.
SEPARATORS = ";|&()`"
#: Words that may stand before the command that they run.
_BEFORE = re.compile(r"sudo|[A-Za-z_]\w*=.*|if|then|else|do|while|until|!|\{", re.DOTALL)
_BUILTINS = ("cd", "echo", "exit", "export", "history", "pwd", "type", "unset")
#: Most of what is offered at once.
MOST = 200


class Completion(NamedTuple):
    """What a word may become.

    Attributes:
        start: where the word begins in the line.
        found: the whole words that are offered.
    """

    start: int
    found: tuple[str, ...]

    @property
    def common(self) -> str:
        """What all of them begin with."""
        columns = takewhile(lambda chars: len(set(chars)) == 1, zip(*self.found, strict=False))
        return "".join(chars[0] for chars in columns)


def complete_line(state: State, shell: HostShell, line: str) -> Completion:
    """Return what the word at the end of a shell's line may become."""
    part = split(line, SEPARATORS)
    words = command_words(part)
    start = len(line) - len(part.raw)
    quote = part.raw[:1] if part.raw[:1] in ("'", '"') else ""
    prefix = part.raw[len(quote):]
    if set(prefix) & set("'\"\\"):
        return Completion(start, ())
    found: Iterable[str]
    if not words:
        found = _commands(prefix)
    elif words[0] == "docker":
        found = complete(state, words[1:], prefix, shell.cwd)
    else:
        found = host_paths(shell.cwd, prefix, only_folders=words[0] == "cd")
    return Completion(start, tuple(quote + each for each in found)[:MOST])


def complete_in_container(state: State, held: Held, line: str) -> Completion:
    """Return what an absolute path at the end of a container's line may become."""
    raw = split(line, SEPARATORS).raw
    container = held.container(state)
    if not raw.startswith("/") or container is None:
        return Completion(len(line), ())
    name = f"{container.name}:"
    found = copy_side(state, (), f"{name}{raw}", None)
    return Completion(len(line) - len(raw), tuple(each.removeprefix(name) for each in found)[:MOST])


def _commands(prefix: str) -> list[str]:
    """Return programs and builtins; the lab's own comes first."""
    if not prefix:
        return []
    programs = system().names("usr/bin")
    names = sorted({*programs, *(name for name in _BUILTINS if find_builtin("bash", name))})
    found = [name for name in names if name.startswith(prefix)]
    return sorted(found, key=lambda name: name != "docker")


def command_words(part: Part) -> list[str]:
    """Return the words of a command, without those that only stand before it."""
    words = list(part.words)
    while words and _BEFORE.fullmatch(words[0]):
        words.pop(0)
    return words


@dataclass
class Part:
    """A command as far as it is typed.

    Attributes:
        words: those that are complete, without quotes and backslashes.
        raw: the word at its end, as typed.
        bare: the same without quotes and backslashes.
        quote: the quote that is open.
    """

    words: list[str] = field(default_factory=list)
    raw: str = ""
    bare: str = ""
    quote: str = ""

    def end_word(self) -> None:
        """Begin the next word."""
        if self.raw:
            self.words.append(self.bare)
        self.raw = self.bare = ""

    def add(self, char: str) -> None:
        """Add a character that no backslash stands before."""
        self.raw += char
        if char == self.quote:
            self.quote = ""
        elif not self.quote and char in "'\"":
            self.quote = char
        elif char != "\\" or self.quote == "'":
            self.bare += char


def split(text: str, separators: str) -> Part:
    """Split a shell line into words and return the command that its end stands in."""
    outer: list[Part] = []
    part, before = Part(), ""
    for char in text:
        if before == "\\" and part.quote != "'":
            part.raw, part.bare, char = part.raw + char, part.bare + char, ""
        elif separators and before + char == "$(" and part.quote != "'":
            outer.append(part)
            part = Part()
        elif char == ")" and outer and not part.quote:
            part = outer.pop()
        elif part.quote or char not in f" \t{separators}":
            part.add(char)
        elif char in separators:
            part = Part()
        else:
            part.end_word()
        before = char
    return part
