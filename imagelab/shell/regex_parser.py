"""Reading POSIX regular expressions: from a pattern to its tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from imagelab.shell.pattern import bracket

MAX_DEPTH = 40
MAX_REPEAT = 1000

#: A kind and what belongs to it.
Node: TypeAlias = "tuple[Any, ...]"
_Test: TypeAlias = "Callable[[str], bool]"


class RegexError(Exception):
    """A pattern that is wrong; the message is the C library's."""


def is_word(char: str) -> bool:
    """Whether a character belongs to words."""
    return char == "_" or char.isalnum()


class Parsed(NamedTuple):
    """A pattern's tree, the number of its groups, and whether it refers back to them."""

    tree: Node
    groups: int
    backrefs: bool


def parse_pattern(text: str, *, ere: bool, icase: bool) -> Parsed:
    """Return the tree of a basic or extended expression.

    Raises:
        RegexError: it is wrong.
    """
    parser = _Parser(text, ere=ere, icase=icase)
    tree = parser.alternatives()
    if parser.pos < len(text):
        raise RegexError("Unmatched ) or \\)")
    return Parsed(tree, parser.groups, parser.backrefs)


class _Parser:
    def __init__(self, text: str, *, ere: bool, icase: bool) -> None:
        self.text, self.ere, self.icase = text, ere, icase
        self.pos = self.depth = self.groups = 0
        self.backrefs = False

    def at(self, *operators: str) -> str:
        """The operator that stands here, with its backslash in basic expressions."""
        for op in operators:
            written = op if self.ere else "\\" + op
            if self.text.startswith(written, self.pos):
                return written
        return ""

    def alternatives(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RegexError("Regular expression too big")
        branches = [self.sequence()]
        while op := self.at("|"):
            self.pos += len(op)
            branches.append(self.sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self) -> Node:
        items: list[Node] = []
        start = True
        while self.pos < len(self.text):
            if self.at("|") or (self.at(")") and (self.depth > 1 or not self.ere)):
                break
            atom = self.atom(start)
            start = False
            if atom[0] != "bol" or self.ere:
                atom = self.repeated(atom)
            else:
                start = True
            items.append(atom)
        return ("cat", items)

    def repeated(self, atom: Node) -> Node:
        while self.pos < len(self.text):
            if self.text[self.pos] == "*":
                self.pos += 1
                atom = ("rep", atom, 0, -1)
            elif op := self.at("+", "?"):
                self.pos += len(op)
                atom = ("rep", atom, int(op[-1] == "+"), -1 if op[-1] == "+" else 1)
            elif op := self.at("{"):
                bounds = self.bounds(len(op))
                if bounds is None:
                    return atom
                atom = ("rep", atom, *bounds)
            else:
                break
        return atom

    def bounds(self, skip: int) -> tuple[int, int] | None:
        close = "}" if self.ere else "\\}"
        end = self.text.find(close, self.pos)
        inside = self.text[self.pos + skip : end] if end >= 0 else ""
        low, comma, high = inside.partition(",")
        fine = all(not n or (n.isascii() and n.isdigit() and len(n) < 6) for n in (low, high))
        if end < 0 or not fine or not (low or comma):
            if self.ere:
                return None
            raise RegexError("Unmatched \\{" if end < 0 else "Invalid content of \\{\\}")
        self.pos = end + len(close)
        least = int(low or 0)
        most = -1 if comma and not high else int(high) if comma else least
        if max(least, most) > MAX_REPEAT:
            raise RegexError("Regular expression too big")
        if 0 <= most < least:
            raise RegexError("Invalid content of \\{\\}")
        return least, most

    def atom(self, start: bool) -> Node:
        text, char = self.text, self.text[self.pos]
        if op := self.at("("):
            self.pos += len(op)
            self.groups += 1
            number = self.groups
            inside = self.alternatives()
            close = self.at(")")
            if not close:
                raise RegexError("Unmatched ( or \\(")
            self.pos += len(close)
            return ("group", number, inside)
        if not self.ere and self.at(")"):
            raise RegexError("Unmatched ) or \\)")
        self.pos += 1
        if char == ".":
            return ("any",)
        if char == "[":
            found = bracket(text, self.pos, backslash=False)
            if found is None:
                raise RegexError("Unmatched [, [^, [:, [., or [=")
            test, self.pos = found
            return ("set", self.folded(test))
        if char == "^" and (self.ere or start):
            return ("bol",)
        if char == "$" and (self.ere or self.pos == len(text) or self.at(")", "|")):
            return ("eol",)
        if char == "*" and start and self.ere:
            return ("cat", [])
        if char == "\\":
            return self.escaped()
        return self.literal(char)

    def escaped(self) -> Node:
        if self.pos >= len(self.text):
            raise RegexError("Trailing backslash")
        char = self.text[self.pos]
        self.pos += 1
        if char in "123456789":
            if int(char) > self.groups:
                raise RegexError("Invalid back reference")
            self.backrefs = True
            return ("back", int(char))
        tests: dict[str, _Test] = {
            "w": is_word, "W": lambda c: not is_word(c), "s": str.isspace,
            "S": lambda c: not c.isspace(),
        }
        if char in tests:
            return ("set", tests[char])
        if char in "bB<>`'":
            return ("edge", char)
        return self.literal({"n": "\n", "t": "\t"}.get(char, char))

    def literal(self, char: str) -> Node:
        if self.icase and char.lower() != char.upper():
            both = {char.lower(), char.upper(), char}
            return ("set", both.__contains__)
        return ("char", char)

    def folded(self, test: _Test) -> _Test:
        if not self.icase:
            return test
        return lambda c: test(c) or test(c.swapcase())
