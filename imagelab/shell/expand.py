"""Expansion of words.

An expansion is a function of the shell's state and of the results of its substitutions so far.
When it needs one more result it raises :class:`SubstitutionNeeded`; the machine runs the
command, adds the result and expands again. Effects (``${x:=1}``, ``$((i++))``) are remembered
among the results too, so that they happen once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from imagelab.shell import pattern
from imagelab.shell.arithmetic import ArithmeticProblem, evaluate
from imagelab.shell.braces import braces
from imagelab.shell.escapes import encode
from imagelab.shell.fields import BREAK, NOTHING, Segment, split
from imagelab.shell.globbing import matching_paths
from imagelab.shell.messages import arithmetic_fault
from imagelab.shell.parameters import ParameterChanges
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.streams import Host
from imagelab.shell.syntax import Arith, Lit, Param, Part, Subst, Word, is_name
from imagelab.shell.users import home_of

_REGEX_SIGN = re.compile(r"[\\.*+?^$|(){}\[\]]")


class SubstitutionNeeded(Exception):
    """The machine is to run a command and to expand again."""

    def __init__(self, script: str, line: int) -> None:
        """Say which command."""
        super().__init__(script)
        self.script, self.line = script, line


class Expansion(ParameterChanges):
    """One attempt to expand."""

    def __init__(self, shell: Shell, host: Host, results: list[Any]) -> None:
        """Begin with the results that there are."""
        self._shell, self._host, self._results = shell, host, results
        self._next = 0

    # --- what the machine asks for ---------------------------------------------------------

    def fields(self, word: Word) -> list[str]:
        """Expand a word of a command: braces, splitting and file names included."""
        found: list[str] = []
        for each in braces(word, self._host.budget) if self._shell.bash else [word]:
            segments = self._segments(_tilde(each, self._home))
            if NOTHING in segments and not any(segment.text for segment in segments):
                continue
            for field in split(segments, self._shell.vars.get("IFS", " \t\n")):
                found.extend(self._glob(field))
        self._host.budget.take("words", sum(map(len, found)) + len(found))
        return found

    def text(self, word: Word, *, assignment: bool = False) -> str:
        """Expand a word to one text: no splitting, no file names."""
        word = _tilde(word, self._home, assignment=assignment)
        text = "".join(
            " " if segment is BREAK else segment.text for segment in self._segments(word)
        )
        self._host.budget.take("words", len(text))
        return text

    def pattern(self, word: Word) -> str:
        """Expand a word to a pattern: quoted characters stand for themselves."""
        return "".join(
            pattern.escape(s.text) if s.quoted else s.text
            for s in self._segments(_tilde(word, self._home))
        )

    def condition(self, word: Word) -> tuple[str, str]:
        """Expand a word of ``[[``, as a pattern and as a regular expression.

        In both, quoted characters stand for themselves.
        """
        segments = self._segments(_tilde(word, self._home))
        glob = "".join(pattern.escape(s.text) if s.quoted else s.text for s in segments)
        regex = "".join(_REGEX_SIGN.sub(r"\\\g<0>", s.text) if s.quoted else s.text
                        for s in segments)
        return glob, regex

    def arithmetic(self, word: Word) -> int:
        """Return the value of an arithmetic expression."""
        return int(self._arithmetic(self.text(word)))

    # --- parts -----------------------------------------------------------------------------

    def _segments(self, word: Word) -> list[Segment]:
        found: list[Segment] = []
        for each in word:
            found.extend(self._part(each))
        return found

    def _part(self, each: Part) -> Iterator[Segment]:
        if isinstance(each, Lit):
            yield Segment(each.text, each.quoted)
        elif isinstance(each, Subst):
            yield Segment(self._substitution(each), each.quoted, not each.quoted)
        elif isinstance(each, Arith):
            text = self.text(each.word)
            yield Segment(self._once(lambda: self._arithmetic(text)), each.quoted, not each.quoted)
        else:
            yield from self._param(each)

    def _once(self, effect: Callable[[], str]) -> str:
        at = self._next
        self._next += 1
        if at == len(self._results):
            self._results.append(effect())
        return str(self._results[at])

    def _substitution(self, each: Subst) -> str:
        at = self._next
        self._next += 1
        if at == len(self._results):
            raise SubstitutionNeeded(each.script, each.line)
        return str(self._results[at])

    def _arithmetic(self, text: str) -> str:
        shell = self._shell

        def get(name: str) -> str:
            value = self._value(name)
            if value is None and "u" in shell.options and shell.bash:
                raise self._unset(name)
            return value or ""

        self._host.budget.take("steps", 1 + len(text) // 100)
        try:
            if shell.bash:
                text = text.replace('"', "")
            return str(evaluate(text, get, shell.set, dialect=shell.dialect))
        except ArithmeticProblem as problem:
            raise arithmetic_fault(problem, text, shell) from None

    # --- parameters ------------------------------------------------------------------------

    def _home(self, user: str) -> str | None:
        if not user:
            return self._shell.vars.get("HOME")
        if self._shell.bash and user in ("+", "-"):
            return self._shell.vars.get("PWD" if user == "+" else "OLDPWD")
        return home_of(self._host.files, user)

    def _value(self, name: str) -> str | None:
        shell = self._shell
        if is_name(name):
            if name == "LINENO" and shell.dialect != "dash":  # Debian's dash has none
                return str(shell.line - (shell.dialect == "ash" and shell.mode == "c"))
            if name == "RANDOM" and shell.dialect != "dash":
                seed = int(shell.vars.get("RANDOM", "1") or 1)
                shell.vars["RANDOM"] = str((seed * 1103515245 + 12345) % 32768)
                return shell.vars["RANDOM"]
            if name == "EPOCHSECONDS" and shell.dialect != "dash":
                return str(self._host.now // 10**9)
            return shell.vars.get(name)
        if name == "0":
            return shell.name
        if name.isdigit():
            index = int(name) if len(name) < 9 else len(shell.args) + 1
            return shell.args[index - 1] if 0 < index <= len(shell.args) else None
        if name in ("@", "*"):
            return " ".join(shell.args) if shell.args else None
        return {
            "?": str(shell.status), "#": str(len(shell.args)), "$": str(shell.pid),
            "!": str(shell.background) if shell.background else None,
            "-": shell.flags(),
        }.get(name)

    def _param(self, each: Param) -> Iterator[Segment]:
        if each.op == "bad":
            raise self._bad(each)
        name = each.name
        if name in ("@", "*") and each.op == "substring" and self._shell.bash:
            yield from self._arguments(name, each.quoted, self._slice(each))
            return
        if each.op == "indirect":
            name, each = self._value(name) or "", Param(self._value(name) or "", "", None, None,
                                                        each.quoted, each.source)
        if name in ("@", "*") and each.op in ("", ":-", "-", ":+", "+") and not (
            each.op in (":+", "+") and self._shell.args
        ) and (self._shell.args or not each.op):
            yield from self._arguments(name, each.quoted, self._shell.args)
            return
        value = self._value(name)
        op = each.op
        if op in (":-", "-", ":+", "+", ":=", "=", ":?", "?"):
            yield from self._conditional(each, value)
            return
        if value is None and "u" in self._shell.options and name not in ("@", "*", "!"):
            raise self._unset(name)
        value = value or ""
        if op == "length":
            every = name in ("@", "*") and self._shell.bash
            length = len(self._shell.args) if every else len(encode(value))
            value = str(length)
        elif op:
            value = self._changed(each, value)
        yield Segment(value, each.quoted, not each.quoted)

    def _arguments(self, name: str, quoted: bool, args: list[str]) -> Iterator[Segment]:
        if name == "*" and quoted:
            separator = self._shell.vars.get("IFS", " ")[:1]
            yield Segment(separator.join(args), True)
            return
        if quoted and not args:
            yield NOTHING
        for index, arg in enumerate(args):
            if index:
                yield BREAK
            if quoted or arg:
                yield Segment(arg, quoted, not quoted)

    def _conditional(self, each: Param, value: str | None) -> Iterator[Segment]:
        colon, op = each.op.startswith(":"), each.op[-1]
        there = value is not None and not (colon and value == "")
        word = each.word or ()
        if op == "+":
            if there:
                yield from self._alternative(word, each.quoted)
            return
        if there:
            yield Segment(value or "", each.quoted, not each.quoted)
        elif op == "-":
            yield from self._alternative(word, each.quoted)
        elif op == "=":
            if not is_name(each.name):
                raise self._bad(each)
            text = self.text(word)
            self._once(lambda: self._assign(each.name, text))
            yield Segment(text, each.quoted, not each.quoted)
        else:
            text = self.text(word)
            if not text:
                text = "parameter not set or null" if colon else "parameter not set"
                if self._shell.bash:
                    text = "parameter null or not set" if colon else "parameter not set"
            raise FaultError(f"{each.name}: {text}", 127 if self._shell.bash else 2)

    def _assign(self, name: str, text: str) -> str:
        self._shell.set(name, text)
        return text

    def _alternative(self, word: Word, quoted: bool) -> Iterator[Segment]:
        if quoted:
            yield Segment("", True)
        for segment in self._segments(_tilde(word, self._home)):
            if segment is BREAK:
                yield segment
            else:
                yield Segment(segment.text, segment.quoted or quoted,
                               not (segment.quoted or quoted))

    def _unset(self, name: str) -> FaultError:
        if self._shell.bash:
            return FaultError(f"{'$' if name.isdigit() else ''}{name}: unbound variable", 127)
        return FaultError(f"{name}: parameter not set")

    def _bad(self, each: Param) -> FaultError:
        if self._shell.bash:
            return FaultError(f"{each.source}: bad substitution", 1, discard=True)
        if self._shell.dialect == "ash":
            return FaultError("syntax error: bad substitution")
        return FaultError("Bad substitution")

    def _glob(self, field: list[Segment]) -> list[str]:
        plain = "".join(s.text for s in field)
        if "f" in self._shell.options or not any(
            not s.quoted and any(c in s.text for c in "*?[") for s in field
        ):
            return [plain]
        glob = "".join(
            pattern.escape(s.text) if s.quoted else s.text for s in field
        )
        if not pattern.has_magic(glob):
            return [plain]
        switches = self._shell.switches
        found = matching_paths(
            glob, self._host.files, self._host.budget, cwd=self._shell.cwd,
            dots="globskipdots" not in switches, hidden="dotglob" in switches)
        return found or ([] if "nullglob" in switches else [plain])


def _tilde(
    word: Word, home: Callable[[str], str | None], *, assignment: bool = False
) -> Word:
    """Replace a leading ``~`` or ``~user``; in an assignment also after a colon."""
    if not word or not isinstance(word[0], Lit) or word[0].quoted or "~" not in word[0].text:
        return word
    text = word[0].text
    pieces = text.split(":") if assignment else [text]
    parts: list[Part] = []
    for index, piece in enumerate(pieces):
        if index:
            parts.append(Lit(":", False))
        user, slash, rest = piece[1:].partition("/")
        last = index == len(pieces) - 1
        where = None
        if piece.startswith("~") and (slash or not last or len(word) == 1):
            where = home(user)
        if where is None:
            parts.append(Lit(piece, False))
        else:
            parts += [Lit(where, True), Lit(slash + rest, False)]
    return (*parts, *word[1:])
