"""From the tokens of a template to its nodes.

The grammar and the messages are those of Go's text/template/parse (Go 1.24). Templates
within templates (``define``, ``template``, ``block``) are refused.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from imagelab.docker.gotemplate import strconv
from imagelab.docker.gotemplate.lexer import Token, tokens
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

_MAX_DEPTH = 48
"""How deeply parentheses and blocks may nest: what Python's stack bears in any caller."""

_OPERAND_STARTS = frozenset(
    ("bool", "rune", ".", "field", "identifier", "number", "nil", "string", "variable", "(")
)
_CONTROLS = ("if", "with", "range")


class ParseError(Exception):
    """A template that Go refuses; the message begins with ``template: :1:`` and its line."""


@dataclass(frozen=True, slots=True)
class _End:
    """``{{end}}``, or ``{{else}}`` with the keyword that may follow."""

    text: str
    then: str = ""


def parse_nodes(text: str, functions: Container[str]) -> tuple[Node, ...]:
    """The nodes of a template that may call the functions named.

    Raises:
        ParseError: with Go's message.
    """
    return _Parser(tokens(text), functions).parse()


class _Parser:
    def __init__(self, found: list[Token], functions: Container[str]) -> None:
        self.tokens = found
        self.functions = functions
        self.at = 0
        self.furthest = 0
        self.variables = {"$"}
        self.declared: list[str] = []
        self.action_line = 0
        self.range_depth = 0
        self.depth = 0

    # Tokens

    def next(self) -> Token:
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        self.furthest = max(self.furthest, self.at)
        self.at += 1
        return token

    def peek(self) -> Token:
        token = self.next()
        self.at -= 1
        return token

    def next_non_space(self) -> Token:
        token = self.next()
        return self.next() if token.kind == "space" else token

    def peek_non_space(self) -> Token:
        token = self.next_non_space()
        self.at -= 1
        return token

    def expect(self, kind: str, context: str) -> None:
        token = self.next_non_space()
        if token.kind != kind:
            raise self.unexpected(token, context)

    def error(self, message: str) -> ParseError:
        """The error at the last line that was read, as Go counts."""
        token = self.tokens[min(self.furthest, len(self.tokens) - 1)]
        return ParseError(f"template: :{token.line}: {message}")

    def unexpected(self, token: Token, context: str) -> ParseError:
        if token.kind != "error":
            return self.error(f"unexpected {token} in {context}")
        if self.action_line in (0, token.line):
            return self.error(token.text)
        start = "started at" if token.text.endswith(" action") else "in action started at"
        return self.error(f"{token.text} {start} :{self.action_line}")

    def descend(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.error("max expression depth exceeded")

    # Text and actions

    def parse(self) -> tuple[Node, ...]:
        found: list[Node] = []
        while self.peek().kind != "EOF":
            node = self.text_or_action()
            if isinstance(node, _End):
                raise self.error(f"unexpected {node.text}")
            found.append(node)
        return tuple(found)

    def item_list(self) -> tuple[tuple[Node, ...], _End]:
        found: list[Node] = []
        while self.peek_non_space().kind != "EOF":
            node = self.text_or_action()
            if isinstance(node, _End):
                return tuple(found), node
            found.append(node)
        raise self.error("unexpected EOF")

    def text_or_action(self) -> Node | _End:
        token = self.next_non_space()
        if token.kind == "text":
            return Text(token.pos, token.text)
        if token.kind != "{{":
            raise self.unexpected(token, "input")
        self.action_line = token.line
        node = self.action()
        self.action_line = 0
        return node

    def action(self) -> Node | _End:
        token = self.next_non_space()
        keyword = token.kind
        if keyword in _CONTROLS:
            return self.control(keyword)
        if keyword in ("break", "continue"):
            return self.jump(token)
        if keyword == "else":
            return self.else_control()
        if keyword == "end":
            self.expect("}}", "end")
            return _End("{{end}}")
        if keyword in ("define", "template", "block"):
            raise self.error(f"{{{{{keyword}}}}} is not supported")
        self.at -= 1
        return Action(self.peek().pos, self.pipeline("command", "}}"))

    def jump(self, token: Token) -> Jump:
        self.expect("}}", f"{{{{{token.kind}}}}}")
        if not self.range_depth:
            raise self.error(f"{{{{{token.kind}}}}} outside {{{{range}}}}")
        return Jump(token.pos, token.kind)

    def else_control(self) -> _End:
        following = self.peek_non_space()
        if following.kind in ("if", "with"):
            return _End("{{else}}", following.kind)
        self.expect("}}", "else")
        return _End("{{else}}")

    def control(self, keyword: str) -> Branch:
        self.descend()
        outside = len(self.declared)
        pipe = self.pipeline(keyword, "}}")
        self.range_depth += keyword == "range"
        body, end = self.item_list()
        self.range_depth -= keyword == "range"
        otherwise: tuple[Node, ...] = ()
        if end.text == "{{else}}":
            otherwise = self.otherwise(keyword, end)
        while len(self.declared) > outside:
            self.variables.remove(self.declared.pop())
        self.depth -= 1
        return Branch(pipe.pos, keyword, pipe, body, otherwise)

    def otherwise(self, keyword: str, end: _End) -> tuple[Node, ...]:
        """What follows ``{{else}}``; ``{{else if}}`` shares its ``{{end}}``."""
        if end.then == keyword:
            self.next_non_space()
            return (self.control(keyword),)
        body, end = self.item_list()
        if end.text != "{{end}}":
            raise self.error(f"expected end; found {end.text}")
        return body

    # Pipelines

    def pipeline(self, context: str, end: str) -> Pipe:
        pos = self.peek_non_space().pos
        variables, assigns = self.declarations(context)
        commands: list[Command] = []
        while (token := self.next_non_space()).kind != end:
            if token.kind not in _OPERAND_STARTS:
                raise self.unexpected(token, context)
            self.at -= 1
            commands.append(self.command())
        self.check_pipeline(commands, context)
        return Pipe(pos, tuple(variables), assigns, tuple(commands))

    def declarations(self, context: str) -> tuple[list[Variable], bool]:
        variables: list[Variable] = []
        while (token := self.peek_non_space()).kind == "variable":
            start = self.at
            self.next_non_space()
            following = self.next_non_space()
            if following.kind in ("declare", "assign"):
                self.declare(variables, token)
                return variables, following.kind == "assign"
            if (following.kind, following.text) != ("char", ","):
                self.at = start
                break
            self.declare(variables, token)
            if context != "range" or len(variables) > 1:
                raise self.error(f"too many declarations in {context}")
            if self.peek_non_space().kind not in ("variable", "}}", ")"):
                raise self.error("range can only initialize variables")
        return variables, False

    def declare(self, variables: list[Variable], token: Token) -> None:
        variables.append(Variable(token.pos, (token.text,)))
        if token.text not in self.variables:
            self.variables.add(token.text)
            self.declared.append(token.text)

    def check_pipeline(self, commands: list[Command], context: str) -> None:
        if not commands:
            raise self.error(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], 2):
            if isinstance(command.args[0], (Literal, Dot, NilLiteral)):
                raise self.error(f"non executable command in pipeline stage {stage}")

    def command(self) -> Command:
        pos = self.peek_non_space().pos
        args: list[Operand] = []
        while True:
            self.peek_non_space()
            operand = self.operand()
            if operand is not None:
                args.append(operand)
            token = self.next()
            if token.kind == "space":
                continue
            if token.kind in ("}}", ")"):
                self.at -= 1
            elif token.kind != "pipe":
                raise self.unexpected(token, "operand")
            break
        if not args:
            raise self.error("empty command")
        return Command(pos, tuple(args))

    def operand(self) -> Operand | None:
        node = self.term()
        if node is None or self.peek().kind != "field":
            return node
        pos = self.peek().pos
        names: list[str] = []
        while self.peek().kind == "field":
            names.append(self.next().text[1:])
        if isinstance(node, (Field, Variable)):
            return type(node)(pos, (*node.names, *names))
        if isinstance(node, (Literal, NilLiteral, Dot)):
            raise self.error(f"unexpected . after term {strconv.quote(str(node))}")
        return Chain(pos, node, tuple(names))

    def term(self) -> Operand | None:
        token = self.next_non_space()
        if token.kind == "identifier":
            return self.function(token)
        if token.kind == ".":
            return Dot(token.pos)
        if token.kind == "nil":
            return NilLiteral(token.pos)
        if token.kind == "variable":
            return self.variable(token)
        if token.kind == "field":
            return Field(token.pos, (token.text[1:],))
        if token.kind in ("bool", "rune", "number", "string"):
            return self.literal(token)
        if token.kind == "(":
            self.descend()
            pipe = self.pipeline("parenthesized pipeline", ")")
            self.depth -= 1
            return pipe
        self.at -= 1
        return None

    def function(self, token: Token) -> Identifier:
        if token.text not in self.functions:
            raise self.error(f"function {strconv.quote(token.text)} not defined")
        return Identifier(token.pos, token.text)

    def variable(self, token: Token) -> Variable:
        if token.text not in self.variables:
            raise self.error(f"undefined variable {strconv.quote(token.text)}")
        return Variable(token.pos, (token.text,))

    def literal(self, token: Token) -> Literal:
        try:
            if token.kind == "bool":
                return Literal(token.pos, token.text, token.text == "true")
            if token.kind == "string":
                return Literal(token.pos, token.text, strconv.unquote(token.text))
            if token.kind == "rune":
                return Literal(token.pos, token.text, strconv.unquote_rune(token.text))
            return Literal(token.pos, token.text, strconv.parse_number(token.text))
        except ValueError as error:
            raise self.error(str(error)) from None
