"""The syntax tree of sh: what the parser makes and the machine runs."""

from __future__ import annotations

from typing import TypeAlias

from imagelab.shell.record import Value


class Lit(Value):
    """Text of a word as it stands."""

    text: str
    quoted: bool


class Param(Value):
    """``$name`` or ``${name op word}``; ``length`` and ``indirect`` are ops without a word."""

    name: str
    op: str
    word: Word | None
    other: Word | None
    quoted: bool
    source: str


class Subst(Value):
    """``$(script)``."""

    script: str
    line: int
    quoted: bool


class Arith(Value):
    """``$((expression))``."""

    word: Word
    quoted: bool


Part: TypeAlias = Lit | Param | Subst | Arith
Word: TypeAlias = tuple[Part, ...]


class Assign(Value):
    """``name=word`` or ``name+=word`` in front of a command."""

    name: str
    word: Word
    append: bool


class Redirect(Value):
    """``fd op word``; here-documents hold their text as the word."""

    fd: int
    op: str
    word: Word


#: A list while a here-document's text is still to be read.
Redirects: TypeAlias = "tuple[Redirect, ...] | list[Redirect]"


class Simple(Value):
    """Assignments, words and redirections."""

    assigns: tuple[Assign, ...]
    words: tuple[Word, ...]
    redirects: Redirects
    line: int


class Pipeline(Value):
    """Commands joined by ``|``, or one with ``!`` in front."""

    commands: tuple[Command, ...]
    negate: bool


class AndOr(Value):
    """A command and more of them, each after ``&&`` or ``||``."""

    first: Command
    rest: tuple[tuple[str, Command], ...]


class Sequence(Value):
    """Commands one after the other; the flag says ``&``."""

    items: tuple[tuple[Command, bool], ...]


class Subshell(Value):
    """``( body )``."""

    body: Command


class If(Value):
    """Conditions with their branches, and what is left."""

    branches: tuple[tuple[Command, Command], ...]
    otherwise: Command | None


class While(Value):
    """``while`` and ``until``."""

    condition: Command
    body: Command
    until: bool


class For(Value):
    """``for name in words``; None stands for ``"$@"``."""

    name: str
    words: tuple[Word, ...] | None
    body: Command
    line: int


class Case(Value):
    """``case``: patterns, body, and what ended it (``;;``, ``;&``, ``;;&``)."""

    word: Word
    items: tuple[tuple[tuple[Word, ...], Command, str], ...]
    line: int


class Function(Value):
    """``name() body``."""

    name: str
    body: Command


class Condition(Value):
    """bash's ``[[ words ]]``, operators as unquoted literals."""

    words: tuple[Word, ...]
    line: int


class Calculation(Value):
    """bash's ``((expression))``."""

    word: Word
    line: int


class Redirected(Value):
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
