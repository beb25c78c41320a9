"""test: the same rules whether built in or in a file of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import encode
from imagelab.shell.streams import Host, Open, device_node, is_terminal, plain_path


class TestProblem(Exception):
    """A wrong expression: ``integer``, ``unary``, ``binary``, ``argument``, ``many``, ``paren``."""

    def __init__(self, kind: str, token: str = "", before: str = "") -> None:
        """Keep the parts; the shell words them."""
        super().__init__(kind)
        self.kind, self.token, self.before = kind, token, before


_UNARY = frozenset("bcdefghLknoprsStuwxzOGN")
_BINARY = frozenset(
    ["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"]
)


@dataclass(eq=False)
class Tester:
    """Evaluates test expressions.

    Attributes:
        stat: returns a path's node, links followed or not, or None.
        access: whether a path may be read (4), written (2) or run (1).
        terminal: whether a descriptor is a terminal.
    """

    stat: Callable[[str, bool], Node | None]
    access: Callable[[str, int], bool]
    terminal: Callable[[int], bool]
    args: list[str] = field(default_factory=list)
    pos: int = 0
    depth: int = 0

    def run(self, args: list[str]) -> bool:
        """Return an expression's value.

        Raises:
            TestProblem: it is wrong.
        """
        self.args, self.pos = args, 0
        count = len(args)
        if count == 0:
            return False
        if count == 1:
            return args[0] != ""
        if count == 2:
            if args[0] == "!":
                return args[1] == ""
            if self._is_unary(args[0]):
                return self.unary(args[0][1], args[1])
            raise TestProblem("unary", args[0], args[1])
        if count == 3 and args[1] in _BINARY:
            return self.binary(args[0], args[1], args[2])
        if count == 3 and args[0] == "!":
            return not self.run(args[1:])
        if count == 3 and args[0] == "(" and args[2] == ")":
            return args[1] != ""
        if count == 3 and args[1] not in ("-a", "-o"):
            raise TestProblem("binary", args[1], args[0])
        if count == 4 and args[0] == "!":
            return not self.run(args[1:])
        value = self._or()
        if self.pos < len(self.args):
            raise TestProblem("many", self.args[self.pos], self.args[0])
        return value

    @staticmethod
    def _is_unary(word: str) -> bool:
        return len(word) == 2 and word[0] == "-" and word[1] in _UNARY

    def _peek(self, ahead: int = 0) -> str | None:
        at = self.pos + ahead
        return self.args[at] if at < len(self.args) else None

    def _or(self) -> bool:
        value = self._and()
        while self._peek() == "-o":
            self.pos += 1
            other = self._and()
            value = value or other
        return value

    def _and(self) -> bool:
        value = self._not()
        while self._peek() == "-a":
            self.pos += 1
            other = self._not()
            value = value and other
        return value

    def _not(self) -> bool:
        negate = False
        while self._peek() == "!":
            self.pos += 1
            negate = not negate
        return self._primary() != negate

    def _primary(self) -> bool:
        word = self._peek()
        if word is None:
            raise TestProblem("argument")
        operator = self._peek(1)
        if operator in _BINARY and self._peek(2) is not None:
            self.pos += 3
            return self.binary(word, operator or "", self.args[self.pos - 1])
        if word == "(":
            self.depth += 1
            if self.depth > 30:
                raise TestProblem("many", word)
            self.pos += 1
            value = self._or()
            if self._peek() != ")":
                raise TestProblem("paren", self._peek() or "")
            self.pos += 1
            self.depth -= 1
            return value
        if self._is_unary(word) and operator is not None:
            self.pos += 2
            return self.unary(word[1], operator)
        self.pos += 1
        return word != ""

    @staticmethod
    def integer(text: str) -> int:
        """Return a number.

        Raises:
            TestProblem: it is none.
        """
        if not re.fullmatch(r"\s*[-+]?\d{1,30}\s*", text, re.ASCII):
            raise TestProblem("integer", text)
        return int(text)

    def binary(self, left: str, op: str, right: str) -> bool:
        """Compare two words."""
        if op in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
            a, b = self.integer(left), self.integer(right)
            return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b,
                    "-ge": a >= b}[op]
        if op in ("-nt", "-ot", "-ef"):
            one, two = self.stat(left, True), self.stat(right, True)
            if op == "-ef":
                return one is not None and one is two
            newer, older = (one, two) if op == "-nt" else (two, one)
            return newer is not None and (older is None or newer.mtime > older.mtime)
        if op in ("<", ">"):
            return (encode(left) < encode(right)) == (op == "<") and left != right
        return (left == right) == (op != "!=")

    def unary(self, letter: str, word: str) -> bool:
        """Ask about a word, a path or a descriptor."""
        if letter in "nz":
            return (word == "") == (letter == "z")
        if letter == "t":
            return self.terminal(self.integer(word))
        if letter == "o":
            return False
        node = self.stat(word, letter not in "Lh")
        if node is None:
            return False
        if letter in "rwx":
            return self.access(word, {"r": 4, "w": 2, "x": 1}[letter])
        kinds = {"f": Kind.FILE, "d": Kind.DIRECTORY, "L": Kind.SYMLINK, "h": Kind.SYMLINK,
                 "p": Kind.FIFO, "c": Kind.CHARACTER, "b": Kind.BLOCK}
        if letter in kinds:
            return node.kind is kinds[letter]
        bits = {"u": 0o4000, "g": 0o2000, "k": 0o1000}
        if letter in bits:
            return bool(node.mode & bits[letter])
        if letter == "s":
            return node.size > 0
        return letter in "eOGN"


def tester(host: Host, fds: dict[int, Open], cwd: str, uid: int, gid: int) -> Tester:
    """Return a tester over a container's files."""
    files = host.files

    def stat(path: str, follow: bool) -> Node | None:
        try:
            return files.stat(path, cwd=cwd, follow=follow)
        except FileError:
            return device_node(plain_path(path, cwd)) if path else None

    def access(path: str, wish: int) -> bool:
        node = stat(path, True)
        if node is None:
            return False
        if uid == 0:
            return wish != 1 or node.is_directory or bool(node.mode & 0o111)
        shift = 6 if node.uid == uid else 3 if node.gid == gid else 0
        return bool(node.mode >> shift & wish)

    return Tester(stat, access, lambda fd: is_terminal(host, fds.get(fd)))
