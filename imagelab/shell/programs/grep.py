"""grep."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode
from imagelab.shell.pattern import matches
from imagelab.shell.programs.color_option import gnu_grep_colors
from imagelab.shell.programs.grep_colors import GrepColors
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.lines import lines_of
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.paths import base_name, below
from imagelab.shell.regex import Pattern, compile_pattern
from imagelab.shell.regex_parser import RegexError

_LONG = {
    "recursive": "r", "line-number": "n", "ignore-case": "i", "invert-match": "v", "count": "c",
    "files-with-matches": "l", "files-without-match": "L", "quiet": "q", "silent": "q",
    "extended-regexp": "E", "fixed-strings": "F", "basic-regexp": "G", "only-matching": "o",
    "word-regexp": "w", "line-regexp": "x", "regexp": "e", "no-messages": "s", "no-filename": "h",
    "with-filename": "H", "max-count": "m", "after-context": "A", "before-context": "B",
    "context": "C", "color": "color", "colour": "color", "include": "I", "exclude": "X",
    "file": "f", "text": "a",
}


@dataclass
class _Grep:
    io: Io
    options: dict[str, list[str]]
    patterns: list[Pattern]
    fixed: list[str]
    names: bool
    colors: GrepColors
    matched: bool = False
    status: int = 0
    before: int = 0
    after: int = 0
    most: int = -1
    separated: bool = field(default=False)

    def has(self, letter: str) -> bool:
        return letter in self.options

    def spans(self, line: str, *, every: bool) -> list[tuple[int, int]]:
        """Return where a line matches: every place or the first."""
        if self.has("x"):
            return [(0, len(line))] if self._whole(line) else []
        found: list[tuple[int, int]] = []
        start = 0
        while start <= len(line):
            span = self._next(line, start)
            if span is None:
                break
            found.append(span)
            if not every:
                break
            if len(found) % 2 == 0:
                self.io.step()
            start = max(span[1], span[0] + 1)
        return found

    def _whole(self, line: str) -> bool:
        if any(line == text for text in self.fixed):
            return True
        for pattern in self.patterns:
            found = pattern.search(line, 0, self.io.host.budget)
            if found is not None and found.start == 0 and found.end == len(line):
                return True
        return False

    def _next(self, line: str, start: int) -> tuple[int, int] | None:
        while True:
            self.io.step(len(self.fixed) * (len(line) - start) // 512)
            spans = [(at, at + len(text)) for text in self.fixed
                     if (at := line.find(text, start)) >= 0]
            for pattern in self.patterns:
                match = pattern.search(line, start, self.io.host.budget)
                if match is not None:
                    spans.append((match.start, match.end))
            if not spans:
                return None
            low, high = min(spans, key=lambda s: (s[0], -s[1]))
            if not self.has("w") or self._is_word(line, low, high):
                return low, high
            start = low + 1
            if start > len(line):
                return None

    @staticmethod
    def _is_word(line: str, low: int, high: int) -> bool:
        def letter(at: int) -> bool:
            return 0 <= at < len(line) and (line[at].isalnum() or line[at] == "_")

        return low < high and not letter(low - 1) and not letter(high)

    # --- files -----------------------------------------------------------------------------

    def file(self, path: str, *, inside: bool = False) -> None:
        io = self.io
        try:
            if path != "-" and io.is_directory(path):
                self.directory(path, inside)
                return
            data = io.data(path)
        except FileError as error:
            if not self.has("s"):
                io.fail(f"{path}: {error.message}")
            self.status = 2
            return
        self.text(path if path != "-" else "(standard input)", data)

    def directory(self, path: str, inside: bool) -> None:
        io = self.io
        if not self.has("r") and not self.has("R"):
            if not inside and not self.has("s"):
                io.fail(f"{path}: Is a directory")
            return
        stack = [path]
        while stack:
            here = stack.pop()
            if io.is_directory(here, follow=here == path):
                front = here
                stack += [below(front, name) if front != "" else name
                          for name in reversed(io.names(here))]
                continue
            name = base_name(here)
            if any(not matches(p, name) for p in self.options.get("I", [])):
                continue
            if any(matches(p, name) for p in self.options.get("X", [])):
                continue
            node = io.lookup(here)
            if node is not None and not node.is_directory:
                self.file(here, inside=True)

    def text(self, name: str, data: bytes) -> None:
        io = self.io
        lines = [decode(line) for line in lines_of(data)]
        io.step(1 + len(lines) // 20)
        if b"\0" in data[:32768] and io.gnu and not self.has("a"):
            self.binary(name, lines)
            return
        count = 0
        shown = -1
        due = 0
        quiet = bool(self.options.keys() & {"q", "l", "L", "c"})
        for number, line in enumerate(lines):
            spans = self.spans(line, every=self.has("o"))
            if bool(spans) == self.has("v"):
                if due and not quiet:
                    self.show(name, number, line, "-")
                    shown, due = number, due - 1
                continue
            count += 1
            self.matched = True
            if self.has("q") or self.has("l") or self.has("L"):
                break
            if not quiet:
                if self.has("o"):
                    for low, high in spans:
                        if high > low:
                            match = self.colors.match(line[low:high])
                            io.out(f"{self.label(name, number, ':')}{match}\n")
                else:
                    first = max(shown + 1, number - self.before)
                    apart = shown < 0 or first > shown + 1
                    if (self.before or self.after) and self.separated and apart:
                        io.out(self.colors.separator("--") + "\n")
                    for earlier in range(first, number):
                        self.show(name, earlier, lines[earlier], "-")
                    self.show(name, number, line, ":")
                    shown, due, self.separated = number, self.after, True
            if count == self.most:
                for later in range(number + 1, min(number + 1 + self.after, len(lines))):
                    if not quiet and not self.has("o"):
                        self.show(name, later, lines[later], "-")
                break
        self.summary(name, count)

    def show(self, name: str, number: int, line: str, mark: str) -> None:
        if self.colors.on and (mark == ":") != self.has("v"):
            line = self.colors.matches(line, self.spans(line, every=True))
        self.io.out(f"{self.label(name, number, mark)}{line}\n")

    def label(self, name: str, number: int, mark: str) -> str:
        between = self.colors.separator(mark)
        front = self.colors.name(name) + between if self.names else ""
        return front + (self.colors.number(number + 1) + between if self.has("n") else "")

    def summary(self, name: str, count: int) -> None:
        if self.has("q"):
            return
        if self.has("l"):
            self.io.out(f"{self.colors.name(name)}\n" * bool(count))
        elif self.has("L"):
            self.io.out(f"{self.colors.name(name)}\n" * (not count))
        elif self.has("c"):
            front = self.colors.name(name) + self.colors.separator(":") if self.names else ""
            self.io.out(f"{front}{count}\n")

    def binary(self, name: str, lines: list[str]) -> None:
        hits = sum(1 for line in lines
                   if bool(self.spans(line, every=False)) != self.has("v"))
        self.matched = self.matched or bool(hits)
        if self.options.keys() & {"q", "l", "L", "c"}:
            self.summary(name, hits)
        elif hits:
            self.io.out(f"grep: {name}: binary file matches\n")


def grep(argv: list[str], io: Io) -> int:
    """Print lines that match."""
    io.name = "grep"
    options, args = parse(io, argv, "rRniIvclqEFGohHwxsaLPzy", "efmABC", long=_LONG, status=2)
    colors = GrepColors(io.gnu and gnu_grep_colors(io, options.get("color", [])))
    base = base_name(argv[0])
    texts = list(options.get("e", []))
    for path in options.get("f", []):
        texts += [decode(line) for line in lines_of(io.data(path))]
    if not texts and not options.get("f"):
        if not args:
            if io.gnu:
                io.err("Usage: grep [OPTION]... PATTERNS [FILE]...\n"
                       "Try 'grep --help' for more information.\n")
            else:
                io.err("BusyBox v1.35.0 multi-call binary.\n\nUsage: grep PATTERN [FILE]...\n")
            return 2
        texts = [args.pop(0)]
    texts = [line for text in texts for line in text.split("\n")]
    fixed = "F" in options or base == "fgrep"
    ere = "E" in options or base == "egrep" or "P" in options
    icase = "i" in options or "y" in options
    try:
        patterns = [] if fixed and not icase else [
            compile_pattern(_escaped(t) if fixed else t, ere=ere and not fixed, icase=icase)
            for t in texts
        ]
    except RegexError as error:
        return io.fail(str(error) if io.gnu else f"bad regex '{texts[0]}': {error}", 2)
    recursive = bool(options.keys() & {"r", "R"})
    several = len(args) > 1 or (recursive and (not args or any(io.is_directory(a) for a in args)))
    state = _Grep(io, options, patterns, texts if fixed and not icase else [],
                  ("H" in options or several) and "h" not in options, colors)
    context = _number(options, "C", 0)
    state.after, state.before = _number(options, "A", context), _number(options, "B", context)
    state.most = _number(options, "m", -1)
    if state.most == 0:
        return 1
    for path in args or (["."] if recursive else ["-"]):
        state.file(path)
        if state.matched and "q" in options:
            return 0
    return state.status or int(not state.matched)


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in ".[]*^$\\" else c for c in text)


def _number(options: dict[str, list[str]], letter: str, default: int) -> int:
    text = options.get(letter, [""])[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
