"""How bash's history cuts a line into words: ``!!:2`` is its third.

It is a reading of its own, simpler than the shell's, and only bash itself documents it: what is
here was found by asking bash 5.2 for the words of many lines.
"""

from __future__ import annotations

import re

#: Characters that end a word.
BREAKS = " \t\n;&()|<>"

_PARENTHESIS = "()"
_NUMBER = re.compile(r"[0-9]*")
_OPERATOR = re.compile(
    r"[0-9]*(?:<<[-<]|<<|>>|[<>]&[0-9]*-?|>\||[<>])|;;|&&|\|\||&>|[;&|]"
)
_PROCESS = re.compile(r"[0-9]*[<>]\(")
_BLANKS = re.compile(r"[ \t\n]*")
#: What matters inside a word: a backslash, a quote, the end, or the start of a substitution.
_IN_WORD = re.compile(r"\\\n?|[\"'`]|[<>$!@?+*]\(|[ \t\n;&()|<>]")
_IN_LIST = re.compile(r"\\.|[()]", re.DOTALL)
#: The rest of a quotation, by its quote.
_QUOTED = {
    "'": re.compile(r"[^']*+'?"),
    "`": re.compile(r"(?:[^`\\]|\\.)*+`?", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]|\\[\\`"$\n]|\\)*+"?'),
}


def word_spans(line: str) -> list[tuple[int, int]]:
    """Return where each word of a line begins and ends; a word ``#…`` ends the list."""
    spans: list[tuple[int, int]] = []
    at = after_blanks(line, 0)
    while at < len(line) and line[at] != "#":
        end = word_end(line, at)
        spans.append((at, end))
        at = after_blanks(line, end)
    return spans


def word_end(line: str, at: int) -> int:
    """Return where the word that begins at a place, which is no blank, ends."""
    if line[at] in _PARENTHESIS:
        return at + 1
    if process := _PROCESS.match(line, at):
        return _plain_end(line, _list_end(line, process.end()))
    if operator := _OPERATOR.match(line, at):
        return operator.end()
    return _plain_end(line, _matched(_NUMBER, line, at))


def after_blanks(line: str, at: int) -> int:
    """Return the next place without a blank."""
    return _matched(_BLANKS, line, at)


def _matched(pattern: re.Pattern[str], line: str, at: int) -> int:
    """Return the end of what a pattern, which may be empty, finds at a place."""
    found = pattern.match(line, at)
    return found.end() if found else at


def _plain_end(line: str, at: int) -> int:
    while found := _IN_WORD.search(line, at):
        mark = found[0]
        if mark[0] == "\\":
            at = found.end() + (len(mark) == 1)
        elif mark in "\"'`":
            at = _matched(_QUOTED[mark], line, found.end())
        elif len(mark) == 2:
            at = _list_end(line, found.end() + 1)  # bash passes over the first character
        else:
            return found.start()
    return len(line)


def _list_end(line: str, at: int) -> int:
    """Return the place after the parenthesis that closes one opened before."""
    depth = 1
    while depth and (found := _IN_LIST.search(line, at)):
        at = found.end()
        depth += {"(": 1, ")": -1}.get(found[0], 0)
    return len(line) if depth else at
