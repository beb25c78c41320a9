"""Shell patterns (``*``, ``?``, ``[…]``), matched without backtracking blow-ups."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

#: Whether one character fits.
Test: TypeAlias = Callable[[str], bool]

CLASSES: dict[str, Test] = {
    "alpha": lambda c: c in string.ascii_letters,
    "digit": lambda c: c in string.digits,
    "alnum": lambda c: c in string.ascii_letters + string.digits,
    "upper": lambda c: c in string.ascii_uppercase,
    "lower": lambda c: c in string.ascii_lowercase,
    "space": lambda c: c in " \t\n\r\f\v",
    "blank": lambda c: c in " \t",
    "punct": lambda c: c in string.punctuation,
    "print": lambda c: " " <= c <= "~",
    "graph": lambda c: "!" <= c <= "~",
    "cntrl": lambda c: c < " " or c == "\x7f",
    "xdigit": lambda c: c in string.hexdigits,
}


def escape(text: str) -> str:
    """Return the pattern that matches a text as it stands."""
    return "".join("\\" + c if c in "*?[]\\-!^" else c for c in text)


def has_magic(pattern: str) -> bool:
    """Whether a pattern may match more than one text."""
    pos = 0
    while pos < len(pattern):
        if pattern[pos] == "\\":
            pos += 1
        elif pattern[pos] in "*?" or (pattern[pos] == "[" and "]" in pattern[pos + 2 :]):
            return True
        pos += 1
    return False


def literal(pattern: str) -> str:
    """Return a pattern without its backslashes."""
    out, pos = [], 0
    while pos < len(pattern):
        if pattern[pos] == "\\" and pos + 1 < len(pattern):
            pos += 1
        out.append(pattern[pos])
        pos += 1
    return "".join(out)


@lru_cache(maxsize=256)
def _compile(pattern: str) -> tuple[Test | None, ...]:
    """A test for each character, None for ``*``."""
    out: list[Test | None] = []
    pos = 0
    while pos < len(pattern):
        char = pattern[pos]
        pos += 1
        if char == "*":
            if not out or out[-1] is not None:
                out.append(None)
        elif char == "?":
            out.append(lambda c: True)
        elif char == "[" and (found := bracket(pattern, pos)):
            test, pos = found
            out.append(test)
        else:
            if char == "\\" and pos < len(pattern):
                char = pattern[pos]
                pos += 1
            out.append(char.__eq__)
    return tuple(out)


def bracket(pattern: str, pos: int, *, backslash: bool = True) -> tuple[Test, int] | None:
    """Read a bracket expression after its ``[``; None if it has no end.

    Args:
        pattern: text that holds it.
        pos: position after the bracket.
        backslash: whether a backslash takes away a character's meaning.

    Returns:
        The test of a character, and the position after ``]``.
    """
    negate = pattern[pos : pos + 1] in ("!", "^") and pos < len(pattern)
    pos += negate
    singles: set[str] = set()
    ranges: list[tuple[str, str]] = []
    tests: list[Test] = []
    first = True
    while True:
        if pos >= len(pattern):
            return None
        char = pattern[pos]
        if char == "]" and not first:
            pos += 1
            break
        first = False
        if pattern.startswith("[:", pos) and (end := pattern.find(":]", pos + 2)) > 0:
            test = CLASSES.get(pattern[pos + 2 : end])
            if test is not None:
                tests.append(test)
            pos = end + 2
            continue
        if char == "\\" and backslash and pos + 1 < len(pattern):
            pos += 1
            char = pattern[pos]
        pos += 1
        if pattern[pos : pos + 1] == "-" and pattern[pos + 1 : pos + 2] not in ("]", ""):
            high = pattern[pos + 1]
            pos += 2
            if high == "\\" and backslash and pos < len(pattern):
                high = pattern[pos]
                pos += 1
            ranges.append((char, high))
        else:
            singles.add(char)

    def test_all(c: str) -> bool:
        hit = c in singles or any(a <= c <= b for a, b in ranges) or any(t(c) for t in tests)
        return hit != negate

    return test_all, pos


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    return matches_tests(_compile(pattern), text)


def matches_tests(tests: Sequence[Test | None], text: str, stop: str = "") -> bool:
    """Whether tests fit the whole text, going back to the last star only, so never slow.

    Args:
        tests: one for each character; None for a star, any number of characters.
        text: what they are held against.
        stop: a character that no star goes over.
    """
    at = pos = 0
    star, mark = -1, 0
    while pos < len(text):
        if at < len(tests):
            test = tests[at]
            if test is None:
                star, mark = at, pos
                at += 1
                continue
            if test(text[pos]):
                at += 1
                pos += 1
                continue
        if star < 0 or text[mark] == stop:
            return False
        mark += 1
        at, pos = star + 1, mark
    return all(test is None for test in tests[at:])
