"""Parsing of a command line as the docker client's flag library does it, errors included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Flag:
    """A flag of a command.

    Attributes:
        name: long name, without dashes.
        short: one letter, or empty.
        kind: ``bool``, ``string``, ``int`` or ``list`` (may be given several times).
        default: its value when it is not given.
    """

    name: str
    short: str = ""
    kind: str = "string"
    default: Any = None

    @property
    def shown(self) -> str:
        """The flag as error messages name it: ``-f, --filter``."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"

    @property
    def start(self) -> Any:
        """The value before anything was given."""
        if self.default is not None:
            return self.default
        return {"bool": False, "string": "", "int": 0, "list": ()}[self.kind]


class FlagError(Exception):
    """A command line that cannot be, in the flag library's words."""


@dataclass
class Parsed:
    """A parsed command line.

    Attributes:
        values: by long name of flag.
        given: flags that were given.
        arguments: all that is no flag.
    """

    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    arguments: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        """Return a flag's value."""
        return self.values[name]


def flag(name: str, short: str = "", **rest: Any) -> Flag:
    """Return a flag with a text value."""
    return Flag(name, short, **rest)


def switch(name: str, short: str = "", *, default: bool = False) -> Flag:
    """Return a flag that is true or false."""
    return Flag(name, short, "bool", default)


def many(name: str, short: str = "") -> Flag:
    """Return a flag that may be given several times."""
    return Flag(name, short, "list")


def number(name: str, short: str = "", default: int = 0) -> Flag:
    """Return a flag with a whole number."""
    return Flag(name, short, "int", default)


def parse(flags: Sequence[Flag], words: Sequence[str], *, interspersed: bool = True) -> Parsed:
    """Parse the words after a command's name.

    Args:
        flags: what the command knows.
        words: the words.
        interspersed: whether flags may stand behind arguments; ``run`` says no.

    Raises:
        FlagError: an unknown flag, a missing or impossible value.
    """
    return _Parser(flags, interspersed).parse(list(words))


_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


class _Parser:
    def __init__(self, flags: Sequence[Flag], interspersed: bool) -> None:
        known = [*flags, switch("help")]
        self.long: Mapping[str, Flag] = {each.name: each for each in known}
        self.short: Mapping[str, Flag] = {each.short: each for each in known if each.short}
        self.interspersed = interspersed
        self.parsed = Parsed({each.name: each.start for each in known})

    def parse(self, words: list[str]) -> Parsed:
        while words:
            word = words.pop(0)
            if word == "--":
                self.parsed.arguments += words
                break
            if word.startswith("--"):
                self._long(word[2:], words)
            elif word.startswith("-") and word != "-":
                self._short(word[1:], words)
            elif self.interspersed:
                self.parsed.arguments.append(word)
            else:
                self.parsed.arguments += [word, *words]
                break
        return self.parsed

    def _long(self, text: str, words: list[str]) -> None:
        name, equals, value = text.partition("=")
        if not name or name.startswith("-"):
            raise FlagError(f"bad flag syntax: --{text}")
        found = self.long.get(name)
        if found is None:
            raise FlagError(f"unknown flag: --{name}")
        if equals:
            self._set(found, value)
        elif found.kind == "bool":
            self._set(found, "true")
        elif words:
            self._set(found, words.pop(0))
        else:
            raise FlagError(f"flag needs an argument: --{name}")

    def _short(self, letters: str, words: list[str]) -> None:
        rest = letters
        while rest:
            here, letter, rest = rest, rest[0], rest[1:]
            found = self.short.get(letter)
            if found is None and letter == "h":
                found = self.long["help"]
            if found is None:
                raise FlagError(f"unknown shorthand flag: '{letter}' in -{here}")
            if rest.startswith("="):
                self._set(found, rest[1:])
                return
            if found.kind == "bool":
                self._set(found, "true")
                continue
            if not rest and not words:
                raise FlagError(f"flag needs an argument: '{letter}' in -{here}")
            self._set(found, rest or words.pop(0))
            return

    def _set(self, found: Flag, text: str) -> None:
        value: Any = text
        if found.kind == "bool":
            if text not in _TRUE + _FALSE:
                raise self._invalid(
                    found, text, f'strconv.ParseBool: parsing "{text}": invalid syntax'
                )
            value = text in _TRUE
        elif found.kind == "int":
            try:
                value = int(text)
            except ValueError:
                raise self._invalid(
                    found, text, f'strconv.ParseInt: parsing "{text}": invalid syntax'
                ) from None
        elif found.kind == "list":
            value = (*self.parsed.values[found.name], text)
        if found.name == "filter" and "=" not in text:
            raise self._invalid(found, text, "bad format of filter (expected name=value)")
        self.parsed.values[found.name] = value
        self.parsed.given.add(found.name)

    @staticmethod
    def _invalid(found: Flag, text: str, reason: str) -> FlagError:
        return FlagError(f'invalid argument "{text}" for "{found.shown}" flag: {reason}')
