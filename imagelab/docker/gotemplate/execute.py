"""Running a parsed template over a value, as Go's text/template does (Go 1.24)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from imagelab.docker.gotemplate import strconv
from imagelab.docker.gotemplate.evaluate import Evaluator, Failure, Options
from imagelab.docker.gotemplate.nodes import Action, Branch, Jump, Node, Pipe, Text
from imagelab.docker.gotemplate.printing import sprint
from imagelab.docker.gotemplate.values import (
    INVALID,
    FunctionError,
    Nil,
    elements,
    indirect,
    kind,
    lookup,
    plain,
    truth,
    unbox,
)


class ExecError(Exception):
    """A template that failed while it ran.

    The message is Go's, from ``template: :1:2:`` on. ``output`` is what had been written by
    then, which some of docker's commands print.
    """

    def __init__(self, message: str, output: str) -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True, slots=True)
class Limits:
    """What one execution may cost.

    ``steps`` counts nodes visited and, 64 for one, characters that functions read and make;
    ``output`` counts characters written.
    """

    steps: int = 250_000
    output: int = 1 << 22


def execute(
    text: str, nodes: Sequence[Node], value: object, options: Options, limits: Limits
) -> str:
    """What the nodes of a template print for a value; ``text`` is where they came from.

    Raises:
        ExecError: with Go's message.
    """
    root = INVALID if value is None else value
    walker = _Walker(Evaluator(root, options, limits.steps), limits.output)
    try:
        walker.walk_all(root, nodes)
    except Failure as failure:
        message = f"template: {walker.evaluator.place(text)}: {failure}"
        raise ExecError(message, walker.output()) from None
    return walker.output()


class _JumpSignal(Exception):
    def __init__(self, keyword: str) -> None:
        super().__init__(keyword)
        self.keyword = keyword


class _Walker:
    """Goes through nodes and writes."""

    def __init__(self, evaluator: Evaluator, room: int) -> None:
        self.evaluator = evaluator
        self.room = room
        self.out: list[str] = []

    def output(self) -> str:
        return strconv.valid("".join(self.out))

    def write(self, text: str) -> None:
        self.room -= len(text)
        if self.room < 0:
            raise Failure("the output is too long")
        self.out.append(text)

    def walk_all(self, dot: object, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self.walk(dot, node)

    def walk(self, dot: object, node: Node) -> None:
        self.evaluator.at(node)
        if isinstance(node, Text):
            self.write(node.text)
        elif isinstance(node, Action):
            value = self.evaluator.pipeline(dot, node.pipe)
            if not node.pipe.variables:
                self.evaluator.at(node)
                self.print(value)
        elif isinstance(node, Jump):
            raise _JumpSignal(node.keyword)
        elif node.keyword == "range":
            self.range(dot, node)
        else:
            mark = self.evaluator.mark()
            value = self.evaluator.pipeline(dot, node.pipe)
            if truth(value):
                self.walk_all(value if node.keyword == "with" else dot, node.body)
            else:
                self.walk_all(dot, node.otherwise)
            self.evaluator.pop(mark)

    def print(self, value: object) -> None:
        try:
            self.write("<no value>" if value is INVALID else sprint([indirect(plain(value))]))
        except FunctionError as error:
            raise Failure(str(error)) from None

    def range(self, dot: object, node: Branch) -> None:
        mark = self.evaluator.mark()
        value = unbox(self.evaluator.pipeline(dot, node.pipe))
        inside = self.evaluator.mark()
        ran = False
        for index, element in self.iterate(value, node.pipe):
            ran = True
            self.evaluator.spend(1)
            self.set_range_variables(node.pipe, index, element)
            try:
                self.walk_all(element, node.body)
            except _JumpSignal as signal:
                if signal.keyword == "break":
                    break
            finally:
                self.evaluator.pop(inside)
        if not ran:
            self.walk_all(dot, node.otherwise)
        self.evaluator.pop(mark)

    def iterate(self, value: object, pipe: Pipe) -> Iterable[tuple[object, object]]:
        """Index and element of each turn."""
        found = kind(value)
        if found == "invalid" or (isinstance(value, Nil) and found != "ptr"):
            return ()
        if found in ("int", "uint8"):
            if len(pipe.variables) > 1:
                raise Failure(f"can't use {value} to iterate over more than one variable")
            return ((turn, turn) for turn in range(cast("int", value)))
        if found == "map":
            keys = sorted(cast("Mapping[str, object]", value))
            self.evaluator.spend(len(keys))
            return [(key, lookup(value, key)) for key in keys]
        if found == "slice":
            items = elements(value)
            self.evaluator.spend(len(items))
            return enumerate(items)
        raise Failure(f"range can't iterate over {sprint([plain(value)])}")

    def set_range_variables(self, pipe: Pipe, index: object, element: object) -> None:
        values = (element,) if len(pipe.variables) == 1 else (index, element)
        for variable, value in zip(pipe.variables, values, strict=False):
            self.evaluator.assign(variable.names[0], value)
