"""The parts of a parsed template. ``str`` of one is how Go's messages show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dot:
    """The value at hand: ``.``."""

    pos: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True, slots=True)
class NilLiteral:
    """The word ``nil``."""

    pos: int

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, character or boolean: its value, and the text it was written as."""

    pos: int
    text: str
    value: str | bool | int | float | complex

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Field:
    """Fields of the value at hand: ``.A.B``."""

    pos: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, and fields of it: ``$x.A.B``. The first name has the dollar sign."""

    pos: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of a function."""

    pos: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Chain:
    """Fields of a term: ``(…).A.B``."""

    pos: int
    node: Operand
    names: tuple[str, ...]

    def __str__(self) -> str:
        return _argument(self.node) + "".join(f".{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Command:
    """One stage of a pipeline: a term and its arguments."""

    pos: int
    args: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(_argument(arg) for arg in self.args)


@dataclass(frozen=True, slots=True)
class Pipe:
    """Commands, each fed to the next, with the variables that take the result."""

    pos: int
    variables: tuple[Variable, ...]
    assigns: bool
    commands: tuple[Command, ...]

    def __str__(self) -> str:
        text = " | ".join(str(command) for command in self.commands)
        if not self.variables:
            return text
        names = ", ".join(str(variable) for variable in self.variables)
        return f"{names} {'=' if self.assigns else ':='} {text}"


Operand = Dot | NilLiteral | Literal | Field | Variable | Identifier | Chain | Pipe


def _argument(node: Operand) -> str:
    return f"({node})" if isinstance(node, Pipe) else str(node)


@dataclass(frozen=True, slots=True)
class Text:
    """Text outside of actions."""

    pos: int
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """A pipeline whose result is printed, unless it goes to a variable."""

    pos: int
    pipe: Pipe


@dataclass(frozen=True, slots=True)
class Branch:
    """``if``, ``with`` or ``range``, named by ``keyword``."""

    pos: int
    keyword: str
    pipe: Pipe
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """``break`` or ``continue``."""

    pos: int
    keyword: str


Node = Text | Action | Branch | Jump
