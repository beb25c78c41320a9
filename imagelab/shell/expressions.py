"""Expressions of test: how bash, dash, busybox and the GNU program read them.

POSIX settles what up to four words mean; of longer expressions, and of wrong ones, each has its
own view, found by comparing.
"""

from __future__ import annotations

from imagelab.shell.tester import Tester, TestProblem

_MAX_DEPTH = 30


class _Expression:
    """Words that are read from left to right: ``-o`` binds less than ``-a``."""

    def __init__(self, tests: Tester, words: list[str]) -> None:
        self.tests, self.words = tests, words
        self.pos = self.depth = 0

    def word(self, ahead: int = 0) -> str | None:
        at = self.pos + ahead
        return self.words[at] if at < len(self.words) else None

    def value(self) -> bool:
        raise NotImplementedError

    def either(self) -> bool:
        value = self.both()
        while self.word() in self.ors():
            self.pos += 1
            other = self.both()
            value = value or other
        return value

    def both(self) -> bool:
        value = self.negated()
        while self.word() in self.ands():
            self.pos += 1
            other = self.negated()
            value = value and other
        return value

    def ors(self) -> tuple[str, ...]:
        return ("||",) if self.tests.double else ("-o",)

    def ands(self) -> tuple[str, ...]:
        return ("&&",) if self.tests.double else ("-a",)

    def negated(self) -> bool:
        negate = False
        while self.word() == "!":
            self.pos += 1
            if self.word() is None and self.tests.style in ("ash", "dash"):
                return not negate
            negate = not negate
        return self.primary() != negate

    def primary(self) -> bool:
        raise NotImplementedError

    def grouped(self) -> bool:
        """Read on behind an opening parenthesis that stands at the position."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise TestProblem("many", "(")
        self.pos += 1
        value = self.either()
        if self.word() != ")":
            raise TestProblem("paren", self.word() or "")
        self.pos += 1
        self.depth -= 1
        return value

    def compared(self) -> bool:
        """Compare the word at the position with the one behind the operator."""
        left, operator, right = self.word() or "", self.word(1) or "", self.word(2)
        if right is None:
            raise TestProblem("missing", operator, left)
        self.pos += 3
        return self.tests.binary(left, operator, right)

    def asked(self) -> bool:
        """Apply the operator at the position to the word behind it."""
        operator, operand = self.word() or "", self.word(1)
        if operand is None:
            raise TestProblem("missing", operator)
        self.pos += 2
        return self.tests.unary(operator[1], operand)

    def plain(self) -> bool:
        self.pos += 1
        return self.words[self.pos - 1] != ""


class _Counted(_Expression):
    """bash and GNU: up to four words are judged by their number, more by the grammar."""

    def value(self) -> bool:
        if len(self.words) <= 4:
            return self.few(self.words)
        return self.many()

    def few(self, words: list[str]) -> bool:
        tests, count = self.tests, len(words)
        if count == 0:
            return False
        if count == 1:
            return words[0] != ""
        if count == 2:
            if words[0] == "!":
                return words[1] == ""
            if tests.is_unary(words[0]):
                return tests.unary(words[0][1], words[1])
            lone = tests.style == "gnu" and not (len(words[0]) == 2 and words[0][0] == "-")
            raise TestProblem("argument" if lone else "unary", words[0], words[1])
        if count == 3:
            return self.three(words)
        if words[0] == "!":
            return not self.three(words[1:])
        if words[0] == "(" and words[3] == ")":
            return self.few(words[1:3])
        return self.many()

    def three(self, words: list[str]) -> bool:
        left, operator, right = words
        if self.tests.is_binary(operator):
            return self.tests.binary(left, operator, right)
        if operator in ("-a", "-o"):
            found = left != "", right != ""
            return all(found) if operator == "-a" else any(found)
        if left == "!":
            return not self.few(words[1:])
        if left == "(" and right == ")":
            return operator != ""
        raise TestProblem("binary", operator, left)

    def many(self) -> bool:
        value = self.either()
        rest = self.word()
        if rest is not None:
            stray = self.tests.style == "bash" and rest.startswith("-")
            raise TestProblem("stray" if stray else "many", rest, self.words[0])
        return value

    def primary(self) -> bool:
        word = self.word()
        if word is None:
            raise TestProblem("argument", before=self.words[-1])
        if word == "(":
            return self.grouped()
        if self.word(2) is not None and self.tests.is_binary(self.word(1)):
            return self.compared()
        if self.tests.is_unary(word):
            if self.word(1) is None:
                raise TestProblem("argument", before=word)
            return self.asked()
        return self.plain()


class _Busybox(_Expression):
    """busybox: the grammar for all, a comparison of three words excepted."""

    def value(self) -> bool:
        words, tests = self.words, self.tests
        if len(words) < 2:
            return words not in ([], [""])
        if len(words) == 3 and tests.is_binary(words[1]):
            return tests.binary(*words)
        if len(words) == 4 and words[0] == "(" and words[3] == ")" and (
            tests.is_unary(words[1])
        ):
            raise TestProblem("paren")  # busybox gets lost in that
        value = self.either()
        if self.word() is not None:
            raise TestProblem("many", self.word() or "")
        return value

    def primary(self) -> bool:
        word = self.word()
        if word is None:
            raise TestProblem("argument")
        if word == "(":
            return self.grouped()
        binary = self.tests.is_binary(self.word(1))
        if self.word(2) is not None and binary:
            return self.compared()
        if self.tests.is_unary(word):
            return self.plain() if self.word(1) is None else self.asked()
        return self.compared() if binary else self.plain()


class _Dash(_Expression):
    """dash: an operator with nothing behind it, or with a comparison there, is a word."""

    def value(self) -> bool:
        negate = self._simplify()
        if not self.words:
            return negate
        if len(self.words) == 3 and self.tests.is_binary(self.words[1]):
            return self.compared() != negate
        value = self.either()
        if self.word() is not None:
            raise TestProblem("many", self.words[self.pos - 1])
        return value != negate

    def _simplify(self) -> bool:
        """Take parentheses or ``!`` off three or four words; return whether it was ``!``."""
        negate = False
        while len(self.words) in (3, 4):
            first, second, *_, last = self.words
            if len(self.words) == 3 and self.tests.is_binary(second):
                break
            if first == "(" and last == ")":
                self.words = self.words[1:-1]
                break
            if first != "!":
                break
            self.words, negate = self.words[1:], True
        return negate

    def primary(self) -> bool:
        word, after = self.word(), self.word(1)
        if word is None:
            return False
        if word == "(" and after is not None:
            return self.grouped()
        if self.tests.is_unary(word) and after is not None and not (
            self.word(2) is not None and self.tests.is_binary(after)
        ):
            return self.asked()
        return self.compared() if self.tests.is_binary(after) else self.plain()

    def grouped(self) -> bool:
        if self.word(1) == ")":
            self.pos += 2
            return False
        return super().grouped()


_KINDS: dict[str, type[_Expression]] = {
    "bash": _Counted, "gnu": _Counted, "ash": _Busybox, "dash": _Dash}


def judge(tests: Tester, words: list[str]) -> bool:
    """Return an expression's value.

    Raises:
        TestProblem: it is wrong.
    """
    tests.host.budget.take("steps", 1 + sum(map(len, words)) // 500 + len(words) // 20)
    return _KINDS[tests.style](tests, words).value()
