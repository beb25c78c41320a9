"""expr: calculations, comparisons and matches of its arguments (POSIX)."""

from __future__ import annotations

import re

from imagelab.shell import regex
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import missing
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.regex_parser import RegexError

_MAX_DEPTH = 100
_MAX_DIGITS = 4000
_LEVELS = (("|",), ("&",), ("<", "<=", "=", "==", "!=", ">=", ">"), ("+", "-"),
           ("*", "/", "%"), (":",))
_FUNCTIONS = {"match": 2, "substr": 3, "index": 2, "length": 1}


def expr(argv: list[str], io: Io) -> int:
    """Print the value of an expression."""
    words = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not words:
        missing(io, "missing operand")
        return 2 if io.gnu else 1
    reader = _Expression(words, io)
    value = reader.level(0)
    if reader.at < len(words):
        raise reader.wrong(f"syntax error: unexpected argument {gnu_quote(words[reader.at])}",
                           "syntax error")
    io.out(value + "\n")
    return int(_is_null(value))


def _is_null(value: str) -> bool:
    return value == "" or re.fullmatch(r"-?0+", value) is not None


class _Expression:
    """Reads and calculates at once, as the real ones do."""

    def __init__(self, words: list[str], io: Io) -> None:
        self.words, self.io = words, io
        self.at = self.depth = 0

    def wrong(self, gnu: str, busybox: str) -> UsageError:
        return UsageError(f"expr: {self.io.words(gnu, busybox)}\n", 2)

    def take(self) -> str:
        self.io.step()
        if self.at >= len(self.words):
            before = gnu_quote(self.words[-1])
            raise self.wrong(f"syntax error: missing argument after {before}", "syntax error")
        self.at += 1
        return self.words[self.at - 1]

    def level(self, depth: int) -> str:
        if depth == len(_LEVELS):
            return self.operand()
        left = self.level(depth + 1)
        while self.at < len(self.words) and self.words[self.at] in _LEVELS[depth]:
            operator = self.take()
            left = self.combine(left, operator, self.level(depth + 1))
        return left

    def operand(self) -> str:
        word = self.take()
        if word == "(":
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self.wrong("memory exhausted", "out of memory")
            value = self.level(0)
            self.depth -= 1
            if self.at >= len(self.words):
                last = gnu_quote(self.words[-1])
                raise self.wrong(f"syntax error: expecting ')' after {last}", "syntax error")
            if self.take() != ")":
                found = gnu_quote(self.words[self.at - 1])
                raise self.wrong(f"syntax error: expecting ')' instead of {found}",
                                 "syntax error")
            return value
        if word == ")":
            raise self.wrong("syntax error: unexpected ')'", "syntax error")
        if word in ("+", "quote") and (self.io.gnu or word == "quote") and (
                self.at < len(self.words)):
            return self.take() if word == "+" or not self.io.gnu else word
        if word in _FUNCTIONS and self.at < len(self.words):
            arguments = [self.operand() for _ in range(_FUNCTIONS[word])]
            return self.call(word, arguments)
        return word

    def number(self, text: str) -> int:
        if re.fullmatch(r"-?\d+", text, re.ASCII) is None:
            raise self.wrong("non-integer argument", "non-numeric argument")
        if len(text) > (_MAX_DIGITS if self.io.gnu else 19):
            raise self.wrong("memory exhausted", "non-numeric argument")
        self.io.step(len(text) // 100)
        return int(text)

    def combine(self, left: str, operator: str, right: str) -> str:
        if operator == "|":
            if not _is_null(left):
                return left
            return "0" if _is_null(right) and self.io.gnu else right
        if operator == "&":
            return "0" if _is_null(left) or _is_null(right) else left
        if operator == ":":
            return self.match(left, right)
        if operator in _LEVELS[2]:
            return self.compare(left, operator, right)
        return self.calculate(self.number(left), operator, self.number(right))

    def compare(self, left: str, operator: str, right: str) -> str:
        numbers = all(re.fullmatch(r"-?\d{1,4000}", t, re.ASCII) for t in (left, right))
        a: int | str = int(left) if numbers else left
        b: int | str = int(right) if numbers else right
        if operator in ("=", "=="):
            return str(int(a == b))
        if operator == "!=":
            return str(int(a != b))
        less, more = (a < b, a > b)  # type: ignore[operator]
        return str(int({"<": less, "<=": not more, ">": more, ">=": not less}[operator]))

    def calculate(self, a: int, operator: str, b: int) -> str:
        if operator in "/%":
            if b == 0:
                raise self.wrong("division by zero", "division by zero")
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            value = quotient if operator == "/" else a - quotient * b
        else:
            value = a + b if operator == "+" else a - b if operator == "-" else a * b
        if not self.io.gnu:
            value = (value + (1 << 63)) % (1 << 64) - (1 << 63)
        if value.bit_length() > 3 * _MAX_DIGITS:
            raise self.wrong("memory exhausted", "out of memory")
        return str(value)

    def match(self, text: str, pattern: str) -> str:
        try:
            compiled = regex.compile_pattern(pattern)
        except RegexError as error:
            raise self.wrong(str(error), f"bad regex '{pattern}': {error}") from None
        found = compiled.search(text, 0, self.io.host.budget)
        grouped = r"\(" in pattern
        if found is None or found.start != 0:
            return "" if grouped else "0"
        if not grouped:
            return str(found.end)
        start, end = found.spans[1]
        return text[start:end] if start >= 0 else ""

    def call(self, name: str, arguments: list[str]) -> str:
        if name == "length":
            return str(len(arguments[0]))
        if name == "match":
            return self.match(*arguments)
        if name == "index":
            places = [arguments[0].find(c) + 1 for c in arguments[1] if c in arguments[0]]
            return str(min(places, default=0))
        text, start, length = arguments
        try:
            first, count = self.number(start), self.number(length)
        except UsageError:
            return ""
        return text[first - 1 : first - 1 + count] if first > 0 and count > 0 else ""
