"""Parsing of a command line as the docker client's flag library does it, errors included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from imagelab.docker import flag_values
from imagelab.formats.goquote import quoted

#: How values are read, by kind; those of all others are texts.
_READERS: Mapping[str, Callable[[str], Any]] = {
    "bool": flag_values.boolean,
    "bytes": flag_values.size,
    "decimal": flag_values.cpus,
    "duration": flag_values.span,
    "filter": flag_values.filter_pair,
    "int": flag_values.integer,
    "strings": flag_values.several,
    "uint16": flag_values.uint16,
    "ulimit": flag_values.ulimit,
}
#: Kinds that may be given several times.
REPEATED = frozenset({
    "filter", "gpu-request", "list", "map", "mount", "network", "strings", "ulimit",
})


@dataclass(frozen=True)
class Flag:
    """A flag of a command.

    Attributes:
        name: long name, without dashes.
        short: one letter, or empty.
        kind: as help shows it: ``bool``, ``string``, ``int``, ``bytes`` … and those of
            ``REPEATED``, whose value is a tuple.
        default: its value when it is not given.
        read: turns a text into a value, where the kind does not say how; raises ``ValueError``
            with the client's reason.
        needs: why the lab's daemon does not take it, in the client's words; such a flag is
            known but not shown.
        instead: for an old flag, which is not shown, the one to use now.
        hidden: whether help says nothing of it.
        aliases: other names, which help does not show.
    """

    name: str
    short: str = ""
    kind: str = "string"
    default: Any = None
    read: Callable[[str], Any] | None = None
    needs: str = ""
    instead: str = ""
    hidden: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def is_visible(self) -> bool:
        """Whether help shows it."""
        return not (self.needs or self.instead or self.hidden)

    @property
    def shown(self) -> str:
        """The flag as error messages name it: ``-f, --filter``."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"

    @property
    def start(self) -> Any:
        """The value before anything was given."""
        if self.default is not None:
            return self.default
        if self.kind in REPEATED:
            return ()
        return {"bool": False, "string": ""}.get(self.kind, 0)


class FlagError(Exception):
    """A command line that cannot be, in the flag library's words."""


@dataclass
class Parsed:
    """A parsed command line.

    Attributes:
        values: by long name of flag.
        given: flags that were given.
        arguments: all that is no flag.
        notices: what the client says of old flags.
    """

    values: dict[str, Any] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    arguments: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        """Return a flag's value."""
        return self.values[name]


def flag(name: str, short: str = "", **rest: Any) -> Flag:
    """Return a flag with a text value."""
    return Flag(name, short, **rest)


def switch(name: str, short: str = "", *, default: bool = False, **rest: Any) -> Flag:
    """Return a flag that is true or false."""
    return Flag(name, short, "bool", default, **rest)


def many(name: str, short: str = "", **rest: Any) -> Flag:
    """Return a flag that may be given several times."""
    return Flag(name, short, "filter" if name == "filter" else "list", **rest)


def number(name: str, short: str = "", default: int = 0) -> Flag:
    """Return a flag with a whole number."""
    return Flag(name, short, "int", default)


@dataclass(frozen=True)
class Grammar:
    """What a command line may have: made once for a command, it parses many lines.

    Attributes:
        long: flags by name, aliases too.
        short: flags by letter.
        start: values before anything was given, by name.
        interspersed: whether flags may stand behind arguments; ``run`` says no.
    """

    long: Mapping[str, Flag]
    short: Mapping[str, Flag]
    start: Mapping[str, Any]
    interspersed: bool

    @classmethod
    def of(cls, flags: Sequence[Flag], *, interspersed: bool = True) -> Grammar:
        """Return the grammar of a command that knows some flags; all know ``--help``."""
        known = [*flags, switch("help")]
        return cls(
            {name: each for each in known for name in (each.name, *each.aliases)},
            {each.short: each for each in known if each.short},
            {each.name: each.start for each in known},
            interspersed,
        )

    def parse(self, words: Sequence[str]) -> Parsed:
        """Parse the words after a command's name.

        Raises:
            FlagError: an unknown flag, a missing or impossible value.
        """
        return _Parser(self).parse(list(words))


class _Parser:
    def __init__(self, grammar: Grammar) -> None:
        self.long, self.short = grammar.long, grammar.short
        self.interspersed = grammar.interspersed
        self.parsed = Parsed(dict(grammar.start))

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
                self.parsed.notices.append(
                    "Flag shorthand -h has been deprecated, use --help")
            if found is None:
                raise FlagError(f"unknown shorthand flag: '{letter}' in -{here}")
            if rest.startswith("=") and len(rest) > 1:
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
        read = found.read or _READERS.get(found.kind, str)
        try:
            value = read(text)
        except ValueError as error:
            raise self._invalid(found, text, str(error)) from None
        if found.kind in REPEATED:
            more = value if found.kind == "strings" else (value,)
            value = (*self.parsed.values[found.name], *more)
        if found.instead:
            self.parsed.notices.append(
                f"Flag --{found.name} has been deprecated, use --{found.instead} instead")
        self.parsed.values[found.name] = value
        self.parsed.given.add(found.name)

    @staticmethod
    def _invalid(found: Flag, text: str, reason: str) -> FlagError:
        return FlagError(f'invalid argument {quoted(text)} for "{found.shown}" flag: {reason}')
