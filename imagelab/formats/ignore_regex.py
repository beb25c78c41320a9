"""The regular expressions that patterns of a ``.dockerignore`` become.

The client turns a pattern into a regular expression of Go's dialect (RE2) character by character,
so that some characters of file names mean what they mean there: ``a|*`` has two alternatives and
``a{2}*`` begins with two letters. Read here is what can come of a pattern, and nothing else of
the dialect. :mod:`ignore_machine` runs them.
"""

from __future__ import annotations

import re

from imagelab.formats.ignore_machine import Expression, Item

#: Most items of an expression once its repetitions are written out.
MAX_ITEMS = 1 << 14
_MAX_REPEAT = 1000

_NAMED = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": "\0-\x7f", "blank": "\t ",
    "cntrl": "\0-\x1f\x7f", "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~",
    "punct": "!-/:-@[-`{-~", "space": "\t-\r ", "upper": "A-Z", "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_LONGEST_NAME = len("^xdigit:]")
_PERL = {"d": "0-9", "s": "\t\n\f\r ", "w": "0-9A-Za-z_"}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
#: Escapes of the dialect that no file name calls for: anchors, quoting, codes and scripts.
_OTHER_ESCAPES = frozenset("ABQbzpPx01234567")
_REPEAT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
_GROUP = "(.*/)?"

Ranges = list[tuple[str, str]]


class PatternError(ValueError):
    """A pattern that the client refuses; the message is the client's."""


class UnsupportedPatternError(PatternError):
    """A pattern that the client knows to read, but imagelab does not."""


#: What a dot takes.
_ANY = Item((("\n", "\n"),), negated=True)


def parse(text: str) -> list[Expression]:
    """Read an expression; it is found where one of the alternatives is.

    Raises:
        PatternError: it is none.
        UnsupportedPatternError: it is beyond what is read here.
    """
    return _Reader(text).alternatives()


class _Reader:
    """A place in the text of an expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def alternatives(self) -> list[Expression]:
        found: list[Expression] = []
        items: list[Item] = []
        to_end = False
        while self.at < len(self.text):
            if self._eat("|"):
                found.append(Expression(items, to_end))
                items = []
            elif self._eat("$"):
                to_end = True
            else:
                items += self._quantified()
            if len(items) > MAX_ITEMS:
                raise UnsupportedPatternError("imagelab does not read a pattern that is so long")
        found.append(Expression(items, to_end))
        return found

    def _eat(self, part: str) -> bool:
        if self.text.startswith(part, self.at):
            self.at += len(part)
            return True
        return False

    def _quantified(self) -> list[Item]:
        if self._repeat():
            raise _bad()  # nothing is there to repeat
        if self._eat(_GROUP):
            items = [Item(skips=(1, 3)), _looping(_ANY), Item((("/", "/"),))]
            repeated = True
        else:
            item = self._atom()
            repeated = self._eat("*")
            items = [_looping(item)] if repeated else [item]
        repeat = self._repeat()
        if repeat is None:
            return items
        if repeated or self._repeat():
            raise _bad()  # repetitions of repetitions
        return _written_out(items[0], *repeat)

    def _repeat(self) -> tuple[int, int | None] | None:
        """Read ``{2}``, ``{2,}`` or ``{2,5}``; anything else in braces is what it says."""
        match = _REPEAT.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        if max(len(match[1]), len(match[3] or "")) > len(str(_MAX_REPEAT)):
            raise _bad()
        least = int(match[1])
        most = int(match[3]) if match[3] else None if match[2] else least
        if max(least, most or 0) > _MAX_REPEAT or (most is not None and most < least):
            raise _bad()
        return least, most

    def _atom(self) -> Item:
        if self._eat("^"):
            return Item(begins=True)
        if self._eat("."):
            return _ANY
        if self._eat("["):
            return self._class()
        return Item(tuple(self._escape_or_char()[0]))

    def _escape_or_char(self, *, in_class: bool = False) -> tuple[Ranges, bool]:
        """Read one character or class; tell also whether it is a single character."""
        if not self._eat("\\"):
            char = self._next()
            return [(char, char)], True
        char = self._next()
        if char.lower() in _PERL:
            return _perl(char), False
        if char in _CONTROL:
            char = _CONTROL[char]
        elif char in _OTHER_ESCAPES:
            if char in "123456789" and not self.text[self.at:self.at + 1].isdigit():
                raise _bad()
            if in_class and char in "ABQbz":
                raise _bad()
            raise UnsupportedPatternError(f"imagelab does not read '\\{char}' in a pattern")
        elif char.isalnum() or ord(char) >= 0x80:
            raise _bad()
        return [(char, char)], True

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise _bad()
        self.at += 1
        return self.text[self.at - 1]

    def _class(self) -> Item:
        negated = self._eat("^")
        ranges: Ranges = []
        first = True
        while first or not self._eat("]"):
            first = False
            named = self._named()
            ranges += self._range() if named is None else named
        return Item(tuple(_merged(ranges)), negated)

    def _named(self) -> Ranges | None:
        """Read ``[:alpha:]`` or ``[:^alpha:]`` inside a class."""
        if not self.text.startswith("[:", self.at):
            return None
        end = self.text.find(":]", self.at + 2, self.at + 2 + _LONGEST_NAME)
        if end < 0:
            if self.text.find(":]", self.at + 2) < 0:
                return None
            raise _bad()
        name = self.text[self.at + 2:end]
        if name.removeprefix("^") not in _NAMED:
            raise _bad()
        self.at = end + 2
        ranges = _ranges(_NAMED[name.removeprefix("^")])
        return _others(ranges) if name.startswith("^") else ranges

    def _range(self) -> Ranges:
        ranges, single = self._escape_or_char(in_class=True)
        follows = self.text[self.at:self.at + 2]
        if not single or not follows.startswith("-") or follows == "-]" or len(follows) < 2:
            return ranges
        self.at += 1
        last, single = self._escape_or_char(in_class=True)
        if not single or last[0][0] < ranges[0][0]:
            raise _bad()
        return [(ranges[0][0], last[0][0])]


def _bad() -> PatternError:
    return PatternError("syntax error in pattern")


def _looping(item: Item) -> Item:
    return Item(item.ranges, item.negated, loops=True, skips=(1,), begins=item.begins)


def _written_out(item: Item, least: int, most: int | None) -> list[Item]:
    """Return an item as often as it may stand."""
    if most is None:
        return [item] * least + [_looping(item)]
    optional = Item(item.ranges, item.negated, skips=(1,), begins=item.begins)
    return [item] * least + [optional] * (most - least)


def _ranges(text: str) -> Ranges:
    """Read ``0-9A-Z_`` as ranges."""
    return [(match[1], match[2] or match[1])
            for match in re.finditer(r"(.)(?:-(.))?", text, re.DOTALL)]


def _merged(ranges: Ranges) -> Ranges:
    """Return the same characters in ranges that do not meet."""
    found: Ranges = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _others(ranges: Ranges) -> Ranges:
    """Return the characters outside of some ranges."""
    found: Ranges = []
    start = 0
    for first, last in sorted(ranges):
        if ord(first) > start:
            found.append((chr(start), chr(ord(first) - 1)))
        start = ord(last) + 1
    return [*found, (chr(start), chr(0x10FFFF))]


def _perl(char: str) -> Ranges:
    ranges = _ranges(_PERL[char.lower()])
    return _others(ranges) if char.isupper() else ranges
