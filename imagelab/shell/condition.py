"""bash's ``[[ … ]]`` and ``(( … ))``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from imagelab.shell import pattern
from imagelab.shell.arithmetic import ArithmeticProblem, evaluate
from imagelab.shell.expand import Expansion
from imagelab.shell.machine import ExpandingFrame, Machine
from imagelab.shell.syntax import Calculation, Condition, Lit
from imagelab.shell.tester import NUMBERS, Tester, TestProblem

_UNARY = frozenset("bcdefghkprstuvwxzLSGNOn")
_BINARY = frozenset(["=", "==", "!=", "=~", "<", ">", "-nt", "-ot", "-ef", *NUMBERS])
_MAX_DEPTH = 30


class _Judge:
    def __init__(self, m: Machine, words: list[list[Any]]) -> None:
        self.m, self.words, self.pos, self.depth = m, words, 0, 0
        shell = m.shell
        self.tests = Tester(m.host, shell.fds, shell.cwd, m.uid, m.gid, "bash",
                            ask=shell.has)

    def operator(self, ahead: int = 0) -> str:
        """The unquoted word that is due, or nothing."""
        at = self.pos + ahead
        return self.words[at][0] if at < len(self.words) and self.words[at][2] else ""

    def either(self) -> bool:
        value = self.both()
        while self.operator() == "||":
            self.pos += 1
            other = self.both()
            value = value or other
        return value

    def both(self) -> bool:
        value = self.primary()
        while self.operator() == "&&":
            self.pos += 1
            other = self.primary()
            value = value and other
        return value

    def primary(self) -> bool:
        self.depth += 1
        if self.depth > _MAX_DEPTH or self.pos >= len(self.words):
            raise TestProblem("argument")
        try:
            return self.one()
        finally:
            self.depth -= 1

    def one(self) -> bool:
        first = self.operator()
        if first == "!":
            self.pos += 1
            return not self.primary()
        if first == "(":
            self.pos += 1
            value = self.either()
            if self.operator() != ")":
                raise TestProblem("paren")
            self.pos += 1
            return value
        left = self.words[self.pos][0]
        op = self.operator(1)
        if op in _BINARY and self.pos + 2 < len(self.words):
            right = self.words[self.pos + 2]
            self.pos += 3
            if op == "=~":
                return self.regex(left, right)
            return self.binary(left, op, right)
        if len(first) == 2 and first[0] == "-" and first[1] in _UNARY and (
            self.pos + 1 < len(self.words)
        ):
            self.pos += 2
            word = self.words[self.pos - 1][0]
            return self.tests.unary(first[1], word)
        self.pos += 1
        return bool(left != "")

    def binary(self, left: str, op: str, right: list[Any]) -> bool:
        if op in ("=", "==", "!="):
            return pattern.matches(right[1], left) == (op != "!=")
        if op in NUMBERS:
            values = []
            for text in (left, str(right[0])):
                try:
                    values.append(evaluate(text, lambda n: self.m.shell.vars.get(n, ""),
                                           self.m.shell.set))
                except ArithmeticProblem:
                    values.append(0)
            return self.tests.binary(str(values[0]), op, str(values[1]))
        return self.tests.binary(left, op, right[0])

    def regex(self, left: str, right: list[Any]) -> bool:
        # Few scripts match regular expressions: the others need not import them.
        from imagelab.shell.regex import compile_ere
        from imagelab.shell.regex_parser import RegexError

        text = right[3]
        while self.pos < len(self.words) and self.operator() in ("(", ")", "|"):
            text += self.words[self.pos][0]
            self.pos += 1
        try:
            compiled = compile_ere(text)
        except RegexError:
            raise TestProblem("regex") from None
        found = compiled.search(left, 0, self.m.host.budget)
        return found is not None


def judge(m: Machine, words: list[list[Any]]) -> int:
    """Return the status of a condition.

    Each word comes as text, as pattern, whether it is an operator, and as regular expression.
    """
    state = _Judge(m, words)
    m.host.budget.take("steps", 1 + sum(len(w[0]) for w in words) // 500)
    try:
        value = state.either()
    except TestProblem as problem:
        if problem.kind == "integer":
            m.complain(f"[[: {problem.token}: integer expression expected")
        return 2
    return int(not value)


@dataclass(eq=False)
class ConditionFrame(ExpandingFrame):
    """``[[ … ]]``."""

    node: Condition
    at: int = 0
    words: list[Any] = field(default_factory=list)

    def step(self, m: Machine) -> None:
        """Expand the words, then judge."""
        if self.at < len(self.node.words):
            m.shell.line = self.node.line
            word = self.node.words[self.at]
            if len(word) == 1 and isinstance(word[0], Lit) and not word[0].quoted:
                self.words.append([word[0].text, word[0].text, True, word[0].text])
            else:
                def both(expansion: Expansion) -> list[Any]:
                    glob, regex = expansion.condition(word)
                    return [pattern.literal(glob), glob, False, regex]

                found = m.expand(self, both)
                if found is None:
                    return
                self.words.append(found)
            self.at += 1
            return
        m.finish(judge(m, self.words))


@dataclass(eq=False)
class CalculationFrame(ExpandingFrame):
    """``(( … ))``."""

    node: Calculation

    def step(self, m: Machine) -> None:
        """Calculate."""
        m.shell.line = self.node.line
        value = m.expand(self, lambda expansion: expansion.arithmetic(self.node.word))
        if value is not None:
            m.finish(int(value == 0))
