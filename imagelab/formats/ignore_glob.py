"""The check that the client makes of an ignore pattern: it is matched with a dot.

The client tries each pattern on the name ``.`` by the rules of Go's ``path/filepath.Match``, and
refuses the ones on which that fails. The trial ends where the name does, so that an error behind
a star may pass.
"""

from __future__ import annotations

from imagelab.formats.ignore_regex import PatternError


def check_glob(pattern: str) -> None:
    """Refuse a class that does not end, or is empty, or a backslash at the end.

    Raises:
        PatternError: in the client's words.
    """
    name, at = ".", 0
    while at < len(pattern):
        start = at
        while pattern.startswith("*", at):
            at += 1
        star = at > start
        end = _chunk_end(pattern, at)
        if star and end == at:
            return
        rest = _match(pattern[at:end], name)
        if (star and rest is None) or (rest and end == len(pattern)):
            rest = _match(pattern[at:end], "") if star else None
        if rest is None:
            return
        name, at = rest, end


def _chunk_end(pattern: str, at: int) -> int:
    """Return where the part of a pattern before the next star ends."""
    in_class = False
    while at < len(pattern):
        char = pattern[at]
        if char == "*" and not in_class:
            return at
        in_class = char == "[" or (in_class and char != "]")
        at += 2 if char == "\\" else 1
    return min(at, len(pattern))


def _match(chunk: str, name: str) -> str | None:
    """Match the beginning of a name; return what is left of it, None for no match.

    Raises:
        PatternError: the chunk is wrong, be it behind what does not match.
    """
    rest: str | None = name
    at = 0
    while at < len(chunk):
        char = rest[:1] if rest else ""
        if chunk[at] == "[":
            at, found = _class(chunk, at + 1, char)
        elif chunk[at] == "?":
            at, found = at + 1, True
        else:
            literal, at = _char(chunk, at)
            found = literal == char
        rest = rest[1:] if rest and found else None
    return rest


def _class(chunk: str, at: int, char: str) -> tuple[int, bool]:
    """Return where a class ends, and whether a character is in it."""
    negated = chunk.startswith("^", at)
    at += negated
    found, count = False, 0
    while not (count and chunk.startswith("]", at)):
        first, at = _class_char(chunk, at)
        last = first
        if chunk.startswith("-", at):
            last, at = _class_char(chunk, at + 1)
        found = found or first <= char <= last
        count += 1
    return at + 1, found != negated


def _class_char(chunk: str, at: int) -> tuple[str, int]:
    if chunk.startswith(("-", "]"), at):
        raise PatternError("syntax error in pattern")
    char, at = _char(chunk, at)
    if at == len(chunk):  # the class does not end
        raise PatternError("syntax error in pattern")
    return char, at


def _char(chunk: str, at: int) -> tuple[str, int]:
    """Return a character, which may be escaped, and where it ends."""
    at += chunk.startswith("\\", at)
    if at >= len(chunk):
        raise PatternError("syntax error in pattern")
    return chunk[at], at + 1
