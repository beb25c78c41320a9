"""Words of awk programs (POSIX)."""

from __future__ import annotations

import re
from typing import NamedTuple

KEYWORDS = frozenset({
    "BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue",
    "next", "exit", "return", "delete", "in", "getline", "print", "printf"})
BUILTINS = frozenset({
    "length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "sin", "cos",
    "atan2", "exp", "log", "sqrt", "int", "rand", "srand", "tolower", "toupper", "system",
    "close", "fflush"})
_TOKEN = re.compile(r"""
    (?P<space>[ \t\r]+|\\\n|\#[^\n]*)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>\n|\*\*=|\*\*|&&|\|\||\+\+|--|[-+*/%^]=|[<>=!]=|>>|!~|[-+*/%^!<>=~?:,;(){}\[\]$|])
""", re.VERBOSE | re.ASCII)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "/": "/", "a": "\a", "b": "\b",
            "f": "\f", "r": "\r", "v": "\v"}
#: After these a slash divides; elsewhere it begins a pattern.
_OPERAND_ENDS = frozenset({")", "]", "$", "++", "--"})


class AwkCallError(Exception):
    """One of awk's own functions has too few arguments, or too many."""

    def __init__(self, name: str, line: int, *, is_few: bool) -> None:
        """Keep what is called, and where."""
        super().__init__(name)
        self.name, self.line, self.is_few = name, line, is_few


class AwkSyntaxError(Exception):
    """A program that cannot be read; ``token`` is where."""

    def __init__(self, token: str, line: int) -> None:
        """Keep both."""
        super().__init__(token)
        self.token, self.line = token, line


class Token(NamedTuple):
    """A word: ``number``, ``string``, ``ere``, ``name``, ``call`` (a name before a parenthesis),
    ``builtin``, ``keyword``, ``op`` or ``end``.
    """  # noqa: D205

    kind: str
    text: str
    line: int


def tokens(text: str) -> list[Token]:
    """Take a program apart.

    Raises:
        AwkSyntaxError: something in it is no word.
    """
    found: list[Token] = []
    pos, line = 0, 1
    while pos < len(text):
        if text[pos] == '"':
            value, pos = _quoted(text, pos, line)
            found.append(Token("string", value, line))
            continue
        if text[pos] == "/" and not _after_operand(found):
            value, pos = _pattern(text, pos, line)
            found.append(Token("ere", value, line))
            continue
        match = _TOKEN.match(text, pos)
        if match is None:
            raise AwkSyntaxError(text[pos], line)
        pos = match.end()
        kind, word = match.lastgroup or "", match[0]
        if kind == "name":
            kind = "keyword" if word in KEYWORDS else "builtin" if word in BUILTINS else (
                "call" if text[pos : pos + 1] == "(" else "name")
        if kind != "space":
            found.append(Token(kind, word, line))
        line += word.count("\n")
    found.append(Token("end", "end of file", line))
    return found


def _after_operand(found: list[Token]) -> bool:
    if not found:
        return False
    last = found[-1]
    return last.kind in ("number", "string", "name", "builtin", "ere") or (
        last.kind == "op" and last.text in _OPERAND_ENDS)


def _quoted(text: str, pos: int, line: int) -> tuple[str, int]:
    out: list[str] = []
    pos += 1
    while pos < len(text) and text[pos] not in '"\n':
        if text[pos] == "\\" and pos + 1 < len(text):
            octal = re.compile(r"[0-7]{1,3}").match(text, pos + 1)
            if octal:
                out.append(chr(int(octal[0], 8) & 255))
                pos = octal.end()
                continue
            after = text[pos + 1]
            out.append(_ESCAPES.get(after, "" if after == "\n" else "\\" + after))
            pos += 2
            continue
        out.append(text[pos])
        pos += 1
    if text[pos : pos + 1] != '"':
        raise AwkSyntaxError('"' + "".join(out), line)
    return "".join(out), pos + 1


def _pattern(text: str, pos: int, line: int) -> tuple[str, int]:
    out: list[str] = []
    pos += 1
    bracket = False
    while pos < len(text) and (text[pos] != "/" or bracket) and text[pos] != "\n":
        if text[pos] == "\\" and pos + 1 < len(text):
            after = text[pos + 1]
            out.append(after if after == "/" else _ESCAPES[after] if after in "ntrfv"
                       else "\\" + after)
            pos += 2
            continue
        if text[pos] == "[":
            bracket = True
        elif text[pos] == "]" and out[-1:] not in (["["], ["^"]):
            bracket = False
        out.append(text[pos])
        pos += 1
    if text[pos : pos + 1] != "/":
        raise AwkSyntaxError("/" + "".join(out), line)
    return "".join(out), pos + 1
