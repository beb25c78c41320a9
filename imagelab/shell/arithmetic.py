"""Integer arithmetic of ``$((…))``: 64 bits, two's complement, as C has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

MAX_DEPTH = 60
_MAX_DIGITS = 400

_BINARY = [
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", ">", "<=", ">="),
    ("<<", ">>"), ("+", "-"), ("*", "/", "%"), ("**",),
]
_LEVEL = {op: level for level, ops in enumerate(_BINARY) for op in ops}
_ASSIGN = {"=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>="}


@cache
def _token() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z@_]+|\d+)|([A-Za-z_]\w*)"
        r"|(<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&^|]=|[-+*/%<>=!~&^|?:(),]))",
        re.ASCII,
    )


class ArithmeticProblem(Exception):
    """An expression that has no value.

    Attributes:
        kind: ``zero`` (division), ``syntax``, ``operand``, ``variable`` …
        token: the rest of the expression from the error on.
    """

    def __init__(self, kind: str, token: str = "") -> None:
        """Keep the parts; the shell words them."""
        super().__init__(kind)
        self.kind, self.token = kind, token


def wrap(number: int) -> int:
    """Return a number cut to 64 bits with a sign."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def number_of(text: str) -> int:
    """Return the value of a constant.

    Raises:
        ArithmeticProblem: it is none.
    """
    if len(text) > _MAX_DIGITS:
        raise ArithmeticProblem("syntax", text[:20])
    try:
        if "#" in text:
            base, _, digits = text.partition("#")
            return wrap(int(digits, int(base)))
        if text[:2] in ("0x", "0X"):
            return wrap(int(text, 16))
        return wrap(int(text, 8) if text[0] == "0" else int(text))
    except ValueError:
        raise ArithmeticProblem("base", text) from None


class _Evaluator:
    def __init__(self, text: str, get: Callable[[str], str], put: Callable[[str, str], None],
                 depth: int, dialect: str) -> None:
        self.text, self.get, self.put, self.depth = text, get, put, depth
        self.dialect, self.dash, self.choices = dialect, dialect == "dash", 0
        self.pos = 0
        self.start = 0
        self.kind = self.value = ""
        self.quiet = 0
        self.advance()

    def advance(self) -> None:
        self.start = self.pos
        match = _token().match(self.text, self.pos)
        if match is None:
            rest = self.text[self.pos :].strip()
            if rest:
                raise ArithmeticProblem(
                    "operator" if self.start and rest[0] in ".@" else "syntax", rest)
            self.kind, self.value = "end", ""
            return
        self.pos = match.end()
        self.kind = "number" if match[1] else "name" if match[2] else "op"
        self.value = match[1] or match[2] or match[3]
        if self.dash and (self.value in ("**", "++", "--") or "#" in self.value):
            # dash has no such operators and bases: it reads the first sign alone.
            cut = len(self.value) - len(self.value.partition("#")[0] if "#" in self.value
                                        else self.value[0])
            self.pos -= cut
            self.value = self.value[: len(self.value) - cut]

    def rest(self) -> str:
        return self.text[self.start :].strip()

    def take(self, op: str) -> bool:
        if self.kind == "op" and self.value == op:
            self.advance()
            return True
        return False

    def comma(self) -> int:
        value = self.assignment()
        while not self.dash and self.take(","):
            value = self.assignment()
        return value

    def nested(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ArithmeticProblem("depth")

    def assignment(self) -> int:
        self.nested()
        if self.kind == "name":
            name, saved = self.value, (self.start, self.pos)
            self.advance()
            if self.kind == "op" and self.value in _ASSIGN:
                op = self.value[:-1]
                self.advance()
                value = self.assignment()
                if op:
                    value = self.apply(op, self.variable(name), value, self.rest())
                if not self.quiet:
                    self.put(name, str(value))
                self.depth -= 1
                return value
            self.pos = saved[0]
            self.advance()
        value = self.ternary()
        self.depth -= 1
        return value

    def ternary(self) -> int:
        condition = self.binary(0)
        if not self.take("?"):
            return condition
        self.choices += 1
        self.quiet += not condition
        choices = self.choices
        first = self.assignment()
        if self.dialect == "ash" and self.choices > choices:
            raise ArithmeticProblem("ternary")
        self.quiet -= not condition
        if not self.take(":"):
            raise ArithmeticProblem("syntax", self.rest())
        self.quiet += bool(condition)
        second = self.assignment()
        self.quiet -= bool(condition)
        return first if condition else second

    def binary(self, level: int) -> int:
        """Precedence climbing: one call for a chain of any operators of this level or above."""
        left = self.unary()
        while self.kind == "op" and (found := _LEVEL.get(self.value, -1)) >= level:
            op = self.value
            self.advance()
            if op in ("&&", "||"):
                skip = (op == "&&") != bool(left)
                self.quiet += skip
                right = self.deeper(found + 1)
                self.quiet -= skip
                left = int(bool(left) and bool(right)) if op == "&&" else int(
                    bool(left) or bool(right)
                )
            else:
                where = self.rest()
                right = self.deeper(found if op == "**" else found + 1)
                left = self.apply(op, left, right, where)
        return left

    def deeper(self, level: int) -> int:
        self.nested()
        value = self.binary(level)
        self.depth -= 1
        return value

    def unary(self) -> int:
        self.nested()
        try:
            return self.operand()
        finally:
            self.depth -= 1

    def operand(self) -> int:
        if self.kind == "op" and self.value in ("++", "--"):
            op = self.value
            self.advance()
            if self.kind != "name":
                value = self.unary()
                return value
            name = self.value
            self.advance()
            return self.step(name, op)[1]
        for op in "+-!~":
            if self.take(op):
                value = self.unary()
                return {"+": value, "-": wrap(-value), "!": int(not value), "~": ~value}[op]
        if self.take("("):
            value = self.comma()
            if not self.take(")"):
                raise ArithmeticProblem("paren", self.rest())
            return value
        if self.kind == "number":
            value = self.constant(self.value)
            self.advance()
            return value
        if self.kind == "name":
            name = self.value
            self.advance()
            if self.kind == "op" and self.value in ("++", "--"):
                op = self.value
                self.advance()
                return self.step(name, op)[0]
            return self.variable(name)
        raise ArithmeticProblem("operand", self.rest())

    def constant(self, text: str) -> int:
        if not self.dash:
            return number_of(text)
        digits = text[2:] if text[:2] in ("0x", "0X") else text
        if len(digits) > 40:
            raise ArithmeticProblem("syntax", text[:20])
        base = 16 if digits != text else 8 if text[0] == "0" else 10
        try:
            return min(int(digits, base), (1 << 63) - 1)  # dash stops at the largest number
        except ValueError:
            raise ArithmeticProblem("syntax", text) from None

    def step(self, name: str, op: str) -> tuple[int, int]:
        old = self.variable(name)
        new = wrap(old + (1 if op == "++" else -1))
        if not self.quiet:
            self.put(name, str(new))
        return old, new

    def variable(self, name: str) -> int:
        text = self.get(name).strip()
        if not text:
            return 0
        sign = -1 if text[0] == "-" else 1
        digits = text[1:] if text[0] in "+-" else text
        if digits.isascii() and digits.isalnum() and digits[0].isdigit():
            return wrap(sign * self.constant(digits))
        if self.dash:
            raise ArithmeticProblem("variable", text)
        self.nested()
        value = _Evaluator(text, self.get, self.put, self.depth, self.dialect).whole()
        self.depth -= 1
        return value

    def apply(self, op: str, a: int, b: int, where: str) -> int:
        if op in ("/", "%"):
            if b == 0:
                if self.quiet:
                    return 0
                raise ArithmeticProblem("zero", where)
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return wrap(quotient if op == "/" else a - quotient * b)
        if op == "**":
            if b < 0:
                raise ArithmeticProblem("exponent", self.rest())
            return wrap(pow(a, b, 1 << 64))
        if op in ("<<", ">>"):
            return wrap(a << (b & 63)) if op == "<<" else a >> (b & 63)
        results: dict[str, Callable[[], int]] = {
            "|": lambda: a | b, "^": lambda: a ^ b, "&": lambda: a & b,
            "==": lambda: int(a == b), "!=": lambda: int(a != b),
            "<": lambda: int(a < b), ">": lambda: int(a > b),
            "<=": lambda: int(a <= b), ">=": lambda: int(a >= b),
            "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b,
        }
        return wrap(results[op]())

    def whole(self) -> int:
        if self.kind == "end":
            if self.dash:
                raise ArithmeticProblem("operand")
            return 0
        value = self.comma()
        if self.kind != "end":
            raise ArithmeticProblem("assign" if self.value in _ASSIGN else "syntax", self.rest())
        return value


def evaluate(text: str, get: Callable[[str], str], put: Callable[[str, str], None], *,
             dialect: str = "bash") -> int:
    """Return the value of an expression; variables are read and set through the functions.

    dash has no ``**``, ``,``, ``++`` and bases; ash no choice inside the first half of another.

    Raises:
        ArithmeticProblem: it has none.
    """
    return _Evaluator(text, get, put, 0, dialect).whole()
