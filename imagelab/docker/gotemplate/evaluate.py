"""Working out the expressions of a template: pipelines, fields and calls (Go 1.24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from imagelab.docker.gotemplate import strconv
from imagelab.docker.gotemplate.nodes import (
    Action,
    Branch,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Jump,
    Literal,
    NilLiteral,
    Node,
    Operand,
    Pipe,
    Text,
    Variable,
)
from imagelab.docker.gotemplate.values import (
    INVALID,
    Boxed,
    Function,
    FunctionError,
    Nil,
    StringMap,
    Struct,
    SubContext,
    kind,
    lookup,
    plain,
    truth,
    type_name,
    unbox,
)

_MISSING: Final = object()
"""No value from an earlier stage of the pipeline."""

_CHARACTERS_PER_STEP = 64


class Failure(Exception):
    """What went wrong, without the place where it did."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to evaluate: what can be called, and whether a missing key of a map is an error."""

    functions: Mapping[str, Function]
    missing_key_error: bool


class Evaluator:
    """The variables in force, the node at hand, and the steps that are left."""

    def __init__(self, root: object, options: Options, steps: int) -> None:
        self.options = options
        self.steps = steps
        self.node: Node | Operand | Command | None = None
        self._scopes: dict[str, list[object]] = {"$": [root]}
        self._declared: list[str] = []

    def place(self, text: str) -> str:
        """Line and byte of the node at hand, and the node itself if it is an expression."""
        if self.node is None:
            return ""
        before = text[: self.node.pos]
        line_start = before.rfind("\n") + 1
        line = before.count("\n") + 1
        place = f':{line}:{strconv.byte_length(before[line_start:])}: executing ""'
        if isinstance(self.node, (Text, Action, Branch, Jump)):
            return place
        return f"{place} at <{self.node}>"

    def at(self, node: Node | Operand | Command) -> None:
        """Go to a node, which costs a step; errors are reported there."""
        self.node = node
        self.spend(1)

    def spend(self, steps: int) -> None:
        """Use up steps.

        Raises:
            Failure: there are none left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise Failure("the template takes too many steps")

    # Variables

    def mark(self) -> int:
        """Where the variables stand, for ``pop``."""
        return len(self._declared)

    def pop(self, mark: int) -> None:
        """Forget the variables declared since ``mark``."""
        while len(self._declared) > mark:
            self._scopes[self._declared.pop()].pop()

    def assign(self, name: str, value: object) -> None:
        """Give a variable that is in force another value."""
        self._values(name)[-1] = value

    def _declare(self, name: str, value: object) -> None:
        self._scopes.setdefault(name, []).append(value)
        self._declared.append(name)

    def _values(self, name: str) -> list[object]:
        values = self._scopes.get(name)
        if not values:
            raise Failure(f"undefined variable: {name}")
        return values

    # Pipelines

    def pipeline(self, dot: object, pipe: Pipe) -> object:
        """The value of a pipeline; its variables stay in force until popped.

        Raises:
            Failure: with Go's message.
        """
        self.at(pipe)
        value: object = _MISSING
        for command in pipe.commands:
            value = unbox(self._command(dot, command, value))
        for variable in pipe.variables:
            name = variable.names[0]
            if pipe.assigns:
                self.assign(name, value)
            else:
                self._declare(name, value)
        return value

    def _command(self, dot: object, command: Command, final: object) -> object:
        first, args = command.args[0], command.args[1:]
        if isinstance(first, Identifier):
            return self._function(dot, first, command, args, final)
        if isinstance(first, (Field, Chain, Variable)):
            return self._fields(dot, first, args, final)
        if isinstance(first, Pipe):
            self._not_a_function(command, final)
            return self.pipeline(dot, first)
        self.at(first)
        self._not_a_function(command, final)
        if isinstance(first, NilLiteral):
            raise Failure("nil is not a command")
        return dot if isinstance(first, Dot) else self._constant(first)

    def _not_a_function(self, command: Command, final: object) -> None:
        if len(command.args) > 1 or final is not _MISSING:
            raise Failure(f"can't give argument to non-function {command.args[0]}")

    def _constant(self, literal: Literal) -> object:
        self.at(literal)
        value = literal.value
        if isinstance(value, int) and value >= 2**63:
            raise Failure(f"{literal} overflows int")
        return value

    def _fields(
        self, dot: object, node: Field | Chain | Variable, args: Sequence[Operand], final: object
    ) -> object:
        """A term with fields; arguments go to the last of them."""
        self.at(node)
        names: Sequence[str] = node.names
        receiver = dot
        if isinstance(node, Variable):
            receiver, names = self._values(names[0])[-1], names[1:]
            if not names and (args or final is not _MISSING):
                raise Failure(f"can't give argument to non-function {node}")
        elif isinstance(node, Chain):
            if isinstance(node.node, NilLiteral):
                raise Failure(f"indirection through explicit nil in {node}")
            receiver = self._argument(dot, "", node.node)
        for name in names[:-1]:
            receiver = self._field(dot, name, node, (), _MISSING, receiver)
        return self._field(dot, names[-1], node, args, final, receiver) if names else receiver

    def _field(
        self,
        dot: object,
        name: str,
        node: Field | Chain | Variable,
        args: Sequence[Operand],
        final: object,
        receiver: object,
    ) -> object:
        self.spend(1)
        if receiver is INVALID:
            if self.options.missing_key_error:
                raise Failure(f"nil data; no entry for key {strconv.quote(name)}")
            return INVALID
        if receiver == Boxed(None):
            raise Failure(f"nil pointer evaluating interface {{}}.{name}")
        value = unbox(receiver)
        if isinstance(value, (Struct, StringMap)) and name in value.methods:
            return self._call(dot, value.methods[name], node, name, args, final)
        if isinstance(value, SubContext) and name in value.fields:
            getter = Function((), lambda: value.fields[name])
            return self._call(dot, getter, node, name, args, final)
        has_arguments = bool(args) or final is not _MISSING
        if isinstance(value, Struct) and name in value.fields:
            if has_arguments:
                raise Failure(f"{name} has arguments but cannot be invoked as function")
            return _result(value.fields[name])
        if kind(value) == "map":
            if has_arguments:
                raise Failure(f"{name} is not a method but has arguments")
            found = lookup(value, name)
            if found is INVALID and self.options.missing_key_error:
                raise Failure(f"map has no entry for key {strconv.quote(name)}")
            return found
        if kind(value) == "ptr":
            raise Failure(f"nil pointer evaluating {type_name(receiver)}.{name}")
        raise Failure(f"can't evaluate field {name} in type {type_name(receiver)}")

    # Calls

    def _function(
        self,
        dot: object,
        node: Identifier,
        command: Command | Identifier,
        args: Sequence[Operand],
        final: object,
    ) -> object:
        self.at(node)
        function = self.options.functions[node.name]
        if node.name in ("and", "or"):
            return self._logic(dot, node.name, args, final)
        if node.name == "call":
            self._check_count(node.name, function, args, final)
            return self._refuse_call(dot, command, args, final)
        return self._call(dot, function, command, node.name, args, final)

    def _logic(self, dot: object, name: str, args: Sequence[Operand], final: object) -> object:
        """``and`` and ``or``: the first argument that decides, later ones unread."""
        self._check_count(name, self.options.functions[name], args, final)
        value: object = INVALID
        for arg in args:
            value = self._argument(dot, "reflect.Value", arg)
            if truth(value) == (name == "or"):
                return value
        return value if final is _MISSING else final

    def _refuse_call(
        self, dot: object, command: Command | Identifier, args: Sequence[Operand], final: object
    ) -> NoReturn:
        """``call`` has nothing to call: no value of docker's templates is a function."""
        values = [self._argument(dot, "reflect.Value", arg) for arg in args]
        value = unbox(values[0] if values else final)
        self.at(command)
        if value is INVALID:
            raise Failure("error calling call: call of nil")
        name = args[0] if args else value
        raise Failure(f"error calling call: non-function {name} of type {type_name(value)}")

    def _check_count(
        self, name: str, function: Function, args: Sequence[Operand], final: object
    ) -> None:
        count = len(args) + (final is not _MISSING)
        wanted = len(function.params)
        if function.variadic and count < wanted - 1:
            raise Failure(
                f"wrong number of args for {name}: want at least {wanted - 1} got {len(args)}"
            )
        if not function.variadic and count != wanted:
            raise Failure(f"wrong number of args for {name}: want {wanted} got {count}")

    def _call(
        self,
        dot: object,
        function: Function,
        node: Operand | Command,
        name: str,
        args: Sequence[Operand],
        final: object,
    ) -> object:
        self._check_count(name, function, args, final)
        last = len(function.params) - 1
        values = [
            self._argument(dot, function.params[min(index, last)], arg)
            for index, arg in enumerate(args)
        ]
        if final is not _MISSING:
            values.append(self._convert(final, function.params[min(len(args), last)]))
        try:
            result = function.call(*values)
        except FunctionError as error:
            self.at(node)
            raise Failure(f"error calling {name}: {error}") from None
        self.spend(sum(map(_length, (result, *values))) // _CHARACTERS_PER_STEP)
        return _result(result)

    def _argument(self, dot: object, go_type: str, node: Operand) -> object:
        """An argument as the type its function wants; any for an empty type."""
        self.at(node)
        if isinstance(node, Dot):
            return self._convert(dot, go_type)
        if isinstance(node, NilLiteral):
            if go_type in ("string", "int"):
                raise Failure(f"cannot assign nil to {go_type}")
            return self._convert(INVALID, go_type)
        if isinstance(node, (Field, Variable, Chain)):
            return self._convert(self._fields(dot, node, (), _MISSING), go_type)
        if isinstance(node, Pipe):
            return self._convert(self.pipeline(dot, node), go_type)
        if isinstance(node, Identifier):
            return self._convert(self._function(dot, node, node, (), _MISSING), go_type)
        return self._literal_argument(node, go_type)

    def _literal_argument(self, node: Literal, go_type: str) -> object:
        value = node.value
        if go_type == "string" and not isinstance(value, str):
            raise Failure(f"expected string; found {node}")
        if go_type == "int":
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if not isinstance(value, int) or isinstance(value, bool) or value >= 2**63:
                raise Failure(f"expected integer; found {node}")
            return value
        if go_type == "[]string":
            raise Failure(f"can't handle {node} for arg of type []string")
        return self._constant(node)

    def _convert(self, value: object, go_type: str) -> object:
        """A value as an argument of a type; boxes are opened where the type is concrete."""
        if go_type in ("", "reflect.Value"):
            return value
        if go_type == "interface {}":
            return plain(value)
        if go_type == "[]string" and (value is INVALID or _is_nil_slice(value)):
            return Nil(go_type)
        if value is INVALID:
            raise Failure(f"invalid value; expected {go_type}")
        inner = value if value == Boxed(None) else unbox(value)
        if type_name(inner) != go_type:
            raise Failure(f"wrong type for value; expected {go_type}; got {type_name(inner)}")
        return inner


def _is_nil_slice(value: object) -> bool:
    return isinstance(value, Nil) and kind(value) == "slice"


def _result(value: object) -> object:
    return Boxed(None) if value is None else value


def _length(value: object) -> int:
    value = unbox(value)
    return len(value) if isinstance(value, (str, list, tuple)) else 0
