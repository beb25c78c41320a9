r"""Name patterns as Go's ``path.Match`` reads them: ``*``, ``?``, ``[a-z]``, ``\``."""

from __future__ import annotations

from functools import lru_cache

from imagelab.shell.pattern import Test, matches_tests


def path_match(pattern: str, text: str) -> bool:
    """Whether the whole text matches; ``*`` and ``?`` stop at a slash.

    Raises:
        ValueError: ``syntax error in pattern``.
    """
    return matches_tests(_compile(pattern), text, stop="/")


@lru_cache(maxsize=64)
def _compile(pattern: str) -> tuple[Test | None, ...]:
    out: list[Test | None] = []
    pos = 0
    while pos < len(pattern):
        char = pattern[pos]
        if char == "*":
            pos += 1
            if not out or out[-1] is not None:
                out.append(None)
        elif char == "?":
            pos += 1
            out.append(lambda c: c != "/")
        elif char == "[":
            test, pos = _bracket(pattern, pos + 1)
            out.append(test)
        else:
            char, pos = _char(pattern, pos)
            out.append(char.__eq__)
    return tuple(out)


def _bracket(pattern: str, pos: int) -> tuple[Test, int]:
    negate = pattern.startswith("^", pos)
    pos += negate
    ranges: list[tuple[str, str]] = []
    while not (ranges and pattern.startswith("]", pos)):
        low, pos = _end_of_range(pattern, pos)
        high = low
        if pattern.startswith("-", pos):
            high, pos = _end_of_range(pattern, pos + 1)
        ranges.append((low, high))
    return lambda c: any(low <= c <= high for low, high in ranges) != negate, pos + 1


def _end_of_range(pattern: str, pos: int) -> tuple[str, int]:
    if pattern[pos : pos + 1] in ("-", "]"):
        raise ValueError("syntax error in pattern")
    return _char(pattern, pos)


def _char(pattern: str, pos: int) -> tuple[str, int]:
    """The character that stands here, with a backslash before it taken off."""
    pos += pattern.startswith("\\", pos)
    if pos >= len(pattern):
        raise ValueError("syntax error in pattern")
    return pattern[pos], pos + 1
