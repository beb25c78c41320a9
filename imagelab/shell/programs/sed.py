"""sed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from imagelab.model.filesystem import FileError
from imagelab.shell.escapes import decode, encode
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import parse
from imagelab.shell.regex import Match, Pattern, RegexError, compile_pattern

_LONG = {"quiet": "n", "silent": "n", "in-place": "i", "expression": "e", "file": "f",
         "regexp-extended": "E", "separate": "s"}


@dataclass
class _Address:
    kind: str  # line, last, regex, step, plus
    number: int = 0
    step: int = 0
    pattern: Pattern | None = None


@dataclass
class _Command:
    name: str
    first: _Address | None = None
    second: _Address | None = None
    negate: bool = False
    text: str = ""
    pattern: Pattern | None = None
    parts: list[str | int] = field(default_factory=list)
    flags: str = ""
    count: int = 0
    target: int = -1
    active_until: int = -1
    active: bool = False


class _Script:
    """Reads a script into commands."""

    def __init__(self, io: Io, text: str, ere: bool) -> None:
        self.io, self.text, self.ere = io, text, ere
        self.pos = 0
        self.commands: list[_Command] = []
        self.labels: dict[str, int] = {}
        self.last: Pattern | None = None

    def problem(self, gnu: str, busybox: str = "") -> UsageError:
        if self.io.gnu:
            return UsageError(f"sed: -e expression #1, char {min(self.pos, len(self.text))}: "
                              f"{gnu}\n")
        return UsageError(f"sed: {busybox or gnu}\n")

    def read(self) -> list[_Command]:
        groups: list[int] = []
        while True:
            self.skip(" \t\n;")
            if self.pos >= len(self.text):
                break
            command = _Command("")
            command.first = self.address()
            if command.first is not None:
                self.skip(" \t")
                if self.here() == ",":
                    self.pos += 1
                    self.skip(" \t")
                    command.second = self.address(second=True)
                    if command.second is None:
                        raise self.problem("unexpected `,'", "no address after comma")
            self.skip(" \t")
            while self.here() == "!":
                command.negate = True
                self.pos += 1
                self.skip(" \t")
            command.name = self.here()
            self.pos += 1
            if command.name == "#":
                self.rest_of_line()
                continue
            if command.name == "{":
                groups.append(len(self.commands))
            elif command.name == "}":
                if not groups:
                    raise self.problem("unexpected `}'", "unexpected }")
                self.commands[groups.pop()].target = len(self.commands)
            else:
                self.arguments(command)
            self.commands.append(command)
        if groups:
            raise self.problem("unmatched `{'", "unterminated {")
        for command in self.commands:
            if command.name in ("b", "t", "T"):
                command.target = self.labels.get(command.text, -1) if command.text else (
                    len(self.commands)
                )
                if command.target < 0:
                    raise UsageError(f"sed: can't find label for jump to `{command.text}'\n")
        return self.commands

    def here(self) -> str:
        return self.text[self.pos : self.pos + 1]

    def skip(self, characters: str) -> None:
        while self.pos < len(self.text) and self.text[self.pos] in characters:
            self.pos += 1

    def number(self) -> int:
        start = self.pos
        while self.here().isdigit() and self.pos - start < 9:
            self.pos += 1
        return int(self.text[start : self.pos] or 0)

    def rest_of_line(self) -> str:
        end = self.text.find("\n", self.pos)
        end = len(self.text) if end < 0 else end
        found = self.text[self.pos : end]
        self.pos = end
        return found

    def address(self, *, second: bool = False) -> _Address | None:
        char = self.here()
        if char and char in "0123456789":
            number = self.number()
            if self.here() == "~":
                self.pos += 1
                return _Address("step", number, self.number())
            return _Address("line", number)
        if char == "+" and second:
            self.pos += 1
            return _Address("plus", self.number())
        if char == "$":
            self.pos += 1
            return _Address("last")
        if char in ("/", "\\") and char:
            if char == "\\":
                self.pos += 1
                char = self.here()
            self.pos += 1
            text = self.until(char, "unterminated address regex")
            icase = self.here() == "I"
            self.pos += icase
            return _Address("regex", pattern=self.compile(text, icase))
        return None

    def until(self, delimiter: str, problem: str, *, keep: bool = False) -> str:
        out: list[str] = []
        inside = False
        while True:
            char = self.here()
            if not char:
                raise self.problem(problem, problem)
            if char == "\\" and self.pos + 1 < len(self.text):
                after = self.text[self.pos + 1]
                self.pos += 2
                if after == delimiter and not inside:
                    out.append(after if after not in "|+?(){}" or not self.ere else "\\" + after)
                elif after == "n" and not keep:
                    out.append("\n")
                else:
                    out.append("\\" + after)
                continue
            if char == "[" and not keep and not inside:
                inside = True
                out.append(char)
                self.pos += 1
                if self.here() == "^":
                    out.append("^")
                    self.pos += 1
                if self.here() == "]":
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

    def compile(self, text: str, icase: bool) -> Pattern:
        if not text and self.last is not None:
            return self.last
        try:
            self.last = compile_pattern(text, ere=self.ere, icase=icase)
        except RegexError as error:
            raise self.problem(str(error), f"bad regex '{text}': {error}") from None
        return self.last

    def arguments(self, command: _Command) -> None:
        name = command.name
        if name == "s":
            self.substitution(command)
        elif name == "y":
            delimiter = self.here()
            self.pos += 1
            one = self.until(delimiter, "unterminated `y' command")
            two = self.until(delimiter, "unterminated `y' command")
            one, two = one.replace("\\\\", "\\"), two.replace("\\\\", "\\")
            if len(one) != len(two):
                raise self.problem("strings for `y' command are different lengths")
            command.parts = [one, two]
        elif name in ("a", "i", "c"):
            self.inserted(command)
        elif name in (":", "b", "t", "T"):
            self.skip(" \t")
            match = re.compile(r"[^\n;}]*" if name != ":" else r"[^\n;]*").match(
                self.text, self.pos
            )
            assert match is not None
            command.text = match[0].strip()
            self.pos = match.end()
            if name == ":":
                self.labels[command.text] = len(self.commands)
        elif name in ("r", "w"):
            self.skip(" \t")
            command.text = self.rest_of_line()
        elif name in ("q", "Q", "l"):
            self.skip(" \t")
            command.count = self.number()
        elif name not in ("p", "d", "D", "n", "N", "g", "G", "h", "H", "x", "P", "=", "z"):
            if not name:
                raise self.problem("missing command")
            raise self.problem(f"unknown command: `{name}'", f"unsupported command {name}")
        self.skip(" \t")
        if self.here() not in ("", "\n", ";", "}", "#"):
            raise self.problem("extra characters after command")

    def substitution(self, command: _Command) -> None:
        delimiter = self.here()
        self.pos += 1
        text = self.until(delimiter, "unterminated `s' command")
        new = self.until(delimiter, "unterminated `s' command", keep=True)
        while (flag := self.here()) and flag in "gpiIeMm0123456789w":
            if flag.isdigit():
                command.count = self.number()
                continue
            self.pos += 1
            if flag == "w":
                self.skip(" \t")
                command.text = self.rest_of_line()
            command.flags += flag
        if self.here() not in ("", "\n", ";", "}", " ", "\t", "#"):
            self.pos += 1
            raise self.problem("unknown option to `s'", "bad option in substitution expression")
        command.pattern = self.compile(text, "i" in command.flags.lower())
        command.parts = _replacement(new)
        highest = max((p for p in command.parts if isinstance(p, int) and p < 10), default=0)
        if highest > command.pattern.groups:
            raise self.problem(f"invalid reference \\{highest} on `s' command's RHS")

    def inserted(self, command: _Command) -> None:
        self.skip(" \t")
        if self.text.startswith("\\", self.pos):
            self.pos += 1
            self.skip(" \t")
            if self.here() == "\n":
                self.pos += 1
        out: list[str] = []
        while self.pos < len(self.text) and self.here() != "\n":
            if self.here() == "\\" and self.pos + 1 < len(self.text):
                self.pos += 1
            out.append(self.here())
            self.pos += 1
        if not out:
            raise self.problem("expected \\ after `a', `c' or `i'")
        command.text = "".join(out) + "\n"


_CASES = {"U": 10, "L": 11, "E": 12, "u": 13, "l": 14}


def _replacement(text: str) -> list[str | int]:
    """Split into texts and numbers: 0 to 9 groups, from 10 on changes of case."""
    parts: list[str | int] = []
    pos = 0
    while pos < len(text):
        char = text[pos]
        if char == "\\" and pos + 1 < len(text):
            after = text[pos + 1]
            pos += 2
            if after.isdigit():
                parts.append(int(after))
            elif after in _CASES:
                parts.append(_CASES[after])
            else:
                parts.append({"n": "\n", "t": "\t"}.get(after, after))
        else:
            parts.append(0 if char == "&" else char)
            pos += 1
    return parts


class _Run:
    """Runs commands over lines."""

    def __init__(self, io: Io, commands: list[_Command], options: dict[str, list[str]]) -> None:
        self.io, self.commands, self.quiet = io, commands, "n" in options
        self.line = 0
        self.hold = ""
        self.out: list[str] = []
        self.quit: int | None = None
        self.opened: dict[str, list[str]] = {}

    def lines(self, data: bytes) -> tuple[list[str], bool]:
        text = decode(data)
        lines = text.split("\n")
        ended = lines[-1] == ""
        return (lines[:-1] if ended else lines), ended or not text

    def text(self, data: bytes, *, last_file: bool) -> None:
        lines, ended = self.lines(data)
        at = 0
        restart = False
        space = ""
        while at < len(lines) or restart:
            if not restart:
                space = lines[at]
                at += 1
                self.line += 1
            restart = False
            after: list[str] = []
            pc = 0
            replaced = deleted = False
            while pc < len(self.commands):
                self.io.step(1)
                command = self.commands[pc]
                pc += 1
                last = last_file and at >= len(lines)
                if self.selected(command, space, last) == command.negate:
                    if command.name == "{":
                        pc = command.target
                    continue
                name = command.name
                if name == "s":
                    space, hit = self.substitute(command, space)
                    replaced = replaced or hit
                elif name == "p":
                    self.print(space)
                elif name == "d":
                    deleted = True
                    break
                elif name == "D":
                    _, newline, rest = space.partition("\n")
                    deleted = True
                    if newline:
                        space, restart = rest, True
                    break
                elif name == "P":
                    self.print(space.partition("\n")[0])
                elif name in ("q", "Q"):
                    self.quit = command.count
                    deleted = name == "Q"
                    break
                elif name == "a":
                    after.append(command.text)
                elif name == "i":
                    self.out.append(command.text)
                elif name == "c":
                    ranged = command.second is not None and not command.negate
                    if not ranged or not command.active:
                        self.out.append(command.text)
                    deleted = True
                    break
                elif name == "y":
                    table = dict(zip(command.parts[0], command.parts[1], strict=True))  # type: ignore[arg-type]
                    space = "".join(table.get(c, c) for c in space)
                elif name == "=":
                    self.out.append(f"{self.line}\n")
                elif name in ("n", "N"):
                    if at >= len(lines):
                        if name == "N" and not self.io.gnu:
                            deleted = False
                        if name == "n" or self.io.gnu:
                            pass
                        self.quit = self.quit if not last_file else 0
                        break
                    if name == "n":
                        if not self.quiet:
                            self.print(space)
                        space = lines[at]
                    else:
                        space += "\n" + lines[at]
                    at += 1
                    self.line += 1
                elif name == "g":
                    space = self.hold
                elif name == "G":
                    space += "\n" + self.hold
                elif name == "h":
                    self.hold = space
                elif name == "H":
                    self.hold += "\n" + space
                elif name == "x":
                    space, self.hold = self.hold, space
                elif name == "z":
                    space = ""
                elif name == "b" or (name == "t" and replaced) or (name == "T" and not replaced):
                    pc, replaced = command.target, False
                elif name == "r":
                    after.append(self.read_file(command.text))
                elif name == "w":
                    self.opened.setdefault(command.text, []).append(space + "\n")
                self.io.host.budget.take("words", len(space) // 8)
            if not deleted and not self.quiet:
                missing_end = at >= len(lines) and not ended
                self.out.append(space if missing_end and not after else space + "\n")
            self.out.extend(after)
            if self.quit is not None:
                return

    def print(self, text: str) -> None:
        self.out.append(text + "\n")

    def read_file(self, path: str) -> str:
        try:
            return decode(self.io.data(path))
        except FileError:
            return ""

    def selected(self, command: _Command, space: str, last: bool) -> bool:
        first, second = command.first, command.second
        if first is None:
            return True
        if second is None:
            return self.hit(first, space, last)
        if command.active:
            if second.kind == "line":
                command.active = self.line < second.number
                return self.line <= second.number
            if second.kind == "plus":
                command.active = self.line < command.active_until
                return True
            command.active = not self.hit(second, space, last)
            return True
        start = first.kind == "line" and first.number == 0
        if start and self.line == 1:
            command.active = not self.hit(second, space, last)
            return True
        if not self.hit(first, space, last):
            return False
        if second.kind == "line":
            command.active = second.number > self.line
        elif second.kind == "plus":
            command.active_until = self.line + second.number
            command.active = second.number > 0
        else:
            command.active = not (second.kind == "last" and last)
        return True

    def hit(self, address: _Address, space: str, last: bool) -> bool:
        if address.kind == "line":
            return self.line == address.number
        if address.kind == "last":
            return last
        if address.kind == "step":
            if address.step == 0:
                return self.line == address.number
            return self.line >= address.number and (self.line - address.number) % address.step == 0
        assert address.pattern is not None
        return address.pattern.search(space, 0, self.io.host.budget) is not None

    def substitute(self, command: _Command, space: str) -> tuple[str, bool]:
        assert command.pattern is not None
        out: list[str] = []
        at = count = 0
        search = 0
        hit = False
        last_end = -1
        while search <= len(space):
            match = command.pattern.search(space, search, self.io.host.budget)
            if match is None:
                break
            if match.end == match.start == last_end:
                search = match.end + 1
                continue
            count += 1
            last_end = match.end
            if count >= max(command.count, 1):
                hit = True
                out += [space[at : match.start], self.replacement(command, match, space)]
                at = match.end
                if "g" not in command.flags:
                    break
            search = match.end + (match.end == match.start)
        if not hit:
            return space, False
        result = "".join(out) + space[at:]
        self.io.host.budget.take("words", len(result))
        if "p" in command.flags:
            self.print(result)
        if "w" in command.flags:
            self.opened.setdefault(command.text, []).append(result + "\n")
        return result, True

    @staticmethod
    def replacement(command: _Command, match: Match, space: str) -> str:
        out: list[str] = []
        mode = once = 0
        for part in command.parts:
            if isinstance(part, int) and part >= 10:
                if part in (13, 14):
                    once = part
                else:
                    mode = 0 if part == 12 else part
                continue
            if isinstance(part, int):
                low, high = match.spans[part]
                text = space[low:high] if low >= 0 else ""
            else:
                text = part
            if mode:
                text = text.upper() if mode == 10 else text.lower()
            if once and text:
                text = (text[0].upper() if once == 13 else text[0].lower()) + text[1:]
                once = 0
            out.append(text)
        return "".join(out)


def sed(argv: list[str], io: Io) -> int:
    """Edit a stream."""
    argv, suffix = _in_place(argv)
    options, args = parse(io, argv, "nErsizu", "efl", long=_LONG)
    scripts = list(options.get("e", []))
    for path in options.get("f", []):
        scripts.append(decode(io.data(path)).rstrip("\n"))
    if not scripts:
        if not args:
            io.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n"
                   if io.gnu else "BusyBox v1.35.0 multi-call binary.\n\n"
                   "Usage: sed CMD [FILE]...\n")
            return 1
        scripts = [args.pop(0)]
    text = "\n".join(scripts)
    if text.startswith("#n\n"):
        options["n"] = [""]
    commands = _Script(io, text, bool(options.keys() & {"E", "r"})).read()
    run = _Run(io, commands, options)
    status = 0
    readable: list[tuple[str, bytes]] = []
    for path in args or ["-"]:
        try:
            readable.append((path, io.data(path)))
        except FileError as error:
            if error.code == "EISDIR":
                what = "couldn't edit {0}: not a regular file" if "i" in options else (
                    "read error on {0}: Is a directory"
                )
                status = io.fail(what.format(path) if io.gnu else "read error: Is a directory",
                                 4 if "i" in options and io.gnu else 2 if io.gnu else 1)
            else:
                status = io.fail(f"can't read {path}: {error.message}" if io.gnu
                                 else f"{path}: {error.message}", 2 if io.gnu else 1)
    for number, (path, data) in enumerate(readable):
        if "i" in options or "s" in options:
            run.line = 0
        alone = "i" in options or "s" in options or number == len(readable) - 1
        run.text(data, last_file=alone)
        if "i" in options:
            _rewrite(io, path, data, "".join(run.out), suffix)
            run.out = []
        if run.quit is not None:
            break
    io.out("".join(run.out))
    for path, written in run.opened.items():
        io.host.write(io.open(path, "w"), encode("".join(written)))
    return run.quit or status


def _in_place(argv: list[str]) -> tuple[list[str], str]:
    """Take the suffix off ``-i.bak``."""
    out, suffix = argv[:1], ""
    for arg in argv[1:]:
        if re.match(r"-[nEr]*i.", arg) and not arg.startswith("--"):
            head, _, suffix = arg.partition("i")
            arg = head + "i"
        elif arg.startswith("--in-place="):
            arg, _, suffix = arg.partition("=")
        out.append(arg)
    return out, suffix


def _rewrite(io: Io, path: str, old: bytes, new: str, suffix: str) -> None:
    node = io.stat(path)
    if suffix:
        io.host.write(io.open(path + suffix, "w"), old)
    # sed writes a new file and renames it over the old one: hard links are left behind.
    io.files.unlink(path, cwd=io.cwd)
    target = io.open(path, "w")
    io.host.write(target, encode(new))
    io.files.chmod(path, node.mode, cwd=io.cwd)
    if io.uid == 0:
        io.files.chown(path, node.uid, node.gid, cwd=io.cwd)


PROGRAMS = {"sed": sed}
