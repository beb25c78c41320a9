r"""Regular expressions as Go's ``regexp`` package reads them, for the name filter of ``ps``.

Only whether they match somewhere is asked, so a lazy operator is an eager one, and a group keeps
nothing. The matcher is the shell's, which no pattern can make slow. Of ``\p{…}`` the general
categories are known, scripts are not.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache

from imagelab.shell.budget import Budget, ExhaustedError
from imagelab.shell.pattern import CLASSES, Test
from imagelab.shell.regex import Pattern
from imagelab.shell.regex_parser import MAX_REPEAT, Node, Parsed, RegexError

_MAX_DEPTH = 50
_WORD = frozenset(string.ascii_letters + string.digits + "_")
_PERL: dict[str, Test] = {
    "d": lambda c: c in string.digits, "w": _WORD.__contains__, "s": lambda c: c in "\t\n\f\r ",
}
_CLASSES: dict[str, Test] = {**CLASSES, "word": _WORD.__contains__, "ascii": str.isascii}
_CONTROL = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_BOUNDS = re.compile(r"\{([0-9]{1,5})(,?)([0-9]{0,5})\}")
_FLAGS = re.compile(r"\(\?([imsU]*)(-[imsU]+)?([:)])")
_NAMED = re.compile(r"\(\?P<([A-Za-z0-9_]+)>")
_CLASS = re.compile(r"\[:(\^?)(.*?):\]")
_CATEGORY = re.compile(r"\{(\^?)(\w+)\}|(\w)")
_CODE = re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})")
#: Unicode's general categories: a letter for the group, two for one of it.
_CATEGORIES = re.compile(r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfos]?")


def go_search(pattern: str, texts: tuple[str, ...], budget: Budget) -> bool:
    """Whether an expression is found in any of some texts; one that is wrong finds nothing."""
    try:
        return any(_compile(pattern).search(text, 0, budget) for text in texts)
    except (RegexError, ExhaustedError):
        return False


@lru_cache(maxsize=64)
def _compile(pattern: str) -> Pattern:
    return Pattern(Parsed(_Parser(pattern).whole(), groups=0, backrefs=False))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = self.depth = 0
        self.fold = False

    def whole(self) -> Node:
        tree = self.alternatives()
        if self.pos < len(self.text):
            raise RegexError("unexpected )")
        return tree

    def take(self, words: str) -> bool:
        if not self.text.startswith(words, self.pos):
            return False
        self.pos += len(words)
        return True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.pos)
        if found:
            self.pos = found.end()
        return found

    def alternatives(self) -> Node:
        """Branches up to the end or to a parenthesis; flags set inside end with them."""
        fold, self.depth = self.fold, self.depth + 1
        if self.depth > _MAX_DEPTH:
            raise RegexError("expression nests too deeply")
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        self.fold, self.depth = fold, self.depth - 1
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self) -> Node:
        items: list[Node] = []
        while self.pos < len(self.text) and self.text[self.pos] not in "|)":
            if self.take("\\Q"):
                items.extend(self.quoted())
            elif not self.flags():
                items.append(self.repeated(self.atom()))
            elif items:  # An operator after flags is about what stands before them.
                items[-1] = self.repeated(items[-1])
        return ("cat", items)

    def flags(self) -> bool:
        """Take ``(?i)``, which holds up to the end of the group it stands in."""
        found = _FLAGS.match(self.text, self.pos)
        if found is None or found[3] == ":":
            return False
        self.pos = found.end()
        self.set_flags(found)
        return True

    def set_flags(self, found: re.Match[str]) -> None:
        if "i" in found[1]:
            self.fold = True
        if "i" in (found[2] or ""):
            self.fold = False

    def quoted(self) -> list[Node]:
        end = self.text.find("\\E", self.pos)
        inside = self.text[self.pos : end if end >= 0 else None]
        self.pos = end + 2 if end >= 0 else len(self.text)
        return [self.one_of(char.__eq__) for char in inside]

    def repeated(self, atom: Node) -> Node:
        bounds = self.repetition()
        if bounds is None:
            return atom
        self.take("?")
        if self.repetition() is not None:
            raise RegexError("invalid nested repetition operator")
        return ("rep", atom, *bounds)

    def repetition(self) -> tuple[int, int] | None:
        """The least and the greatest count of an operator here, -1 for no end."""
        for sign, bounds in (("*", (0, -1)), ("+", (1, -1)), ("?", (0, 1))):
            if self.take(sign):
                return bounds
        found = self.match(_BOUNDS)
        if found is None:
            return None
        least = int(found[1])
        most = int(found[3]) if found[3] else -1 if found[2] else least
        if max(least, most) > MAX_REPEAT or 0 <= most < least:
            raise RegexError("invalid repeat count")
        return least, most

    def atom(self) -> Node:
        if self.repetition() is not None:
            raise RegexError("missing argument to repetition operator")
        char = self.text[self.pos]
        if char == "(":
            return self.group()
        self.pos += 1
        if char == "[":
            return self.one_of(self.bracket())
        if char == ".":
            return ("any",)
        if char in "^$":
            return ("bol",) if char == "^" else ("eol",)
        if char == "\\":
            return self.escaped()
        return self.one_of(char.__eq__)

    def group(self) -> Node:
        fold = self.fold
        if found := self.match(_FLAGS):
            self.set_flags(found)
        elif not self.match(_NAMED) and not self.text.startswith("(?", self.pos):
            self.pos += 1
        elif self.text.startswith("(?", self.pos):
            raise RegexError("invalid or unsupported Perl syntax")
        inside = self.alternatives()
        self.fold = fold
        if not self.take(")"):
            raise RegexError("missing closing )")
        return inside

    def escaped(self) -> Node:
        edges: dict[str, Node] = {
            "A": ("edge", "`"), "z": ("edge", "'"), "b": ("edge", "b"), "B": ("edge", "B")}
        char = self.text[self.pos : self.pos + 1]
        if char in edges:
            self.pos += 1
            return edges[char]
        test = self.set_escape()
        return self.one_of(test or self.character().__eq__)

    def set_escape(self) -> Test | None:
        r"""Take ``d``, ``W``, ``pL`` or ``P{Lu}`` after a backslash, if one stands here."""
        char = self.text[self.pos : self.pos + 1]
        if char and char.lower() in _PERL:
            self.pos += 1
            return _unless(char.isupper(), _PERL[char.lower()])
        if char not in ("p", "P"):
            return None
        self.pos += 1
        found = self.match(_CATEGORY)
        name = (found[2] or found[3]) if found else ""
        if found is None or not _CATEGORIES.fullmatch(name):
            raise RegexError("invalid character class range")
        return _unless((char == "P") != bool(found[1]),
                       lambda c: unicodedata.category(c).startswith(name))

    def character(self) -> str:
        """Take one character that follows a backslash, or its number."""
        char = self.text[self.pos : self.pos + 1]
        self.pos += 1
        if char in _CONTROL:
            return _CONTROL[char]
        if char == "x" and (found := self.match(_CODE)):
            code = int(found[1] or found[2], 16)
            if code <= 0x10FFFF:
                return chr(code)
        elif char and char in "01234567":
            digits = char
            while len(digits) < 3 and self.text[self.pos : self.pos + 1] in tuple("01234567"):
                digits += self.text[self.pos]
                self.pos += 1
            if char == "0" or len(digits) > 1:
                return chr(int(digits, 8))
        elif char.isascii() and char and not char.isalnum():
            return char
        raise RegexError("invalid escape sequence")

    def bracket(self) -> Test:
        negate = self.take("^")
        tests: list[Test] = []
        first = True
        while first or not self.take("]"):
            first = False
            tests.append(self.bracket_item())
        test = self.folded(lambda c: any(each(c) for each in tests))
        return _unless(negate, test)

    def bracket_item(self) -> Test:
        if found := self.match(_CLASS):
            if found[2] not in _CLASSES:
                raise RegexError("invalid character class range")
            return _unless(bool(found[1]), _CLASSES[found[2]])
        if self.text.startswith("\\", self.pos):
            self.pos += 1
            if test := self.set_escape():
                return test
            low = self.character()
        else:
            low = self.plain()
        if not self.text.startswith("-", self.pos) or self.text.startswith("-]", self.pos):
            return low.__eq__
        self.pos += 1
        high = self.character() if self.take("\\") else self.plain()
        if high < low:
            raise RegexError("invalid character class range")
        return lambda c: low <= c <= high

    def plain(self) -> str:
        if self.pos >= len(self.text):
            raise RegexError("missing closing ]")
        self.pos += 1
        return self.text[self.pos - 1]

    def one_of(self, test: Test) -> Node:
        return ("set", self.folded(test))

    def folded(self, test: Test) -> Test:
        return (lambda c: test(c) or test(c.swapcase())) if self.fold else test


def _unless(negate: bool, test: Test) -> Test:
    return (lambda c: not test(c)) if negate else test
