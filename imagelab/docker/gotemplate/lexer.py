"""The tokens of a template: text, and what stands between ``{{`` and ``}}``.

The rules and the messages are those of Go's text/template/parse (Go 1.24).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.docker.gotemplate import strconv

_SPACES = frozenset(" \t\r\n")
_TERMINATORS = _SPACES | frozenset(".,|:()")
_CONTROLS = ("if", "with", "range", "else", "end", "break", "continue")
_KEYWORDS = frozenset((*_CONTROLS, "nil", "define", "template", "block"))
_NUMBER_DIGITS = {
    "x": "0123456789abcdefABCDEF_",
    "o": "01234567_",
    "b": "01_",
}
_SINGLE = {"|": "pipe", "=": "assign"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a template.

    ``kind`` is ``text``, ``{{``, ``}}``, ``(``, ``)``, ``space``, ``pipe``, ``assign``,
    ``declare``, ``field``, ``variable``, ``.``, ``identifier``, ``bool``, ``number``,
    ``rune``, ``string``, ``char``, ``error``, ``EOF``, or a keyword's own name.
    ``pos`` counts characters, ``line`` lines from one.
    """

    kind: str
    pos: int
    text: str
    line: int

    def __str__(self) -> str:
        """The token as Go's messages name it."""
        if self.kind == "EOF":
            return "EOF"
        if self.kind == "error":
            return self.text
        if self.kind in _KEYWORDS or self.kind == ".":
            return f"<{self.text}>"
        if strconv.byte_length(self.text) > 10:
            return strconv.quote(self.text[:10]) + "..."
        return strconv.quote(self.text)


class _LexError(Exception):
    pass


def tokens(text: str) -> list[Token]:
    """All tokens, up to ``EOF`` or to the first ``error``, whose text is the message."""
    lexer = _Lexer(text)
    found: list[Token] = []
    try:
        for token in lexer.run():
            found.append(token)
    except _LexError as error:
        found.append(Token("error", lexer.start, str(error), lexer.line))
    return found


def _is_word(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()


def _code_point(char: str) -> str:
    """A character as ``%#U`` prints it."""
    text = f"U+{ord(char):04X}" if char else "U+FFFFFFFFFFFFFFFF"
    return f"{text} '{char}'" if char and char.isprintable() else text


class _Lexer:
    """``start`` is where the token at hand begins, ``pos`` the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.start = 0
        self.pos = 0
        self.line = 1
        self.parens = 0

    def run(self) -> Iterator[Token]:
        while (mark := self.text.find("{{", self.pos)) >= 0:
            yield from self._text(mark)
            inside = mark + (4 if self._trims_left(mark) else 2)
            if self.text.startswith("/*", inside):
                self._skip_to(inside)
                self._comment()
            else:
                yield from self._action(mark, inside)
        if self.pos < len(self.text):
            self.pos = len(self.text)
            yield self._token("text")
        yield self._token("EOF")

    def _trims_left(self, mark: int) -> bool:
        """Whether the ``{{`` at ``mark`` is a ``{{- ``."""
        return self.text[mark + 2 : mark + 3] == "-" and self.text[mark + 3 : mark + 4] in _SPACES

    def _text(self, mark: int) -> Iterator[Token]:
        end = mark
        while self._trims_left(mark) and end > self.pos and self.text[end - 1] in _SPACES:
            end -= 1
        if end > self.pos:
            self.pos = end
            yield self._token("text")
        self._skip_to(mark)

    def _action(self, mark: int, inside: int) -> Iterator[Token]:
        self.pos = mark + 2
        yield self._token("{{")
        self._skip_to(inside)
        self.parens = 0
        kind = ""
        while kind != "}}":
            token = self._inside()
            kind = token.kind
            yield token

    def _token(self, kind: str) -> Token:
        token = Token(kind, self.start, self.text[self.start : self.pos], self.line)
        self._skip_to(self.pos)
        return token

    def _skip_to(self, pos: int) -> None:
        self.line += self.text.count("\n", self.start, pos)
        self.start = self.pos = pos

    def _peek(self) -> str:
        return self.text[self.pos : self.pos + 1]

    def _right_delimiter(self) -> int:
        """The length of the ``}}`` or `` -}}`` that comes next, or 0."""
        if self.text.startswith("}}", self.pos):
            return 2
        if self._peek() in _SPACES and self.text.startswith("-}}", self.pos + 1):
            return 4
        return 0

    def _trim_left(self, trim: bool) -> None:
        end = self.pos
        while trim and self.text[end : end + 1] in _SPACES:
            end += 1
        self._skip_to(end)

    def _comment(self) -> None:
        end = self.text.find("*/", self.pos + 2)
        if end < 0:
            raise _LexError("unclosed comment")
        self.pos = end + 2
        length = self._right_delimiter()
        if not length:
            raise _LexError("comment ends before closing delimiter")
        self._skip_to(self.pos + length)
        self._trim_left(length == 4)

    def _inside(self) -> Token:
        """The next token of an action."""
        length = self._right_delimiter()
        if length:
            if self.parens:
                raise _LexError("unclosed left paren")
            self._skip_to(self.pos + length - 2)
            self.pos += 2
            token = self._token("}}")
            self._trim_left(length == 4)
            return token
        char = self._peek()
        if not char:
            raise _LexError("unclosed action")
        if char in _SPACES:
            return self._space()
        if "0" <= char <= "9" or char in "+-":
            return self._number()
        if char == "." and not self._starts_field():
            return self._number()
        if _is_word(char):
            return self._identifier()
        self.pos += 1
        return self._punctuation(char)

    def _starts_field(self) -> bool:
        following = self.text[self.pos + 1 : self.pos + 2]
        return following != "" and not "0" <= following <= "9"

    def _punctuation(self, char: str) -> Token:
        if char in _SINGLE:
            return self._token(_SINGLE[char])
        if char == ":":
            if self._peek() != "=":
                raise _LexError("expected :=")
            self.pos += 1
            return self._token("declare")
        if char in ".$":
            return self._field_or_variable(char)
        if char == "`":
            return self._raw_string()
        if char in "\"'":
            return self._quoted(char)
        if char == "(":
            self.parens += 1
            return self._token("(")
        if char == ")":
            self.parens -= 1
            if self.parens < 0:
                raise _LexError("unexpected right paren")
            return self._token(")")
        if char.isascii() and char.isprintable():
            return self._token("char")
        raise _LexError(f"unrecognized character in action: {_code_point(char)}")

    def _space(self) -> Token:
        while self._peek() and self._peek() in _SPACES:
            self.pos += 1
        # The last space may belong to a trimming " -}}".
        if self.text.startswith("-}}", self.pos):
            self.pos -= 1
            if self.pos == self.start:
                return self._inside()
        return self._token("space")

    def _word(self) -> None:
        while self._peek() and _is_word(self._peek()):
            self.pos += 1

    def _check_terminator(self) -> None:
        char = self._peek()
        if char and char not in _TERMINATORS and not self.text.startswith("}}", self.pos):
            raise _LexError(f"bad character {_code_point(char)}")

    def _identifier(self) -> Token:
        self._word()
        self._check_terminator()
        word = self.text[self.start : self.pos]
        if word in _KEYWORDS:
            return self._token(word)
        return self._token("bool" if word in ("true", "false") else "identifier")

    def _field_or_variable(self, char: str) -> Token:
        kind = "field" if char == "." else "variable"
        self._word()
        if kind == "field" and self.pos == self.start + 1:
            kind = "."
        self._check_terminator()
        return self._token(kind)

    def _quoted(self, quote: str) -> Token:
        what = "quoted string" if quote == '"' else "character constant"
        while (char := self._peek()) != quote:
            self.pos += 1
            if char == "\\":
                char = self._peek()
                self.pos += 1
            if char in ("", "\n"):
                raise _LexError(f"unterminated {what}")
        self.pos += 1
        return self._token("string" if quote == '"' else "rune")

    def _raw_string(self) -> Token:
        end = self.text.find("`", self.pos)
        if end < 0:
            raise _LexError("unterminated raw quoted string")
        self.pos = end + 1
        return self._token("string")

    def _number(self) -> Token:
        good = self._scan_number()
        if good and self._peek() in ("+", "-"):
            good = self._scan_number() and self.text[self.pos - 1] == "i"
        if not good:
            raise _LexError(f"bad number syntax: {strconv.quote(self.text[self.start : self.pos])}")
        return self._token("number")

    def _accept(self, chars: str) -> bool:
        char = self._peek()
        if char and char in chars:
            self.pos += 1
            return True
        return False

    def _accept_run(self, chars: str) -> None:
        while self._accept(chars):
            pass

    def _scan_number(self) -> bool:
        self._accept("+-")
        digits = "0123456789_"
        if self._accept("0") and self._peek().lower() in _NUMBER_DIGITS:
            digits = _NUMBER_DIGITS[self._peek().lower()]
            self.pos += 1
        self._accept_run(digits)
        if self._accept("."):
            self._accept_run(digits)
        exponent = {11: "eE", 23: "pP"}.get(len(digits), "")
        if exponent and self._accept(exponent):
            self._accept("+-")
            self._accept_run("0123456789_")
        self._accept("i")
        if self._peek() and _is_word(self._peek()):
            self.pos += 1
            return False
        return True
