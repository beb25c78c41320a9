"""Reading the expression of find."""

from __future__ import annotations

from typing import Any

from imagelab.shell.programs.find_values import checked_value
from imagelab.shell.programs.io import Io, UsageError

_WORDS = {"-name": 1, "-iname": 1, "-path": 1, "-wholename": 1, "-ipath": 1, "-type": 1,
          "-size": 1, "-maxdepth": 1, "-mindepth": 1, "-newer": 1, "-perm": 1, "-user": 1,
          "-group": 1, "-mtime": 1, "-mmin": 1, "-links": 1, "-uid": 1, "-gid": 1, "-printf": 1,
          "-regex": 1, "-iregex": 1, "-inum": 1, "-samefile": 1,
          "-print": 0, "-print0": 0, "-delete": 0, "-prune": 0, "-empty": 0, "-xdev": 0,
          "-mount": 0, "-depth": 0, "-true": 0, "-false": 0, "-ls": 0, "-quit": 0, "-nouser": 0,
          "-nogroup": 0,
          "-executable": 0, "-readable": 0, "-writable": 0, "-follow": 0}
_OR, _AND = ("-o", "-or"), ("-a", "-and")
_PATTERNS = frozenset({"-name", "-iname", "-path", "-wholename", "-ipath", "-regex", "-iregex"})
#: What busybox 1.35 does not know, as ``find -word`` of its default build says.
_GNU_ONLY = frozenset({"-uid", "-gid", "-printf", "-mount", "-true", "-false", "-ls", "-nouser",
                       "-nogroup", "-readable", "-writable", "-execdir", "-ok", "-iregex"})
ACTIONS = frozenset({"-print", "-print0", "-delete", "-exec", "-execdir", "-printf", "-ls",
                      "-quit", "-ok"})
MAX_DEPTH = 40


def read_expression(io: Io, words: list[str]) -> tuple[list[Any], dict[str, Any]]:
    """Return an expression as nested lists of JSON values, and what holds for the whole walk.

    What is found is printed, unless the expression does something else with it.

    Raises:
        UsageError: it is wrong.
    """
    parser = _Parser(io, words)
    expression = parser.either() if words else ["and", []]
    if parser.pos < len(words):
        raise parser.problem("you have too many ')'", "unrecognized: )")
    if not parser.acts:
        expression = ["and", [expression, ["-print"]]]
    return expression, parser.options


class _Parser:
    def __init__(self, io: Io, words: list[str]) -> None:
        self.io, self.words, self.pos, self.depth = io, words, 0, 0
        self.options: dict[str, Any] = {"maxdepth": -1, "mindepth": 0, "depth": False,
                                        "xdev": False}
        self.acts = False

    def problem(self, gnu: str, busybox: str) -> UsageError:
        return UsageError(f"find: {gnu if self.io.gnu else busybox}\n")

    def here(self) -> str:
        return self.words[self.pos] if self.pos < len(self.words) else ""

    def either(self) -> list[Any]:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UsageError("find: expression is nested too deeply\n")
        items = [self.both()]
        while self.here() in _OR:
            operator = self.here()
            self.pos += 1
            self.need_operand(operator)
            item = self.both()
            if item[1]:
                # For busybox an empty alternative has the value of those before it.
                items.append(item)
        self.depth -= 1
        return items[0] if len(items) == 1 else ["or", items]

    def both(self) -> list[Any]:
        if self.here() in (*_OR, *_AND):
            self.need_before(self.here())
        items: list[Any] = []
        while self.pos < len(self.words) and self.here() not in (*_OR, ")"):
            if self.here() in _AND:
                operator = self.here()
                self.pos += 1
                self.need_operand(operator)
            else:
                items.append(self.factor())
        return ["and", items]

    def need_before(self, operator: str) -> None:
        """Refuse an operator that nothing stands before; busybox does not mind."""
        if self.io.gnu:
            raise UsageError("find: invalid expression; you have used a binary operator "
                             f"'{operator}' with nothing before it.\n")

    def need_operand(self, operator: str) -> None:
        """Refuse an operator that nothing follows; busybox does not mind."""
        if not self.io.gnu:
            return
        if self.pos >= len(self.words):
            raise UsageError(f"find: expected an expression after '{operator}'\n")
        if self.here() == ")":
            raise UsageError(f"find: expected an expression between '{operator}' and ')'\n")
        if self.here() in (*_OR, *_AND):
            self.need_before(self.here())

    def factor(self) -> list[Any]:
        negate = False
        while self.here() in ("!", "-not"):
            operator = self.here()
            self.pos += 1
            negate = not negate
            self.need_operand(operator)
        if negate and (self.pos >= len(self.words) or self.here() in (*_OR, *_AND, ")")):
            return ["not", ["-false"]]
        item = self.primary()
        return ["not", item] if negate else item

    def group(self) -> list[Any]:
        """Read what stands between parentheses."""
        start = self.pos
        empty = self.here() == ")"
        if empty and self.io.gnu:
            raise UsageError("find: invalid expression; empty parentheses are not allowed.\n")
        inside = self.either()
        if self.here() != ")":
            raise self.problem(
                "invalid expression; expected to find a ')' but didn't see one. Perhaps you need "
                "an extra predicate after '('" if start >= len(self.words) else
                "invalid expression; I was expecting to find a ')' somewhere but did not see one.",
                "unpaired '('",
            )
        self.pos += 1
        return inside

    def primary(self) -> list[Any]:
        word = self.here()
        self.pos += 1
        if word == "(":
            return self.group()
        if word in ("-exec", "-execdir", "-ok") and (self.io.gnu or word not in _GNU_ONLY):
            return self.command(word)
        if word not in _WORDS or (word in _GNU_ONLY and not self.io.gnu):
            raise self.unknown(word)
        values = []
        if _WORDS[word]:
            if self.pos >= len(self.words):
                raise self.problem(f"missing argument to `{word}'",
                                   f"{word} requires an argument")
            values = [self.words[self.pos]]
            self.pos += 1
        if word in ("-maxdepth", "-mindepth"):
            if not values[0].isdigit() or len(values[0]) > 6:
                raise self.problem(f"Expected a positive decimal integer argument to {word}, but "
                                   f"got '{values[0]}'", f"invalid number '{values[0]}'")
            self.options[word[1:]] = int(values[0])
            return ["-true"]
        if word in ("-depth", "-delete"):
            self.options["depth"] = True
        if word in ("-xdev", "-mount", "-depth", "-follow"):
            self.options["xdev"] = self.options["xdev"] or word in ("-xdev", "-mount")
            return ["-true"]
        self.acts = self.acts or word in ACTIONS
        return checked_value(self.io, word, values[0]) if values else [word]

    def unknown(self, word: str) -> UsageError:
        """Say what is wrong with a word that is no test and no action."""
        if word.startswith("-"):
            return self.problem(f"unknown predicate `{word}'", f"unrecognized: {word}")
        fault = f"paths must precede expression: `{word}'"
        before = self.words[self.pos - 3] if self.pos > 2 else ""
        if before in _PATTERNS and self.io.lookup(word, follow=False) is not None:
            fault += f"\nfind: possible unquoted pattern after predicate `{before}'?"
        return self.problem(fault, f"unrecognized: {word}")

    def command(self, word: str) -> list[Any]:
        start = self.pos
        while self.pos < len(self.words):
            piece = self.words[self.pos]
            if piece == ";" or (piece == "+" and self.words[self.pos - 1] == "{}"):
                break
            self.pos += 1
        if self.pos >= len(self.words):
            raise self.problem(f"missing argument to `{word}'", f"{word} requires an argument")
        if self.pos == start:
            raise self.problem(f"invalid argument `;' to `{word}'", f"{word} requires an argument")
        words = self.words[start : self.pos]
        end = self.words[self.pos]
        self.pos += 1
        self.acts = True
        return ["-exec+" if end == "+" else "-exec", words]
