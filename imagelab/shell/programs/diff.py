"""diff: GNU's normal, context-free and unified output; busybox knows the unified one only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from imagelab.model.content import Bytes, Content
from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode
from imagelab.shell.programs.diff_lines import Change, changes, hunks
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.paths import base_name, below
from imagelab.shell.programs.times import strftime

_LONG = {"brief": "q", "recursive": "r", "unified": "u", "new-file": "N", "text": "a",
         "ignore-case": "i", "ignore-all-space": "w", "ignore-space-change": "b",
         "report-identical-files": "s", "ignore-blank-lines": "B"}
_NO_END = "\\ No newline at end of file\n"
_TROUBLE = 2
#: How much of a file is looked at to see whether it is text.
_LOOKED_AT = 1 << 15


def diff(argv: list[str], io: Io) -> int:
    """Compare two files or folders."""
    options, args = _options(argv, io)
    if len(args) != 2:
        return _wrong_number(io, args)
    shown = " ".join(argv[: len(argv) - 2]) if argv[-2:] == args else " ".join(
        [argv[0], *(a for a in argv[1:] if a not in args)])
    run = _Diff(io, options, shown.replace(argv[0], "diff", 1))
    one, other = args
    try:
        if io.gnu or "N" not in options:
            run.check(one)
            run.check(other)
        folders = [path != "-" and io.is_directory(path) for path in args]
        if all(folders):
            return run.folders(one, other, "")
        if folders[0]:
            one = below(one, base_name(other))
        if folders[1]:
            other = below(other, base_name(one))
        return run.files(one, other)
    except FileError as error:
        return run.trouble(error)


def _options(argv: list[str], io: Io) -> tuple[dict[str, list[str]], list[str]]:
    words = ["-U" + a[10:] if a.startswith("--unified=") else a for a in argv]
    try:
        options, args = parse(io, words, "qruNaiwbsBdtTp", "UL", long=_LONG)
    except UsageError as error:
        if not io.gnu:
            raise
        text = error.message.replace("\nTry 'diff", "\ndiff: Try 'diff")
        raise UsageError(text, _TROUBLE) from None
    for number in options.get("U", []):
        if re.fullmatch(r"\d{1,9}", number, re.ASCII) is None:
            raise UsageError(f"diff: invalid context length '{number}'\n"
                             "diff: Try 'diff --help' for more information.\n" if io.gnu
                             else f"diff: invalid number '{number}'\n", 2 if io.gnu else 1)
    return options, args


def _wrong_number(io: Io, args: list[str]) -> int:
    what = f"extra operand '{args[2]}'" if len(args) > 2 else (
        f"missing operand after '{args[0] if args else 'diff'}'")
    if io.gnu:
        io.err(f"diff: {what}\ndiff: Try 'diff --help' for more information.\n")
        return _TROUBLE
    io.err("BusyBox v1.35.0 multi-call binary.\n\nUsage: diff\n")
    return 1


@dataclass(eq=False)
class _Diff:
    """One run; ``shown`` is the command as a recursive GNU diff repeats it."""

    io: Io
    options: dict[str, list[str]]
    shown: str

    def trouble(self, error: FileError) -> int:
        front = self.io.words("", "can't stat ")
        path = error.path if self.io.gnu else f"'{error.path}'"
        self.io.fail(f"{front}{path}: {error.message}")
        return _TROUBLE

    def check(self, path: str) -> None:
        if path != "-":
            self.io.stat(path)

    # --- folders -----------------------------------------------------------------------------

    def folders(self, one: str, other: str, inside: str) -> int:
        """Compare folders; ``inside`` is the path below the arguments."""
        io = self.io
        status = 0
        left, right = set(io.names(one)), set(io.names(other))
        for name in sorted(left | right, key=lambda each: each.encode("utf-8", "replace")):
            io.step(2)
            a, b = below(one, name), below(other, name)
            try:
                if "N" in self.options or name in left & right:
                    found = self._pair(a, b, inside + name)
                else:
                    self._only(one if name in left else other, name, inside)
                    found = 1
            except FileError as error:
                found = self.trouble(error)
            status = max(status, found)
        return status

    def _only(self, folder: str, name: str, inside: str) -> None:
        if not self.io.gnu and inside:
            folder, name = folder[: len(folder) - len(inside)], inside + name
        self.io.out(f"Only in {folder}: {name}\n")

    def _pair(self, a: str, b: str, inside: str) -> int:
        io = self.io
        kinds = [io.is_directory(path) for path in (a, b)]
        there = [io.lookup(path) is not None for path in (a, b)]
        if all(kinds) and "r" in self.options:
            return self.folders(a, b, inside + "/")
        if all(kinds):
            io.out(f"Common subdirectories: {a} and {b}\n")
            return 0
        if any(kinds) and all(there):
            words = [f"{path} is a {'directory' if kind else 'regular file'}"
                     for path, kind in zip((a, b), kinds, strict=True)]
            io.out(f"File {words[0]} while file {words[1]}\n")
            return 1
        if any(kinds):
            io.out(f"Only in {(a if there[0] else b).rpartition('/')[0]}: {base_name(a)}\n")
            return 1
        return self.files(a, b, folders=True)

    # --- files -------------------------------------------------------------------------------

    def files(self, one: str, other: str, *, folders: bool = False) -> int:
        io = self.io
        contents = [self._content(path) for path in (one, other)]
        if contents[0] == contents[1]:
            return self._same(one, other)
        binary = any(b"\0" in c.read(_LOOKED_AT) for c in contents) and "a" not in self.options
        if binary or "q" in self.options:
            for content in contents:
                io.host.budget.take("hashed", content.size)
            if contents[0].size == contents[1].size and (
                    contents[0].digest == contents[1].digest):
                return self._same(one, other)
            front = "Binary files" if io.gnu and "q" not in self.options else "Files"
            io.out(f"{front} {one} and {other} differ\n")
            return 1
        sides: list[list[bytes]] = []
        for content in contents:
            io.host.budget.take("hashed", content.size)
            io.host.budget.take("words", content.size)
            sides.append(re.findall(rb"[^\n]*\n|[^\n]+", content.read()))
        found = changes([self._compared(line) for line in sides[0]],
                        [self._compared(line) for line in sides[1]], io.host.budget)
        if "B" in self.options:
            found = [c for c in found if any(
                line.strip() for line in [*sides[0][c.start : c.end],
                                          *sides[1][c.other_start : c.other_end]])]
        if not found:
            return self._same(one, other)
        if folders and io.gnu:
            io.out(f"{self.shown} {one} {other}\n")
        if io.gnu and not {"u", "U"} & set(self.options):
            self._normal(sides, found)
        else:
            self._unified(one, other, sides, found)
        return 1

    def _content(self, path: str) -> Content:
        if "N" in self.options and path != "-" and self.io.lookup(path) is None:
            return Bytes()
        return self.io.content(path)

    def _same(self, one: str, other: str) -> int:
        if "s" in self.options:
            self.io.out(f"Files {one} and {other} are identical\n")
        return 0

    def _compared(self, line: bytes) -> bytes:
        if "i" in self.options:
            line = line.lower()
        if "w" in self.options:
            line = b"".join(line.split())
        elif "b" in self.options:
            line = b" ".join(re.split(rb"\s+", line.rstrip()))
        return line

    def _lines(self, sign: str, lines: list[bytes]) -> str:
        return "".join(sign + decode(line) + ("" if line.endswith(b"\n") else "\n" + _NO_END)
                       for line in lines)

    def _normal(self, sides: list[list[bytes]], found: list[Change]) -> None:
        for change in found:
            letter = "c" if change.end > change.start else "a"
            letter = "d" if change.other_end == change.other_start else letter
            self.io.out(f"{_normal_range(change.start, change.end)}{letter}"
                        f"{_normal_range(change.other_start, change.other_end)}\n")
            self.io.out(self._lines("< ", sides[0][change.start : change.end]))
            if letter == "c":
                self.io.out("---\n")
            self.io.out(self._lines("> ", sides[1][change.other_start : change.other_end]))

    def _unified(
        self, one: str, other: str, sides: list[list[bytes]], found: list[Change]
    ) -> None:
        context = min(1 << 20, int(self.options.get("U", ["3"])[-1]))
        labels = [*self.options.get("L", []), "", ""]
        self.io.out(f"--- {labels[0] or self._title(one)}\n+++ {labels[1] or self._title(other)}\n")
        for group in hunks(found, context):
            start = max(0, group[0].start - context)
            end = min(len(sides[0]), group[-1].end + context)
            other_start = group[0].other_start - (group[0].start - start)
            other_end = group[-1].other_end + end - group[-1].end
            out = [f"@@ -{_unified_range(start, end)} +{_unified_range(other_start, other_end)} "
                   "@@\n"]
            at = start
            for change in group:
                out.append(self._lines(" ", sides[0][at : change.start]))
                out.append(self._lines("-", sides[0][change.start : change.end]))
                out.append(self._lines("+", sides[1][change.other_start : change.other_end]))
                at = change.end
            out.append(self._lines(" ", sides[0][at:end]))
            self.io.out("".join(out))

    def _title(self, path: str) -> str:
        node = self.io.lookup(path) if path != "-" else None
        if not self.io.gnu:
            missing = node is None and path != "-"
            return "/dev/null" if missing else path
        when = self.io.host.now if path == "-" else node.mtime if node else 0
        return f"{path}\t{strftime('%Y-%m-%d %H:%M:%S.%N +0000', when)}"


def _normal_range(start: int, end: int) -> str:
    if end - start <= 1:
        return str(start + (end > start))
    return f"{start + 1},{end}"


def _unified_range(start: int, end: int) -> str:
    if end - start == 1:
        return str(end)
    return f"{start + (end > start)},{end - start}"
