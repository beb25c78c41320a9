"""Reading a script of sed into its commands."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.sed_command import Address, Command
from imagelab.shell.programs.sed_text import (
    inserted_text,
    letters,
    pattern_escape,
    replacement,
)
from imagelab.shell.regex import Pattern, compile_pattern
from imagelab.shell.regex_parser import RegexError


def read_script(io: Io, text: str, *, ere: bool) -> list[Command]:
    """Return the commands of a script.

    Raises:
        UsageError: it is wrong; the message is what sed prints.
    """
    return _Reader(io, text, ere).read()


_GNU_ONLY = frozenset("zQ")


class _Reader:
    """Reads a script into commands."""

    def __init__(self, io: Io, text: str, ere: bool) -> None:
        self.io, self.text, self.ere = io, text, ere
        self.pos = 0
        self.commands: list[Command] = []
        self.labels: dict[str, int] = {}
        self.last: Pattern | None = None

    def _problem(self, gnu: str, busybox: str = "") -> UsageError:
        if self.io.gnu:
            return UsageError(f"sed: -e expression #1, char {min(self.pos, len(self.text))}: "
                              f"{gnu}\n")
        return UsageError(f"sed: {busybox or gnu}\n")

    def read(self) -> list[Command]:
        groups: list[int] = []
        while True:
            self._skip(" \t\n;")
            if self.pos >= len(self.text):
                break
            command = Command("")
            command.first = self._address()
            if command.first is not None:
                self._skip(" \t")
                if self._here() == ",":
                    self.pos += 1
                    self._skip(" \t")
                    command.second = self._address(second=True)
                    if command.second is None:
                        self.pos += 1
                        raise self._problem("unexpected `,'", "no address after comma")
            self._skip(" \t")
            while self._here() == "!":
                self.pos += 1
                if command.negate and self.io.gnu:
                    raise self._problem("multiple `!'s")
                command.negate = True
                self._skip(" \t")
            command.name = self._here()
            self.pos += 1
            self._check_addresses(command)
            if command.name == "#":
                self._rest_of_line()
                continue
            if command.name == "{":
                groups.append(len(self.commands))
            elif command.name == "}":
                if not groups:
                    raise self._problem("unexpected `}'", "unexpected }")
                self.commands[groups.pop()].target = len(self.commands)
            else:
                self._arguments(command)
            self.commands.append(command)
        if groups:
            self.pos = 0
            raise self._problem("unmatched `{'", "unterminated {")
        for command in self.commands:
            if command.name in ("b", "t", "T"):
                command.target = self.labels.get(command.text, -1) if command.text else (
                    len(self.commands)
                )
                if command.target < 0 and self.io.gnu:
                    raise UsageError(
                        f"sed: can't find label for jump to `{command.text}'\n", 4)
        return self.commands

    def _check_addresses(self, command: Command) -> None:
        """Refuse addresses that GNU sed does not take; busybox does not mind."""
        first, second = command.first, command.second
        if first is None or not self.io.gnu:
            return
        if first.kind == "line" and not first.number and (
            second is None or second.kind != "regex"
        ):
            raise self._problem("invalid usage of line address 0")
        if command.name == ":":
            raise self._problem(": doesn't want any addresses")
        if second is not None and command.name in ("q", "Q"):
            raise self._problem("command only uses one address")

    def _here(self) -> str:
        return self.text[self.pos : self.pos + 1]

    def _skip(self, characters: str) -> None:
        while self.pos < len(self.text) and self.text[self.pos] in characters:
            self.pos += 1

    def _number(self) -> int:
        start = self.pos
        while self._here().isdigit() and self.pos - start < 9:
            self.pos += 1
        return int(self.text[start : self.pos] or 0)

    def _rest_of_line(self) -> str:
        end = self.text.find("\n", self.pos)
        end = len(self.text) if end < 0 else end
        found = self.text[self.pos : end]
        self.pos = end
        return found

    def _address(self, *, second: bool = False) -> Address | None:
        char = self._here()
        if char and char in "0123456789":
            number = self._number()
            if self._here() == "~" and self.io.gnu:
                self.pos += 1
                return Address("step", number, self._number())
            return Address("line", number)
        if char == "+" and second:
            self.pos += 1
            return Address("plus", self._number())
        if char == "$":
            self.pos += 1
            return Address("last")
        if char in ("/", "\\") and char:
            if char == "\\":
                self.pos += 1
                char = self._here()
            self.pos += 1
            text = self._until(char, "unterminated address regex")
            icase = self._here() == "I"
            self.pos += icase
            return Address("regex", pattern=self._compile(text, icase))
        return None

    def _until(self, delimiter: str, problem: str, *, keep: bool = False) -> str:
        out: list[str] = []
        inside = False
        while True:
            char = self._here()
            if not char:
                raise self._problem(problem, f"unmatched '{delimiter}'")
            if char == "\\" and self.pos + 1 < len(self.text):
                after = self.text[self.pos + 1]
                self.pos += 2
                if after == delimiter and not inside:
                    out.append(after if after not in "|+?(){}" or not self.ere else "\\" + after)
                elif keep:
                    out.append("\\" + after)
                else:
                    piece, self.pos = pattern_escape(self.text, self.pos - 1, gnu=self.io.gnu)
                    out.append(piece[-1] if inside and piece[0] != "\\" else piece)
                continue
            if char == "[" and not keep and not inside:
                inside = True
                out.append(char)
                self.pos += 1
                if self._here() == "^":
                    out.append("^")
                    self.pos += 1
                if self._here() == "]":
                    out.append("]")
                    self.pos += 1
                continue
            if char == "]" and inside:
                inside = False
            if char == delimiter and not inside:
                self.pos += 1
                return "".join(out)
            out.append(char)
            self.pos += 1

    def _compile(self, text: str, icase: bool) -> Pattern:
        if not text and self.last is not None:
            return self.last
        try:
            self.last = compile_pattern(text, ere=self.ere, icase=icase)
        except RegexError as error:
            raise self._problem(str(error), f"bad regex '{text}': {error}") from None
        return self.last

    def _arguments(self, command: Command) -> None:
        name = command.name
        if name in _GNU_ONLY and not self.io.gnu:
            raise self._problem("", f"unsupported command {name}")
        if name == "s":
            self._substitution(command)
        elif name == "y":
            delimiter = self._here()
            self.pos += 1
            one, two = (
                letters(self._until(delimiter, "unterminated `y' command", keep=True),
                        gnu=self.io.gnu) for _ in range(2)
            )
            if len(one) != len(two):
                raise self._problem("strings for `y' command are different lengths")
            command.parts = [one, two]
        elif name in ("a", "i", "c"):
            inserted, self.pos = inserted_text(self.text, self.pos, gnu=self.io.gnu)
            if inserted is None:
                raise self._problem("expected \\ after `a', `c' or `i'")
            command.text = inserted
        elif name in (":", "b", "t", "T"):
            self._skip(" \t")
            match = re.compile(r"[^\n;}]*" if name != ":" else r"[^\n;]*").match(
                self.text, self.pos
            )
            assert match is not None
            command.text = match[0].strip()
            self.pos = match.end()
            if name == ":":
                if not command.text and self.io.gnu:
                    raise self._problem('":" lacks a label')
                self.labels[command.text] = len(self.commands)
        elif name in ("r", "w"):
            self._file(command)
        elif name in ("q", "Q", "l"):
            self._skip(" \t")
            given = self._here().isdigit()
            command.count = -1 if name == "l" and not given else self._number()
        elif name not in ("p", "d", "D", "n", "N", "g", "G", "h", "H", "x", "P", "=", "z"):
            if not name:
                raise self._problem("missing command")
            if name == ",":
                raise self._problem("unexpected `,'", "no address after comma")
            raise self._problem(f"unknown command: `{name}'", f"unsupported command {name}")
        self._skip(" \t")
        if self._here() not in ("", "\n", ";", "}", "#"):
            self.pos += 1
            raise self._problem("extra characters after command")

    def _file(self, command: Command) -> None:
        at = self.pos
        self._skip(" \t")
        command.text = self._rest_of_line()
        if not command.text:
            self.pos = at
            raise self._problem("missing filename in r/R/w/W commands", "empty filename")

    def _count(self, command: Command) -> None:
        again = command.count > 0
        command.count = self._number()
        if again and self.io.gnu:
            raise self._problem("multiple number options to `s' command")
        if not command.count and self.io.gnu:
            raise self._problem("number option to `s' command may not be zero")

    def _substitution(self, command: Command) -> None:
        delimiter = self._here()
        self.pos += 1
        text = self._until(delimiter, "unterminated `s' command")
        new = self._until(delimiter, "unterminated `s' command", keep=True)
        while (flag := self._here()) and flag in "gpiIeMm0123456789w":
            if flag.isdigit():
                self._count(command)
                continue
            self.pos += 1
            if flag in command.flags and flag in "gp" and self.io.gnu:
                raise self._problem(f"multiple `{flag}' options to `s' command")
            if flag == "w":
                self._file(command)
            command.flags += flag
        if self._here() not in ("", "\n", ";", "}", " ", "\t", "#"):
            self.pos += 1
            raise self._problem("unknown option to `s'", "bad option in substitution expression")
        command.pattern = self._compile(text, "i" in command.flags.lower())
        command.parts = replacement(new, gnu=self.io.gnu)
        highest = max((p for p in command.parts if isinstance(p, int) and p < 10), default=0)
        if highest > command.pattern.groups:
            raise self._problem(f"invalid reference \\{highest} on `s' command's RHS")
