"""echo, printf and test: the same rules whether built in or in a file of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imagelab.model.filesystem import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.budget import Budget, ExhaustedError
from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.streams import Host, Open, device_node, is_terminal, plain_path


def echo(args: list[str], *, options: str, escapes: bool) -> bytes:
    """Return what echo prints; ``options`` are the letters it takes."""
    newline = True
    args = list(args)
    while args and len(args[0]) > 1 and args[0][0] == "-" and set(args[0][1:]) <= set(options):
        for letter in args.pop(0)[1:]:
            newline = newline and letter != "n"
            escapes = letter == "e" if letter in "eE" else escapes
    text = " ".join(args)
    stop = False
    if escapes:
        text, stop = unescape(text)
    return encode(text + ("\n" if newline and not stop else ""))


# --- printf ------------------------------------------------------------------------------------

_DIRECTIVE = re.compile(r"%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([a-zA-Z%])")
MAX_WIDTH = 1 << 20


@dataclass
class Printed:
    """What printf made: its output, and its errors as kind and argument."""

    data: bytes = b""
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Printf:
    args: list[str]
    budget: Budget
    out: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    strict: bool = False
    used: bool = False
    stop: bool = False

    def argument(self) -> str | None:
        if self.args:
            self.used = True
            return self.args.pop(0)
        return None

    def number(self, text: str | None) -> int:
        if text is None:
            return 0
        text = text.strip() if text[:1] != " " else text.lstrip()
        if text[:1] in ("'", '"') and len(text) > 1:
            return ord(text[1])
        match = re.match(r"[-+]?(0[xX][0-9a-fA-F]+|\d{1,400})", text, re.ASCII)
        if match is None:
            self.problems.append(("number", text))
            return 0
        if match.end() != len(text):
            self.problems.append(("rest", text))
            if self.strict:
                return 0
        digits = match[1]
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
        try:
            value = int(digits, base)
        except ValueError:
            self.problems.append(("rest", text))
            value = int(re.match(r"[0-7]*", digits)[0] or "0", 8)  # type: ignore[index]
        return max(-(1 << 63), min((1 << 64) - 1, -value if text[0] == "-" else value))

    def real(self, text: str | None) -> float:
        try:
            return float(text) if text else 0.0
        except ValueError:
            self.problems.append(("number", text or ""))
            return 0.0

    def run(self, text: str) -> None:
        pos = 0
        while pos < len(text) and not self.stop:
            if text[pos] == "\\":
                end = pos + 2
                while end < len(text) and end < pos + 5 and text[end] in "01234567abcdefABCDEF":
                    end += 1
                if text[pos + 1 : pos + 2] == '"':
                    self.out.append('"')
                    pos += 2
                    continue
                if text[pos + 1 : pos + 2] not in tuple("x01234567"):
                    end = pos + 2
                elif text[pos + 1] != "x":
                    octal = re.match(r"[0-7]{1,3}", text[pos + 1 :])
                    end = pos + 1 + (octal.end() if octal else 1)
                else:
                    hexes = re.match(r"[0-9a-fA-F]{1,2}", text[pos + 2 :])
                    end = pos + 2 + (hexes.end() if hexes else 0)
                piece, self.stop = unescape(text[pos:end], zero=False)
                self.out.append(piece)
                pos = end
            elif text[pos] == "%":
                match = _DIRECTIVE.match(text, pos)
                if match is None:
                    self.problems.append(("format", text[pos : pos + 2]))
                    self.stop = True
                    return
                self.directive(match)
                pos = match.end()
            else:
                end = pos
                while end < len(text) and text[end] not in "\\%":
                    end += 1
                self.out.append(text[pos:end])
                pos = end

    def directive(self, match: re.Match[str]) -> None:
        flags, letter = match[1], match[4]
        if letter == "%":
            self.out.append("%")
            return
        width = self.number(self.argument()) if match[2] == "*" else int((match[2] or "0")[:12])
        if width < 0:
            flags, width = flags + "-", -width
        precision = -1
        if match[3] is not None:
            precision = self.number(self.argument()) if match[3] == "*" else int(
                (match[3] or "0")[:12]
            )
        if width > MAX_WIDTH or precision > MAX_WIDTH:
            raise ExhaustedError("words")
        text = self.converted(letter, flags, precision)
        if text is None:
            self.problems.append(("directive", match[0]))
            self.stop = True
            return
        missing = width - len(encode(text))
        if missing > 0:
            self.budget.take("words", missing)
            if "-" in flags:
                text += " " * missing
            elif "0" in flags and letter in "diouxXeEfFgG" and (
                precision < 0 or letter in "eEfFgG"
            ):
                sign = re.match(r"[-+ ]?(0[xX])?", text)
                at = sign.end() if sign else 0
                text = text[:at] + "0" * missing + text[at:]
            else:
                text = " " * missing + text
        self.out.append(text)

    def converted(self, letter: str, flags: str, precision: int) -> str | None:
        if letter in ("s", "b", "q"):
            text = self.argument() or ""
            if letter == "b":
                text, self.stop = unescape(text)
            if letter == "q":
                from imagelab.shell.quoting import shell_quote

                text = shell_quote(text) if text else "''"
            if precision >= 0:
                text = decode(encode(text)[:precision])
            return text
        if letter == "c":
            return decode(encode(self.argument() or "")[:1])
        if letter in "di":
            value = self.number(self.argument())
            sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
            return sign + str(abs(value)).zfill(max(precision, 0))
        if letter in "ouxX":
            value = self.number(self.argument()) % (1 << 64)
            digits = format(value, {"u": "d"}.get(letter, letter)).zfill(max(precision, 0))
            if "#" in flags and letter in "xX" and value:
                digits = "0" + letter + digits
            if "#" in flags and letter == "o" and digits[0] != "0":
                digits = "0" + digits
            return digits
        if letter in "eEfFgG":
            real = self.real(self.argument())
            kept = "".join(c for c in flags if c in "+ #")
            places = min(precision, 400) if precision >= 0 else 6
            return f"%{kept}.{places}{letter}" % real
        return None


def printf(args: list[str], budget: Budget, *, strict: bool = False) -> Printed:
    """Return what printf prints for a format and its arguments; the format is used again.

    Args:
        args: format and arguments.
        budget: pays for the work.
        strict: a number with something after it counts as 0 (busybox).
    """
    state = _Printf(args[1:], budget, strict=strict)
    while True:
        state.used = False
        budget.take("steps")
        state.run(args[0])
        if state.stop or not state.args or not state.used:
            break
    data = encode("".join(state.out))
    budget.take("words", len(data))
    return Printed(data, state.problems)


# --- test --------------------------------------------------------------------------------------


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


@dataclass
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
