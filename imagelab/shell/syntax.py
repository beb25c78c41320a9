"""The syntax tree of sh: what the parser makes and the machine runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Lit:
    """Text of a word as it stands."""

    text: str
    quoted: bool


@dataclass(frozen=True)
class Param:
    """``$name`` or ``${name op word}``; ``length`` and ``indirect`` are ops without a word."""

    name: str
    op: str
    word: Word | None
    other: Word | None
    quoted: bool
    source: str


@dataclass(frozen=True)
class Subst:
    """``$(script)``."""

    script: str
    line: int
    quoted: bool


@dataclass(frozen=True)
class Arith:
    """``$((expression))``."""

    word: Word
    quoted: bool


Part: TypeAlias = Lit | Param | Subst | Arith
Word: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True)
class Assign:
    """``name=word`` or ``name+=word`` in front of a command."""

    name: str
    word: Word
    append: bool


@dataclass(frozen=True)
class Redirect:
    """``fd op word``; here-documents hold their text as the word."""

    fd: int
    op: str
    word: Word


#: A list while a here-document's text is still to be read.
Redirects: TypeAlias = "tuple[Redirect, ...] | list[Redirect]"


@dataclass(frozen=True)
class Simple:
    """Assignments, words and redirections."""

    assigns: tuple[Assign, ...]
    words: tuple[Word, ...]
    redirects: Redirects
    line: int


@dataclass(frozen=True)
class Pipeline:
    """Commands joined by ``|``, or one with ``!`` in front."""

    commands: tuple[Command, ...]
    negate: bool


@dataclass(frozen=True)
class AndOr:
    """A command and more of them, each after ``&&`` or ``||``."""

    first: Command
    rest: tuple[tuple[str, Command], ...]


@dataclass(frozen=True)
class Sequence:
    """Commands one after the other; the flag says ``&``."""

    items: tuple[tuple[Command, bool], ...]


@dataclass(frozen=True)
class Subshell:
    """``( body )``."""

    body: Command


@dataclass(frozen=True)
class If:
    """Conditions with their branches, and what is left."""

    branches: tuple[tuple[Command, Command], ...]
    otherwise: Command | None


@dataclass(frozen=True)
class While:
    """``while`` and ``until``."""

    condition: Command
    body: Command
    until: bool


@dataclass(frozen=True)
class For:
    """``for name in words``; None stands for ``"$@"``."""

    name: str
    words: tuple[Word, ...] | None
    body: Command
    line: int


@dataclass(frozen=True)
class Case:
    """``case``: patterns, body, and what ended it (``;;``, ``;&``, ``;;&``)."""

    word: Word
    items: tuple[tuple[tuple[Word, ...], Command, str], ...]
    line: int


@dataclass(frozen=True)
class Function:
    """``name() body``."""

    name: str
    body: Command


@dataclass(frozen=True)
class Condition:
    """bash's ``[[ words ]]``, operators as unquoted literals."""

    words: tuple[Word, ...]
    line: int


@dataclass(frozen=True)
class Calculation:
    """bash's ``((expression))``."""

    word: Word
    line: int


@dataclass(frozen=True)
class Redirected:
    """A compound command with redirections."""

    body: Command
    redirects: Redirects
    line: int


Command: TypeAlias = (
    Simple | Pipeline | AndOr | Sequence | Subshell | If | While | For | Case | Function
    | Condition | Calculation | Redirected
)

EMPTY = Sequence(())


def is_name(text: str) -> bool:
    """Whether a text can name a variable."""
    return bool(text) and text.isascii() and text.isidentifier()
