"""What the operators of test ask: the same for all shells, but for which of them each one has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell import pattern
from imagelab.shell.escapes import encode
from imagelab.shell.streams import Host, Open, device_node, is_terminal, plain_path


class TestProblem(Exception):
    """A wrong expression: ``integer``, ``unary``, ``binary``, ``argument``, ``many``, ``paren``.

    Attributes:
        kind: see above; also ``missing``, an operator without its operand, and ``regex``.
        token: the word that is to blame, or the operator.
        before: the word in front of it.
    """

    def __init__(self, kind: str, token: str = "", before: str = "") -> None:
        """Keep the parts; the shell words them."""
        super().__init__(kind)
        self.kind, self.token, self.before = kind, token, before


_COMMON = frozenset("bcdefghknprstuwxzLSGO")
_UNARY = {"bash": _COMMON | set("aNovR"), "dash": _COMMON, "ash": _COMMON,
          "gnu": _COMMON | set("N")}
NUMBERS = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")
_BINARY = frozenset(["=", "!=", "<", ">", "-nt", "-ot", "-ef", *NUMBERS])
_KINDS = {"f": Kind.FILE, "d": Kind.DIRECTORY, "L": Kind.SYMLINK, "h": Kind.SYMLINK,
          "p": Kind.FIFO, "c": Kind.CHARACTER, "b": Kind.BLOCK}
_BITS = {"u": 0o4000, "g": 0o2000, "k": 0o1000}


@dataclass(eq=False)
class Tester:
    """Answers what operators ask.

    Attributes:
        host: the container.
        fds: open files.
        cwd: working directory.
        uid: the user who asks.
        gid: that user's group.
        style: ``bash``, ``dash``, ``ash`` or ``gnu`` (the program).
        double: in the ``[[`` of ash, where ``=`` takes a pattern.
        ask: bash only: whether an option is on (``-o``) or a variable set (``-v``).
    """

    host: Host
    fds: dict[int, Open]
    cwd: str
    uid: int
    gid: int
    style: str
    double: bool = False
    ask: Callable[[str, str], bool] | None = None

    def is_unary(self, word: str) -> bool:
        """Whether a word is an operator of one operand."""
        return len(word) == 2 and word[0] == "-" and word[1] in _UNARY[self.style]

    def is_binary(self, word: str | None) -> bool:
        """Whether a word is an operator of two operands."""
        return word in _BINARY or (word == "==" and self.style != "dash") or (
            word == "=~" and self.double)

    def integer(self, text: str) -> int:
        """Return a number.

        Raises:
            TestProblem: it is none.
        """
        if not re.fullmatch(r"\s*[-+]?\d{1,30}\s*", text, re.ASCII):
            raise TestProblem("integer", text)
        value = int(text)
        if not -(1 << 63) <= value < 1 << 63:
            raise TestProblem("range", text)
        return value

    def stat(self, path: str, *, follow: bool = True) -> Node | None:
        """Return what is at a path, or None."""
        try:
            return self.host.files.stat(path, cwd=self.cwd, follow=follow)
        except FileError:
            return device_node(plain_path(path, self.cwd)) if path else None

    def binary(self, left: str, op: str, right: str) -> bool:
        """Compare two words."""
        if op in NUMBERS:
            a, b = self.integer(left), self.integer(right)
            return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b,
                    "-ge": a >= b}[op]
        if op == "-ef":
            from imagelab.shell.programs.inodes import same_file

            return same_file(self.host.files, left, right, self.cwd)
        if op in ("-nt", "-ot"):
            return self._newer(*((left, right) if op == "-nt" else (right, left)))
        if op in ("<", ">"):
            return (encode(left) < encode(right)) == (op == "<") and left != right
        if op == "=~":
            return self._found(left, right)
        same = pattern.matches(right, left) if self.double else left == right
        return same == (op != "!=")

    def _newer(self, one: str, other: str) -> bool:
        """Whether a file is newer; dash and busybox want both to be there."""
        newer, older = self.stat(one), self.stat(other)
        if newer is None or older is None:
            return newer is not None and self.style in ("bash", "gnu")
        return newer.mtime > older.mtime

    def _found(self, text: str, regex: str) -> bool:
        # Few scripts match regular expressions: the others need not import them.
        from imagelab.shell.regex import compile_ere
        from imagelab.shell.regex_parser import RegexError

        try:
            compiled = compile_ere(regex)
        except RegexError:
            raise TestProblem("regex") from None
        return compiled.search(text, 0, self.host.budget) is not None

    def unary(self, letter: str, word: str) -> bool:
        """Ask about a word, a path or a descriptor."""
        if letter in "nz":
            return (word == "") == (letter == "z")
        if letter == "t":
            return self._terminal(word)
        if letter in "ovR":
            return self.ask is not None and self.ask(letter, word)
        node = self.stat(word, follow=letter not in "Lh")
        if node is None:
            return False
        if letter in "rwx":
            return self._may(node, {"r": 4, "w": 2, "x": 1}[letter]) and not (
                letter == "w" and self.style != "ash"
                and self.host.files.is_read_only(word, cwd=self.cwd))
        if letter in _KINDS:
            return node.kind is _KINDS[letter]
        if letter in _BITS:
            return bool(node.mode & _BITS[letter])
        if letter == "s":
            return node.size > 0 or node.is_directory
        if letter in "OG":
            return self.uid == node.uid if letter == "O" else self.gid == node.gid
        return letter in "ea"

    def _terminal(self, word: str) -> bool:
        try:
            return is_terminal(self.host, self.fds.get(self.integer(word)))
        except TestProblem:
            if self.style == "bash":
                return False
            raise

    def _may(self, node: Node, wish: int) -> bool:
        if self.uid == 0:
            return wish != 1 or node.is_directory or bool(node.mode & 0o111)
        is_in = node.gid == self.gid or node.gid in self.host.files.groups
        shift = 6 if node.uid == self.uid else 3 if is_in else 0
        return bool(node.mode >> shift & wish)
