"""Awk programs as trees of tuples; the first part of each says what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from imagelab.shell.budget import ExhaustedError
from imagelab.shell.programs.awk_lexer import AwkCallError, AwkSyntaxError, Token, tokens

Tree: TypeAlias = tuple[Any, ...]
_MAX_DEPTH = 60
#: Operators of one kind side by side, in one statement.
_MOST_LINKS = 1000
_ASSIGN = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "^=", "**="})
_COMPARE = frozenset({"<", "<=", "==", "!=", ">", ">="})
#: Trees of what may be set.
LVALUES = frozenset({"var", "item", "field"})
#: Tokens that may begin the right side of a concatenation.
_BEGINS = frozenset({"number", "string", "ere", "name", "call", "builtin"})
#: Fewest and most arguments of awk's own functions; None for any number.
_COUNTS: dict[str, tuple[int, int | None]] = {
    "length": (0, 1), "substr": (2, 3), "index": (2, 2), "split": (2, 3), "sub": (2, 3),
    "gsub": (2, 3), "match": (2, 2), "sprintf": (1, None), "sin": (1, 1), "cos": (1, 1),
    "exp": (1, 1), "log": (1, 1), "sqrt": (1, 1), "int": (1, 1), "atan2": (2, 2), "rand": (0, 0),
    "srand": (0, 1), "close": (1, 1), "system": (1, 1), "fflush": (0, 1), "tolower": (1, 1),
    "toupper": (1, 1)}
#: Those that mawk's grammar knows, and those that busybox gives more than they take.
_IN_GRAMMAR = frozenset({"split", "sub", "gsub", "match"})
_TAKES_MORE = frozenset({*_IN_GRAMMAR, "substr", "index", "tolower", "toupper"})
_BEGIN_OPS = frozenset({"$", "!", "(", "-", "+", "++", "--"})


@dataclass(eq=False)
class Function:
    """A function: its parameters, which of them are arrays, its body."""

    params: list[str]
    body: Tree = ()
    arrays: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Program:
    """A program: what is done first, for each record, and last."""

    begin: list[Tree] = field(default_factory=list)
    rules: list[tuple[Tree | None, Tree | None, Tree | None]] = field(default_factory=list)
    end: list[Tree] = field(default_factory=list)
    functions: dict[str, Function] = field(default_factory=dict)


def parse(text: str, *, mawk: bool) -> Program:
    """Read a program, as mawk or as busybox does.

    Raises:
        AwkSyntaxError: it is none.
        AwkCallError: one of awk's own functions has too few arguments, or too many.
    """
    return _Parser(tokens(text), mawk=mawk).program()


class _Parser:
    def __init__(self, found: list[Token], *, mawk: bool) -> None:
        self.mawk = mawk
        self.tokens, self.at, self.depth, self.links = found, 0, 0, 0
        self.function: Function | None = None
        self.no_in = self.no_greater = False

    # --- words -----------------------------------------------------------------------------

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def wrong(self) -> AwkSyntaxError:
        return AwkSyntaxError(self.here.text, self.here.line)

    def take(self) -> Token:
        token = self.here
        self.at += token.kind != "end"
        return token

    def is_op(self, *texts: str) -> bool:
        return self.here.kind == "op" and self.here.text in texts

    def is_word(self, *texts: str) -> bool:
        return self.here.kind == "keyword" and self.here.text in texts

    def need(self, text: str) -> None:
        if not self.is_op(text):
            raise self.wrong()
        self.at += 1

    def newlines(self, *more: str) -> None:
        while self.is_op("\n", *more):
            self.at += 1

    def name(self) -> str:
        if self.here.kind not in ("name", "call"):
            raise self.wrong()
        return self.take().text

    # --- program ---------------------------------------------------------------------------

    def program(self) -> Program:
        found = Program()
        self.newlines(";")
        while self.here.kind != "end":
            if self.is_word("BEGIN"):
                self.at += 1
                found.begin.append(self.block())
            elif self.is_word("END"):
                self.at += 1
                found.end.append(self.block())
            elif self.is_word("function", "func"):
                self.define(found)
            else:
                found.rules.append(self.rule())
            self.newlines(";")
        return found

    def rule(self) -> tuple[Tree | None, Tree | None, Tree | None]:
        first = last = None
        if not self.is_op("{"):
            first = self.expression()
            if self.is_op(","):
                self.at += 1
                self.newlines()
                last = self.expression()
        return first, last, self.block() if self.is_op("{") else None

    def define(self, found: Program) -> None:
        self.at += 1
        name = self.name()
        self.need("(")
        params: list[str] = []
        while not self.is_op(")"):
            params.append(self.name())
            self.newlines()
            if self.is_op(","):
                self.at += 1
                self.newlines()
        self.at += 1
        self.newlines()
        self.function = found.functions[name] = Function(params)
        self.function.body = self.block()
        self.function = None

    # --- statements ------------------------------------------------------------------------

    def block(self) -> Tree:
        self.need("{")
        body: list[Tree] = []
        self.newlines(";")
        while not self.is_op("}"):
            body.append(self.statement())
            self.newlines(";")
        self.at += 1
        return ("block", body)

    def statement(self) -> Tree:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.wrong()
        try:
            return self._statement()
        finally:
            self.depth -= 1

    def _statement(self) -> Tree:
        self.links = 0
        if self.is_op("{"):
            return self.block()
        if self.is_op(";"):
            self.at += 1
            return ("block", [])
        if self.is_word("if"):
            return self.condition()
        if self.is_word("while"):
            self.at += 1
            test = self.in_parentheses()
            return ("while", test, self.body())
        if self.is_word("do"):
            return self.do_loop()
        if self.is_word("for"):
            return self.for_loop()
        done = self.simple()
        if not self.is_op(";", "\n", "}") and self.here.kind != "end":
            raise self.wrong()
        if self.is_op(";", "\n"):
            self.at += 1
        return done

    def body(self) -> Tree:
        if self.is_op(";"):
            self.at += 1
            return ("block", [])
        self.newlines()
        return self.statement()

    def in_parentheses(self) -> Tree:
        self.need("(")
        value = self.expression()
        self.need(")")
        return value

    def condition(self) -> Tree:
        self.at += 1
        test = self.in_parentheses()
        yes = self.body()
        back = self.at
        self.newlines(";")
        if self.is_word("else"):
            self.at += 1
            return ("if", test, yes, self.body())
        self.at = back
        return ("if", test, yes, None)

    def do_loop(self) -> Tree:
        self.at += 1
        body = self.body()
        self.newlines(";")
        if not self.is_word("while"):
            raise self.wrong()
        self.at += 1
        return ("do", body, self.in_parentheses())

    def for_loop(self) -> Tree:
        self.at += 1
        self.need("(")
        words = [token.text for token in self.tokens[self.at : self.at + 4]]
        if len(words) == 4 and words[1] == "in" and words[3] == ")":
            variable = self.name()
            self.at += 1
            array = self.array(self.name())
            self.at += 1
            return ("each", variable, array, self.body())
        first = None if self.is_op(";") else self.simple()
        self.need(";")
        self.newlines()
        test = None if self.is_op(";") else self.expression()
        self.need(";")
        self.newlines()
        step = None if self.is_op(")") else self.simple()
        self.need(")")
        return ("for", first, test, step, self.body())

    def simple(self) -> Tree:
        if self.here.kind == "keyword":
            word = self.here.text
            if word in ("break", "continue", "next"):
                self.at += 1
                return (word,)
            if word in ("exit", "return"):
                self.at += 1
                ends = self.is_op(";", "\n", "}") or self.here.kind == "end"
                return (word, None if ends else self.expression())
            if word == "delete":
                self.at += 1
                name = self.array(self.name())
                return ("delete", name, self.subscript() if self.is_op("[") else None)
            if word in ("print", "printf"):
                return self.printing()
        return ("do_expression", self.expression())

    def printing(self) -> Tree:
        kind = self.take().text
        before, self.no_greater = self.no_greater, True
        values: list[Tree] = []
        if not self.is_op(";", "\n", "}", ">", ">>", "|") and self.here.kind != "end":
            grouped = self._grouped_list()
            values = grouped if grouped is not None else self.expressions()
        self.no_greater = before
        if self.is_op("|"):
            return ("pipe",)
        target: Tree | None = None
        if self.is_op(">", ">>"):
            sign = self.take().text
            target = (sign, self.target())
        return (kind, values, target)

    def _grouped_list(self) -> list[Tree] | None:
        """Return the values of ``print (a, b)``; None if the parentheses are part of a value."""
        if not self.is_op("("):
            return None
        back = self.at
        self.at += 1
        before, self.no_greater = self.no_greater, False
        values = self.expressions()
        self.no_greater = before
        if self.is_op(")"):
            self.at += 1
            if self.is_op(";", "\n", "}", ">", ">>", "|") or self.here.kind == "end":
                return values
        self.at = back
        return None

    def target(self) -> Tree:
        before, self.no_greater = self.no_greater, True
        value = self.choice()
        self.no_greater = before
        return value

    def expressions(self) -> list[Tree]:
        values = [self.expression()]
        while self.is_op(","):
            self.at += 1
            self.newlines()
            values.append(self.expression())
        return values

    # --- expressions -----------------------------------------------------------------------

    def expression(self) -> Tree:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise self.wrong()
        try:
            left = self.choice()
            if self.here.kind == "op" and self.here.text in _ASSIGN and left[0] in LVALUES:
                sign = self.take().text
                self.newlines()
                return ("assign", left, sign[:-1].replace("**", "^"), self.expression())
            return left
        finally:
            self.depth -= 1

    def link(self, tree: Tree) -> Tree:
        """Take an operation of a chain, whose tree is as deep as the chain is long.

        Raises:
            ExhaustedError: it is too long.
        """
        self.links += 1
        if self.links > _MOST_LINKS:
            raise ExhaustedError("nested calls")
        return tree

    def choice(self) -> Tree:
        test = self.either()
        if not self.is_op("?"):
            return test
        self.at += 1
        self.newlines()
        yes = self.expression()
        self.newlines()
        self.need(":")
        self.newlines()
        return ("choice", test, yes, self.expression())

    def either(self) -> Tree:
        left = self.both()
        while self.is_op("||"):
            self.at += 1
            self.newlines()
            left = self.link(("or", left, self.both()))
        return left

    def both(self) -> Tree:
        left = self.membership()
        while self.is_op("&&"):
            self.at += 1
            self.newlines()
            left = self.link(("and", left, self.membership()))
        return left

    def membership(self) -> Tree:
        left = self.matching()
        while self.is_word("in"):
            self.at += 1
            keys = left[1] if left[0] == "group" else [left]
            left = self.link(("in", keys, self.array(self.name())))
        return left

    def matching(self) -> Tree:
        left = self.comparison()
        while self.is_op("~", "!~"):
            sign = self.take().text
            left = self.link(("match", left, self.comparison(), sign == "~"))
        return left

    def comparison(self) -> Tree:
        left = self.joined()
        if self.here.kind == "op" and self.here.text in _COMPARE and not (
                self.no_greater and self.here.text == ">"):
            sign = self.take().text
            return ("compare", left, sign, self.joined())
        return left

    def joined(self) -> Tree:
        parts = [self.additive()]
        while self.here.kind in _BEGINS or (
                self.is_op(*_BEGIN_OPS) and not self.is_op("+", "-")):
            parts.append(self.additive())
        return parts[0] if len(parts) == 1 else ("join", parts)

    def additive(self) -> Tree:
        left = self.product()
        while self.is_op("+", "-"):
            sign = self.take().text
            left = self.link(("calculate", left, sign, self.product()))
        return left

    def product(self) -> Tree:
        left = self.signed()
        while self.is_op("*", "/", "%"):
            sign = self.take().text
            left = self.link(("calculate", left, sign, self.signed()))
        return left

    def signed(self) -> Tree:
        if self.is_op("!", "-", "+"):
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise self.wrong()
            sign = self.take().text
            value = self.signed()
            self.depth -= 1
            return ("not", value) if sign == "!" else ("sign", sign, value)
        return self.power()

    def power(self) -> Tree:
        left = self.stepped()
        if self.is_op("^", "**"):
            self.at += 1
            return ("calculate", left, "^", self.signed())
        return left

    def stepped(self) -> Tree:
        if self.is_op("++", "--"):
            sign = self.take().text
            target = self.primary()
            if target[0] not in LVALUES:
                raise self.wrong()
            return ("step", target, sign[0], True)
        value = self.primary()
        if self.is_op("++", "--") and value[0] in LVALUES:
            return ("step", value, self.take().text[0], False)
        return value

    def primary(self) -> Tree:
        token = self.here
        if token.kind == "number":
            self.at += 1
            return ("number", float(token.text))
        if token.kind == "string":
            self.at += 1
            return ("string", token.text)
        if token.kind == "ere":
            self.at += 1
            return ("ere", token.text)
        if self.is_op("$"):
            self.at += 1
            if self.is_op("++", "--", "-"):
                return ("field", self.signed() if self.is_op("-") else self.stepped())
            return ("field", self.primary())
        if self.is_op("("):
            return self.group()
        if token.kind == "builtin":
            return self.builtin()
        if token.kind == "call":
            self.at += 2
            values = [] if self.is_op(")") else self.expressions()
            self.need(")")
            return ("call", token.text, values)
        if self.is_word("getline"):
            return self.get_line()
        name = self.name()
        if self.is_op("["):
            return ("item", self.array(name), self.subscript())
        return ("var", name)

    def group(self) -> Tree:
        self.at += 1
        before, self.no_greater = self.no_greater, False
        values = self.expressions()
        self.no_greater = before
        self.need(")")
        if len(values) > 1:
            if not self.is_word("in"):
                raise self.wrong()
            return ("group", values)
        return ("only", values[0])

    def builtin(self) -> Tree:
        name = self.take().text
        values: list[Tree] = []
        if self.is_op("("):
            self.at += 1
            before, self.no_greater = self.no_greater, False
            values = [] if self.is_op(")") else self.expressions()
            self.no_greater = before
            self.check_count(name, len(values))
            if self.mawk and name in ("sub", "gsub") and values[2:] and (
                    values[2][0] not in LVALUES):
                raise AwkSyntaxError(self.tokens[self.at - 1].text, self.here.line)
            self.need(")")
        elif name != "length":
            raise self.wrong()
        if name == "split" and len(values) > 1 and values[1][0] == "var":
            self.array(values[1][1])
        return ("builtin", name, values)

    def check_count(self, name: str, count: int) -> None:
        """See that a function has as many arguments as it takes; where they end."""
        fewest, most = _COUNTS[name]
        is_few = count < fewest and (self.mawk or name != "sprintf")
        is_many = most is not None and count > most and (self.mawk or name not in _TAKES_MORE)
        if not is_few and not is_many:
            return
        if self.mawk and name in _IN_GRAMMAR:
            raise self.wrong() if is_few else AwkSyntaxError(",", self.here.line)
        raise AwkCallError(name, self.here.line, is_few=is_few)

    def get_line(self) -> Tree:
        self.at += 1
        target: Tree | None = None
        if self.is_op("$") or self.here.kind == "name":
            target = self.primary()
        source: Tree | None = None
        if self.is_op("<"):
            self.at += 1
            source = self.primary()
        return ("getline", target, source)

    def subscript(self) -> list[Tree]:
        self.need("[")
        keys = self.expressions()
        self.need("]")
        return keys

    def array(self, name: str) -> str:
        """Note that a name is an array's."""
        if self.function is not None and name in self.function.params:
            self.function.arrays.add(name)
        return name
