"""One pattern of a ``.dockerignore``: which paths it names.

The rules are those that the docker client 28.2 shows: ``*`` and ``?`` stay within a name, ``**``
does not, ``[…]`` is a choice of characters. A pattern without any of these names one path. Between
these characters a pattern becomes a regular expression as it stands (:mod:`ignore_regex`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagelab.formats import ignore_regex
from imagelab.formats.ignore_glob import check_glob
from imagelab.formats.ignore_regex import PatternError

__all__ = ["Pattern", "PatternError", "compile_pattern"]

_QUOTED = frozenset(".$+()")
_NAME_CHAR = "[^/]"


@dataclass(frozen=True)
class Pattern:
    """A pattern, ready to be asked.

    Attributes:
        text: as it was written, cleaned as a path.
        exception: whether it takes back what others ignore (``!``).
        matches: tells whether it names a path.
        end: what all paths that it names end with.
        cost: how much work a character of a path is, in steps.
    """

    text: str
    exception: bool
    matches: Callable[[str], bool]
    end: str = ""
    cost: int = 0


def compile_pattern(text: str, *, exception: bool) -> Pattern:
    """Make a pattern ready.

    Args:
        text: a clean path, without ``!``.
        exception: whether there was a ``!`` before it.

    Raises:
        PatternError: it is none, in the client's words.
    """
    check_glob(text)
    kind, regex = _translated(text)
    if kind == "exact":
        return Pattern(text, exception, text.__eq__)
    if kind == "prefix":
        front = text[:-2]
        return Pattern(text, exception, lambda path: path.startswith(front))
    if kind == "suffix":
        return Pattern(text, exception, _ends_with(text[2:]))
    return _by_regex(text, exception, regex)


def _by_regex(text: str, exception: bool, regex: str) -> Pattern:
    """Return a pattern that is asked by its expression.

    A wrong expression is no error until it is asked, since the client reads it then.
    """
    try:
        alternatives = ignore_regex.parse(regex)
    except PatternError as error:
        wrong = error

        def refuse(path: str) -> bool:
            raise wrong

        return Pattern(text, exception, refuse)
    end = alternatives[0].literal_end() if len(alternatives) == 1 else ""
    return Pattern(text, exception, lambda path: any(each.search(path) for each in alternatives),
                   end, sum(each.cost for each in alternatives))


def _ends_with(end: str) -> Callable[[str], bool]:
    whole = end.removeprefix("/") if end.startswith("/") else None
    return lambda path: path.endswith(end) or path == whole


def _translated(text: str) -> tuple[str, str]:
    """Return the kind of a pattern, ``exact prefix suffix regex``, and its regular expression."""
    kind, parts, at, steps = "exact", ["^"], 0, 0
    while at < len(text):
        char = text[at]
        at += 1
        if text.startswith("**", at - 1):
            at += 1
            at += text.startswith("/", at)
            if at < len(text):
                parts.append("(.*/)?")
                kind = "regex"
            else:
                parts.append(".*")
                kind = "prefix" if kind == "exact" else "regex"
            if steps == 0:
                kind = "suffix"
        elif char in "*?":
            parts.append(_NAME_CHAR + "*" * (char == "*"))
            kind = "regex"
        elif char == "\\":
            parts.append(text[at - 1:at + 1])
            at += 1
            kind = "regex"
        else:
            parts.append("\\" + char if char in _QUOTED else char)
            kind = "regex" if char in "[]" else kind
        steps += 1
    return kind, "".join([*parts, "$"])
