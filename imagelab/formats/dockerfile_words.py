r"""Quotes and variables in the words of a Dockerfile: ``"$A"``, ``${A:-b}``, ``\$A``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from imagelab.formats.goquote import quoted

#: Longest text that one expansion may give: repeated doubling must end somewhere.
LONGEST = 1 << 20
_DEEPEST = 100
_SPECIAL = frozenset("@*#?-$!")


class DockerfileError(ValueError):
    """What a Dockerfile cannot hold, in the builder's words."""


def is_space(char: str) -> bool:
    """Whether Go counts a character as white space."""
    return char.isspace() and not "\x1c" <= char <= "\x1f"


def expand(text: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """Return a word with its quotes removed and its variables replaced.

    Raises:
        DockerfileError: in the builder's words.
    """
    return _Expansion(text, variables, escape).run()[0]


def expand_words(text: str, variables: Mapping[str, str], escape: str = "\\") -> list[str]:
    """Expand a text that may become several words: values of variables are split at blanks.

    Raises:
        DockerfileError: in the builder's words.
    """
    return _Expansion(text, variables, escape).run()[1]


@dataclass
class _Words:
    """Words in the making."""

    done: list[str] = field(default_factory=list)
    word: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Add text that blanks split."""
        for char in text:
            if not is_space(char):
                self.word.append(char)
            elif self.word:
                self.end()

    def add_whole(self, text: str) -> None:
        """Add text that stays in one word."""
        if text:
            self.word.append(text)

    def end(self) -> None:
        if self.word:
            self.done.append("".join(self.word))
            self.word = []


class _Expansion:
    def __init__(self, text: str, variables: Mapping[str, str], escape: str) -> None:
        self.text = text
        self.variables = variables
        self.escape = escape
        self.at = 0
        self.depth = 0
        self.length = 0

    def run(self) -> tuple[str, list[str]]:
        try:
            return self._until("")
        except DockerfileError as error:
            raise DockerfileError(f"failed to process {quoted(self.text)}: {error}") from error

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        char = self._peek()
        self.at += len(char)
        return char

    def _until(self, stop: str) -> tuple[str, list[str]]:
        """Expand up to a character, or to the end; also return the words in it."""
        result: list[str] = []
        words = _Words()
        while char := self._peek():
            if char == stop:
                self.at += 1
                break
            if char == "$":
                piece = self._dollar()
                words.add(piece)
            elif char in "'\"":
                piece = self._single() if char == "'" else self._double()
                words.add_whole(piece)
            else:
                piece = self._next()
                if piece == self.escape:
                    piece = self._next()
                    words.add_whole(piece)
                else:
                    words.add(piece)
            result.append(self._counted(piece))
        else:
            if stop:
                raise DockerfileError(
                    f"unexpected end of statement while looking for matching {stop}")
        words.end()
        return "".join(result), words.done

    def _counted(self, piece: str) -> str:
        self.length += len(piece)
        if self.length > LONGEST:
            raise DockerfileError(f"imagelab does not simulate words of more than {LONGEST} "
                                  "characters")
        return piece

    def _single(self) -> str:
        self.at += 1
        end = self.text.find("'", self.at)
        if end < 0:
            self.at = len(self.text)
            raise DockerfileError(
                "unexpected end of statement while looking for matching single-quote")
        inside, self.at = self.text[self.at : end], end + 1
        return inside

    def _double(self) -> str:
        self.at += 1
        result: list[str] = []
        while char := self._peek():
            if char == "$":
                result.append(self._counted(self._dollar()))
                continue
            self.at += 1
            if char == '"':
                return "".join(result)
            if char == self.escape:
                if not self._peek():
                    continue
                if self._peek() in (self.escape, '"', "$"):
                    char = self._next()
            result.append(char)
        raise DockerfileError(
            "unexpected end of statement while looking for matching double-quote")

    def _dollar(self) -> str:
        self.at += 1
        if self._peek() != "{":
            name = self._name()
            return self.variables.get(name, "") if name else "$"
        self.at += 1
        if not self._peek():
            raise DockerfileError("syntax error: missing '}'")
        if self._peek() in "{}:":
            raise DockerfileError("syntax error: bad substitution")
        name = self._name()
        sign = self._next()
        if sign == "}":
            return self.variables.get(name, "")
        if sign == "?":
            return self._required(name, self._word(), empty_too=False)
        if sign == ":":
            return self._modified(name)
        raise DockerfileError("missing ':' in substitution")

    def _modified(self, name: str) -> str:
        modifier = self._next()
        word = self._word()
        value = self.variables.get(name, "")
        if modifier == "+":
            return word if value else ""
        if modifier == "-":
            return value or word
        if modifier == "?":
            return self._required(name, word, empty_too=True)
        raise DockerfileError(f"unsupported modifier ({modifier}) in substitution")

    def _required(self, name: str, word: str, *, empty_too: bool) -> str:
        if name not in self.variables:
            raise DockerfileError(f"{name}: {word or 'is not allowed to be unset'}")
        if empty_too and not self.variables[name]:
            raise DockerfileError(f"{name}: {word or 'is not allowed to be empty'}")
        return self.variables[name]

    def _word(self) -> str:
        """Expand what stands between a modifier and the closing brace."""
        if self.depth == _DEEPEST:
            raise DockerfileError(f"imagelab does not simulate more than {_DEEPEST} "
                                  "substitutions in each other")
        self.depth += 1
        try:
            return self._until("}")[0]
        except DockerfileError as error:
            if not self._peek():
                raise DockerfileError("syntax error: missing '}'") from error
            raise
        finally:
            self.depth -= 1

    def _name(self) -> str:
        """Take a name: digits alone, one special character, or letters, digits and ``_``."""
        start = self.at
        first = self._peek()
        if first in _SPECIAL:
            return self._next()
        only_digits = first.isdecimal()
        while char := self._peek():
            if not (char.isdecimal() if only_digits else char.isalnum() or char == "_"):
                break
            self.at += 1
        return self.text[start : self.at]
