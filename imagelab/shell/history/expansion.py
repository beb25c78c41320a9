"""bash's history expansion: ``!!``, ``!-2:1``, ``!?text?:s/old/new/``, ``^old^new^``.

The rules are those of HISTORY EXPANSION in bash(1). What the manual leaves open was found by
typing lines at bash 5.2, and the tests type them again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.shell.history.entries import EventError, Events, Remembered, TooLongError
from imagelab.shell.history.reference import Reference
from imagelab.shell.history.words import BREAKS

__all__ = ["EventError", "Expanded", "Remembered", "expand_events"]

_SPECIAL = re.compile(r"[!\\\"'#]")
_SINGLE_QUOTED = re.compile(r"[^']*+'?")
#: The shell looks for the quote that ends a quotation as it does outside of quotations.
_SHELL_SINGLE_QUOTED = re.compile(
    r"""(?:[$<>]\([^)]*+\)?|[^'\\`"]|\\.?|`(?:[^`\\]|\\.?)*+`?|"(?:[^"\\]|\\.?)*+"?)*+'?""",
    re.DOTALL,
)
_DOLLAR_QUOTED = re.compile(r"(?:[^'\\]|\\.?)*+'?", re.DOTALL)
#: What may quote a ``!`` for the shell. A substitution begins a reading of its own.
_SHELL_SPECIAL = re.compile(r"\\.?|[`!'\")]|[$<>]\((?!\()", re.DOTALL)
#: What makes a ``!`` something else for the shell: the text before it and a later character.
_SHELL_USES = (("[", "]", 1), ("${", "}", 2), ("$", "", 2))


@dataclass(frozen=True)
class Expanded:
    """A line after history expansion.

    Attributes:
        text: the line to run and to remember.
        changed: something was expanded, so bash shows the line first.
        only_print: there was a ``:p``: the line is shown and remembered but not run.
    """

    text: str
    changed: bool
    only_print: bool


def expand_events(
    line: str, entries: Sequence[str], *, quote: str = "", first: int = 1,
    remembered: Remembered | None = None,
) -> Expanded:
    """Replace the parts of a typed line that refer to earlier lines.

    Args:
        line: one line without its newline.
        entries: the history list, oldest first.
        quote: the quotation from an earlier line that goes on here, ``'`` or ``"``.
        first: the number of the first entry.
        remembered: what is kept from line to line; it is updated.

    Raises:
        EventError: there is no such event or word, a modifier fails, or the result is too long.
    """
    typed = "!!:s" + line if line.startswith("^") else line
    history = Events(entries, first, remembered or Remembered())
    rest, changed, only_print = _Line(typed, quote, history), False, False
    try:
        if not _Line(typed, quote, history).seek(first_look=True):
            return Expanded(line, False, False)
        while rest.seek():
            reference = Reference(history, rest.text, rest.at, rest.quoted)
            rest.replace(reference.value(), reference.end)
            changed, only_print = True, only_print or reference.only_print
    except TooLongError:
        raise EventError(f"{rest.token()}: the expanded line is too long") from None
    return Expanded(rest.text, changed, only_print)


class _Line:
    """A line whose part before ``at`` is done and whose part after it is as typed."""

    def __init__(self, text: str, quote: str, history: Events) -> None:
        self.text, self.at, self.quoted = text, 0, quote == '"'
        self._history = history
        self._fresh, self._before = 0, ""  # where the typed part begins, what was typed before
        self._start = 0                    # where the shell's own reading for quotes begins
        if quote == "'":
            self.at = _end(_SINGLE_QUOTED, text, 0)
            self._start = _end(_SHELL_SINGLE_QUOTED, text, 0)

    def seek(self, first_look: bool = False) -> bool:
        """Go to the next ``!`` to expand, if there is one.

        bash looks whether a line has any at all before it expands the first. The two ways of
        looking differ in what a backslash hides, and the second sees one character after a ``!``.
        """
        while found := _SPECIAL.search(self.text, self.at):
            at, char, after = found.start(), found[0], self.text[found.end():found.end() + 1]
            before = self._before if at == self._fresh else self.text[at - 1]
            self.at = at + 1
            if char == "!":
                if self._live(at, after, len(self.text) if first_look else at + 2):
                    self.at = at
                    return True
            elif char == '"':
                self.quoted = not self.quoted
            elif char == "\\":
                self.at += not first_look or after in ("'", "!", '"' if self.quoted else "!")
            elif self.quoted:
                continue
            elif char == "'":
                inside = _DOLLAR_QUOTED if before == "$" else _SINGLE_QUOTED
                self.at = _end(inside, self.text, at + 1)
            elif before == "" or before in BREAKS:
                break
        self.at = len(self.text)
        return False

    def replace(self, value: str, end: int) -> None:
        """Put a value in place of what was typed from ``at`` up to a place."""
        self._before = self.text[end - 1]
        self.text = self._history.take(self.text[:self.at] + value + self.text[end:])
        self._fresh = self.at = self.at + len(value)

    def token(self) -> str:
        """Return the beginning of what is to be expanded."""
        return self.text[self.at:self.at + 80].partition(" ")[0]

    def _live(self, at: int, after: str, end: int) -> bool:
        """Whether the ``!`` at a place begins a reference, as far as the text up to an end says."""
        if after in ("", " ", "\t", "\n", "\r", "=") or (self.quoted and after == '"'):
            return False
        self._history.spend(len(self.text))
        for before, closing, least in _SHELL_USES:
            if at >= least and self.text.endswith(before, 0, at) and (
                self.text.find(closing, at + 1, end) >= 0
            ):
                return False
        return not self._quoted_for_shell(at, end)

    def _quoted_for_shell(self, at: int, end: int) -> bool:
        """Whether the shell's own reading passes over the ``!`` at a place.

        After each ``!`` that it does not pass over that reading begins anew, outside of quotes.
        """
        if self._start > at:
            return True
        place = _shell_mark(self.text, self._start, end)
        if place == 0:
            return False
        while place < at:
            place = _shell_mark(self.text, place + 1, end)
        return place > at


def _shell_mark(text: str, at: int, end: int) -> int:
    """Return the next place of a ``!`` outside of quotes as the shell sees it, or the end."""
    quoted = outer = False
    depth = 0
    backquoted = False
    while found := _SHELL_SPECIAL.search(text, at, end):
        mark, at = found[0], found.end()
        if mark == "`":
            backquoted = not backquoted
            quoted, outer = (False, quoted) if backquoted else (outer, outer)
        elif mark == "!" and not (quoted and text.startswith('"', at, end)):
            return found.start()
        elif mark == '"':
            quoted = not quoted
        elif mark == "'" and not quoted:
            at = _end(_SINGLE_QUOTED, text, at)
        elif len(mark) == 2 and mark[1] == "(":
            depth, outer, quoted = depth + 1, quoted, False
        elif mark == ")" and depth:
            depth, quoted = depth - 1, outer
    return end


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
