"""POSIX regular expressions with a bounded matcher.

Patterns become a small program that is run with explicit backtracking. A state of the program
at a position of the text is visited once only, so the work grows with pattern times text and no
pattern can be catastrophic; with back-references, where that does not hold, the budget ends it.
Matches are leftmost and longest, as POSIX wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from imagelab.shell.budget import Budget, ExhaustedError
from imagelab.shell.regex_parser import Node, Parsed, RegexError, is_word, parse_pattern

MAX_PROGRAM = 20_000
#: Moves of the matcher that count as one step of the budget.
_MOVES = 8


@dataclass(frozen=True)
class Match:
    """Where a pattern and its groups matched; ``(-1, -1)`` for a group that did not."""

    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Start of the whole match."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """End of the whole match."""
        return self.spans[0][1]


class _Compiler:
    def __init__(self) -> None:
        self.code: list[list[Any]] = []

    def emit(self, *instruction: Any) -> int:
        if len(self.code) >= MAX_PROGRAM:
            raise RegexError("Regular expression too big")
        self.code.append(list(instruction))
        return len(self.code) - 1

    def node(self, node: Node) -> None:
        kind = node[0]
        if kind == "cat":
            for item in node[1]:
                self.node(item)
        elif kind == "alt":
            ends = []
            for branch in node[1][:-1]:
                split = self.emit("split", len(self.code) + 1, 0)
                self.node(branch)
                ends.append(self.emit("jump", 0))
                self.code[split][2] = len(self.code)
            self.node(node[1][-1])
            for end in ends:
                self.code[end][1] = len(self.code)
        elif kind == "group":
            self.emit("save", 2 * node[1])
            self.node(node[2])
            self.emit("save", 2 * node[1] + 1)
        elif kind == "rep":
            self.repeat(*node[1:])
        else:
            self.emit(*node)

    def repeat(self, node: Node, least: int, most: int) -> None:
        for _ in range(least):
            self.node(node)
        if most < 0:
            split = self.emit("split", len(self.code) + 1, 0)
            self.node(node)
            self.emit("jump", split)
            self.code[split][2] = len(self.code)
            return
        splits = []
        for _ in range(most - least):
            splits.append(self.emit("split", len(self.code) + 1, 0))
            self.node(node)
        for split in splits:
            self.code[split][2] = len(self.code)


class Pattern:
    """A compiled pattern."""

    def __init__(self, parsed: Parsed) -> None:
        """Compile an expression.

        Raises:
            RegexError: it is too big.
        """
        compiler = _Compiler()
        compiler.node(parsed.tree)
        compiler.emit("match")
        self.groups = parsed.groups
        self._code = compiler.code
        self._backrefs = parsed.backrefs
        self._first = self._code[0][1] if self._code[0][0] == "char" else ""
        self._anchored = self._code[0][0] == "bol"

    def search(
        self, text: str, start: int, budget: Budget, *, at_start: bool = True
    ) -> Match | None:
        """Return the leftmost longest match from a position on.

        Args:
            text: where to look.
            start: position to begin at.
            budget: pays for the work.
            at_start: whether ``^`` matches at position 0.

        Raises:
            ExhaustedError: the budget is used up.
        """
        seen: set[int] = set()
        spent = 0
        try:
            begin = start
            while begin <= len(text) and not (self._anchored and begin):
                if self._first:
                    begin = text.find(self._first, begin)
                    if begin < 0:
                        break
                found, moves = self._run(text, begin, seen, at_start,
                                         budget.steps * _MOVES - spent)
                spent += moves + 1
                if found is not None:
                    return found
                begin += 1
            return None
        finally:
            budget.take("steps", min(budget.steps, spent // _MOVES))

    def _run(
        self, text: str, begin: int, seen: set[int], at_start: bool, most: int
    ) -> tuple[Match | None, int]:
        code, size, width = self._code, len(text), len(text) + 1
        prune = not self._backrefs
        saves: tuple[int, ...] = (-1,) * (2 * self.groups + 2)
        stack: list[tuple[int, int, tuple[int, ...]]] = [(0, begin, saves)]
        best: tuple[int, tuple[int, ...]] | None = None
        moves = 0
        while stack:
            pc, pos, saves = stack.pop()
            while True:
                moves += 1
                if moves > most:
                    raise ExhaustedError("steps")
                if prune:
                    key = pc * width + pos
                    if key in seen:
                        break
                    seen.add(key)
                instruction = code[pc]
                kind = instruction[0]
                if kind == "char":
                    if pos < size and text[pos] == instruction[1]:
                        pc, pos = pc + 1, pos + 1
                        continue
                    break
                if kind == "any":
                    if pos < size:
                        pc, pos = pc + 1, pos + 1
                        continue
                    break
                if kind == "set":
                    if pos < size and instruction[1](text[pos]):
                        pc, pos = pc + 1, pos + 1
                        continue
                    break
                if kind == "split":
                    stack.append((instruction[2], pos, saves))
                    pc = instruction[1]
                    if not prune and len(stack) > size + MAX_PROGRAM:
                        break
                elif kind == "jump":
                    pc = instruction[1]
                elif kind == "save":
                    slot = instruction[1]
                    saves = (*saves[:slot], pos, *saves[slot + 1 :])
                    pc += 1
                elif kind == "match":
                    if best is None or pos > best[0]:
                        best = (pos, saves)
                    if pos == size:
                        stack.clear()
                    break
                elif kind == "back":
                    low, high = saves[2 * instruction[1]], saves[2 * instruction[1] + 1]
                    piece = text[low:high] if low >= 0 <= high else None
                    if piece is None or not text.startswith(piece, pos):
                        break
                    pc, pos = pc + 1, pos + len(piece)
                elif self._edge(instruction, text, pos, at_start):
                    pc += 1
                else:
                    break
        if best is None:
            return None, moves
        end, saves = best
        spans = [(begin, end)]
        spans += [(saves[2 * g], saves[2 * g + 1]) for g in range(1, self.groups + 1)]
        return Match(tuple(spans)), moves

    @staticmethod
    def _edge(instruction: list[Any], text: str, pos: int, at_start: bool) -> bool:
        kind = instruction[0]
        if kind == "bol":
            return pos == 0 and at_start
        if kind == "eol":
            return pos == len(text)
        before = pos > 0 and is_word(text[pos - 1])
        after = pos < len(text) and is_word(text[pos])
        edge = instruction[1]
        if edge == "<":
            return after and not before
        if edge == ">":
            return before and not after
        if edge in "`'":
            return pos == (0 if edge == "`" else len(text))
        return bool((before != after) == (edge == "b"))


@lru_cache(maxsize=128)
def compile_pattern(text: str, *, ere: bool = False, icase: bool = False) -> Pattern:
    """Compile a pattern, or return it from before.

    Raises:
        RegexError: it is wrong.
    """
    return Pattern(parse_pattern(text, ere=ere, icase=icase))


def compile_ere(text: str) -> Pattern:
    """Compile an extended expression.

    Raises:
        RegexError: it is wrong.
    """
    return compile_pattern(text, ere=True)
