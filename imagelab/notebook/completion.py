"""Tab in a notebook: docker command lines in ``%docker``, ``%%docker`` and ``%%lab`` cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from imagelab.docker.complete import complete
from imagelab.lab import current

_MAGIC = re.compile(r"\s*(?:[\w.,\s\[\]'\"]+=\s*)?%%?docker\s")
_TERMINAL = re.compile(r"%%lab(?:\s|$)")
_PROMPT = re.compile(r"\s*[#$] ")
_SEPARATORS = ";|&()`"
#: Words that may stand before the command that they run.
_BEFORE = re.compile(r"sudo|[A-Za-z_]\w*=.*|if|then|else|do|while|until|!|\{", re.DOTALL)


def register(shell: Any) -> None:
    """Add the completion to an IPython shell; once is enough, twice does no harm."""
    if docker_matcher not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(docker_matcher)


@context_matcher()  # type: ignore[untyped-decorator]
def docker_matcher(context: CompletionContext) -> SimpleMatcherResult:
    """Complete the docker command line at the cursor, if it stands in one."""
    lines = context.full_text.split("\n")[: context.cursor_line + 1]
    lines[-1] = lines[-1][: context.cursor_position]
    words, fragment = words_at_cursor(lines)
    # What is replaced is what stands before the cursor, quote and all: IPython's own token would
    # begin behind the last ``:`` or ``/`` of a reference.
    quote = fragment[:1] if fragment[:1] in ("'", '"') else ""
    prefix = fragment[len(quote) :]
    found: list[str] = []
    if words and not set(prefix) & set("'\"\\"):
        found = complete(current().state, words[1:], prefix, Path.cwd())
    elif words == [] and prefix and "docker".startswith(prefix):
        found = ["docker"]
    return {
        "completions": [SimpleCompletion(text=quote + each, type="docker") for each in found],
        "matched_fragment": fragment,
        "suppress": bool(found),
        "ordered": True,
    }


def words_at_cursor(lines: list[str]) -> tuple[list[str] | None, str]:
    """Return the words of the docker command at the end of a cell's text, and the last one raw.

    Args:
        lines: the cell up to the cursor.

    Returns:
        The words before the one at the cursor, beginning with ``docker``: none yet where the
        command's own name is being typed, None where it is no docker command. And the word at
        the cursor as it is typed.
    """
    line = _whole_line(lines)
    if match := _MAGIC.match(line):
        part = _split(line[match.end() :], separators="")
        return ["docker", *part.words], part.raw
    if _TERMINAL.match(lines[0].lstrip()) and len(lines) > 1:
        part = _split(line[match.end() :] if (match := _PROMPT.match(line)) else line, _SEPARATORS)
        while part.words and _BEFORE.fullmatch(part.words[0]):
            part.words.pop(0)
        if not part.words or part.words[0] == "docker":
            return part.words, part.raw
    return None, ""


def _whole_line(lines: list[str]) -> str:
    """Return the last line, with those before it that it continues."""
    start = len(lines) - 1
    while start > 0 and lines[start - 1].endswith("\\"):
        start -= 1
    return "".join(f"{each[:-1]} " for each in lines[start:-1]) + lines[-1]


@dataclass
class _Part:
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


def _split(text: str, separators: str) -> _Part:
    """Split a shell line into words and return the command that its end stands in."""
    outer: list[_Part] = []
    part, before = _Part(), ""
    for char in text:
        if before == "\\" and part.quote != "'":
            part.raw, part.bare, char = part.raw + char, part.bare + char, ""
        elif separators and before + char == "$(" and part.quote != "'":
            outer.append(part)
            part = _Part()
        elif char == ")" and outer and not part.quote:
            part = outer.pop()
        elif part.quote or char not in f" \t{separators}":
            part.add(char)
        elif char in separators:
            part = _Part()
        else:
            part.end_word()
        before = char
    return part
