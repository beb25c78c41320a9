"""Dockerfiles: lines, words, quotes and JSON arrays, read as the classic builder reads them.

What an instruction does is not known here; see :mod:`imagelab.engine.builder`. Variables are
replaced later, by :mod:`imagelab.formats.dockerfile_words`, because their values come from the
image being built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from imagelab.formats.dockerfile_words import DockerfileError, is_space
from imagelab.formats.goquote import quoted
from imagelab.formats.json_text import check_depth

#: Longest line that the daemon's scanner takes, in bytes.
_LONGEST_LINE = 65535
_BLANKS = re.compile(r"[\t\v\f\r ]+")
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S|\S.*\S)\s*", re.DOTALL)
_ONBUILD = re.compile(r"\s*ONBUILD\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Instruction:
    """One instruction, its line continuations joined.

    Attributes:
        name: in lower case: ``run``.
        original: the whole line.
        flags: the words before the arguments that begin with ``--``, without their quotes.
        arguments: those of ``env`` and ``label`` are names and values in turn; those of
            ``onbuild`` are the name and the arguments of its trigger.
        is_json: whether the arguments were a JSON array.
        line: number of its first line, from 1.
    """

    name: str
    original: str
    flags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    is_json: bool = False
    line: int = 0

    @property
    def trigger(self) -> str:
        """The text after ``ONBUILD``."""
        match = _ONBUILD.match(self.original)
        return self.original[match.end() :] if match else self.original


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile that was read.

    Attributes:
        instructions: what it says.
        escape: the character that escapes in it.
        warnings: what the builder says of it beforehand, in lines.
    """

    instructions: tuple[Instruction, ...]
    escape: str = "\\"
    warnings: tuple[str, ...] = ()


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile.

    Raises:
        DockerfileError: in the builder's words.
    """
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = [line.removesuffix("\r") for line in text.split("\n")]
        if self.lines[-1] == "":
            self.lines.pop()  # a line break ends the last line and begins none
        if self.lines:
            self.lines[0] = self.lines[0].removeprefix("\ufeff")
        self.at = 0
        self.escape = "\\"
        self.directives: set[str] = set()
        self.directives_over = False
        self.warnings: list[str] = []

    def read(self) -> Dockerfile:
        found = []
        while self.at < len(self.lines):
            line, more = self._cut(_left_stripped(self._next()))
            number = self.at
            if not line and not more:
                continue
            empty = False
            while more and self.at < len(self.lines):
                part = self._next()
                if part.strip():
                    part, more = self._cut(part)
                    line += part
                elif not self.lines[self.at - 1].strip():
                    empty = True  # and no comment
            if empty:
                self.warnings.append(
                    f"[WARNING]: Empty continuation line found in:\n    {line}")
            found.append(_instruction(line, self.escape, number))
        if not found:
            raise DockerfileError("file with no instructions")
        if self.warnings:
            self.warnings.append("[WARNING]: Empty continuation lines will become errors in a "
                                 "future release.")
        return Dockerfile(tuple(found), self.escape, tuple(self.warnings))

    def _next(self) -> str:
        """Return the next line; a comment is an empty one."""
        line = self.lines[self.at]
        self.at += 1
        if len(line) > _LONGEST_LINE:
            raise DockerfileError(
                f"dockerfile line greater than maximum allowed size of {_LONGEST_LINE}")
        stripped = _left_stripped(line)
        if not self.directives_over:
            self._directive(stripped)
        return "" if stripped.startswith("#") else line

    def _directive(self, line: str) -> None:
        """Take ``# escape=…``; directives count only before the first line that is none."""
        match = _DIRECTIVE.fullmatch(line)
        name = match[1].lower() if match else ""
        if match is None or name not in ("escape", "syntax"):
            self.directives_over = True
            return
        if name in self.directives:
            raise DockerfileError(f"only one {name} parser directive can be used")
        self.directives.add(name)
        if name == "escape":
            if match[2] not in ("`", "\\"):
                raise DockerfileError(
                    f"invalid escape token '{match[2]}' does not match ` or \\")
            self.escape = match[2]

    def _cut(self, line: str) -> tuple[str, bool]:
        """Return a line without the character that continues it, and whether it had one.

        Twice that character is none: it stands for itself.
        """
        front = line.rstrip("\t ")
        if front.endswith(self.escape) and not front.endswith(self.escape * 2):
            return front[:-1], True
        return line, False


def _left_stripped(line: str) -> str:
    at = 0
    while at < len(line) and is_space(line[at]):
        at += 1
    return line[at:]


def _instruction(line: str, escape: str, number: int) -> Instruction:
    name, flags, rest = _head(line)
    arguments, is_json = _ARGUMENTS.get(name, _no_arguments)(rest, escape)
    return Instruction(name, line, flags, arguments, is_json, number)


def _head(line: str) -> tuple[str, tuple[str, ...], str]:
    """Return the name and the flags of an instruction, and the text of its arguments."""
    name, _, rest = _split(line.strip())
    flags, rest = _builder_flags(rest)
    return name.lower(), flags, rest.strip()


def _split(text: str) -> tuple[str, str, str]:
    """Split at the first blanks."""
    match = _BLANKS.search(text)
    return (text[: match.start()], match[0], text[match.end() :]) if match else (text, "", "")


def _builder_flags(line: str) -> tuple[tuple[str, ...], str]:
    """Take the words that begin with ``--`` off the front; ``--`` alone ends them."""
    flags = []
    rest = line
    while (rest := _left_stripped(rest)).startswith("--"):
        word, given, rest = _flag_word(rest)
        if word == "--":
            break
        if given:
            flags.append(word)
    return tuple(flags), rest


def _flag_word(text: str) -> tuple[str, bool, str]:
    """Return one word without quotes and escapes, whether it counts, and what follows it."""
    word, quote, given = [], "", False
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if not quote and is_space(char):
            break
        if char == quote:
            quote = ""
            continue
        if not quote and char in "'\"":
            quote, given = char, True
            continue
        if char == "\\":
            if at == len(text):
                break
            char = text[at]
            at += 1
        word.append(char)
    return "".join(word), given or bool(word), text[at:]


Arguments = tuple[tuple[str, ...], bool]


def _no_arguments(rest: str, escape: str) -> Arguments:
    return (), False


def _text(rest: str, escape: str) -> Arguments:
    return ((rest,) if rest else ()), False


def _blank_separated(rest: str, escape: str) -> Arguments:
    return (tuple(_BLANKS.split(rest)) if rest else ()), False


def _json_or_text(rest: str, escape: str) -> Arguments:
    found = _json_array(rest)
    return _text(rest, escape) if found is None else (found, True)


def _json_or_blank_separated(rest: str, escape: str) -> Arguments:
    found = _json_array(rest)
    return _blank_separated(rest, escape) if found is None else (found, True)


def _health(rest: str, escape: str) -> Arguments:
    kind, _, command = _split(rest)
    arguments, is_json = _json_or_text(command, escape)
    return ((kind, *arguments) if kind else ()), is_json


def _trigger(rest: str, escape: str) -> Arguments:
    names = []
    while rest:
        name, _, rest = _head(rest)
        names.append(name)
        if name != "onbuild":
            arguments, is_json = _ARGUMENTS.get(name, _no_arguments)(rest, escape)
            return (*names, *arguments), is_json
    return tuple(names), False


def _pairs(name: str) -> Callable[[str, str], Arguments]:
    def read(rest: str, escape: str) -> Arguments:
        words = split_words(rest, escape)
        if not words:
            return (), False
        if "=" not in words[0]:  # the old form: a name, and all else is its value
            key, blanks, value = _split(rest)
            if not blanks:
                raise DockerfileError(f"{name} must have two arguments")
            return (key, value), False
        found: list[str] = []
        for word in words:
            key, equals, value = word.partition("=")
            if not equals:
                raise DockerfileError(f"Syntax error - can't find = in {quoted(word)}. "
                                      "Must be of the form: name=value")
            found += (key, value)
        return tuple(found), False

    return read


def _build_arguments(rest: str, escape: str) -> Arguments:
    return tuple(split_words(rest, escape)), False


#: How the arguments of each instruction are read; those of an unknown one are not.
_ARGUMENTS: dict[str, Callable[[str, str], Arguments]] = {
    "add": _json_or_blank_separated,
    "arg": _build_arguments,
    "cmd": _json_or_text,
    "copy": _json_or_blank_separated,
    "entrypoint": _json_or_text,
    "env": _pairs("ENV"),
    "expose": _blank_separated,
    "from": _blank_separated,
    "healthcheck": _health,
    "label": _pairs("LABEL"),
    "maintainer": _text,
    "onbuild": _trigger,
    "run": _json_or_text,
    "shell": _json_or_text,
    "stopsignal": _text,
    "user": _text,
    "volume": _json_or_blank_separated,
    "workdir": _text,
}


def split_words(text: str, escape: str) -> list[str]:
    """Split at white space outside of quotes; quotes and escapes stay in the words."""
    words: list[str] = []
    word: list[str] = []
    quote = ""
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if not quote and is_space(char):
            if word:
                words.append("".join(word))
                word = []
            continue
        if char == escape and quote != "'":
            if at == len(text):
                break  # at the very end it escapes nothing and is dropped
            word += (char, text[at])
            at += 1
            continue
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        word.append(char)
    if word:
        words.append("".join(word))
    return words


def _json_array(text: str) -> tuple[str, ...] | None:
    """Return the texts of a JSON array, whatever follows it; None for what is none.

    Raises:
        DockerfileError: it holds something other than texts.
    """
    if not text.startswith("["):
        return None
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    try:
        check_depth(text)
        found, _ = decoder.raw_decode(text)
    except ValueError:
        return None
    if not all(isinstance(each, str) for each in found):
        raise DockerfileError(
            "when using JSON array syntax, arrays must be comprised of strings only")
    return tuple(re.sub("[\ud800-\udfff]", "\ufffd", each) for each in found)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
