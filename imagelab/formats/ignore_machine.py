"""Expressions over file names, as steps that are run in linear time.

An expression is run over all its positions at once, kept as the bits of a number: no pattern makes
that slow.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    """One step of an expression.

    Attributes:
        ranges: the characters that it takes, as first and last ones.
        negated: whether it takes all others instead.
        loops: whether it takes any number of them.
        skips: to which items, counted from here, one may go on without a character.
        begins: whether it is the mark of the text's beginning, which takes no character.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False
    loops: bool = False
    skips: tuple[int, ...] = ()
    begins: bool = False

    @property
    def literal(self) -> str:
        """The one character that the item takes, empty if there are others."""
        first, last = self.ranges[0] if len(self.ranges) == 1 else ("", "\0")
        return first if first == last and not self.negated and not self.loops else ""

    def takes(self, char: str) -> bool:
        """Tell whether the item takes a character."""
        found = any(first <= char <= last for first, last in self.ranges)
        return not self.begins and found != self.negated


@dataclass
class Expression:
    """An alternative of an expression, ready to run.

    Attributes:
        items: its steps.
        to_end: whether a match ends where the text ends.
    """

    items: list[Item]
    to_end: bool
    _takers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect the bits of the items that loop, and of those that may be left out."""
        self._loops = sum(1 << at for at, item in enumerate(self.items) if item.loops)
        self._skips = [(1 << at, 1 << at + count) for at, item in enumerate(self.items)
                       for count in item.skips]
        self._skipping = sum({bit for bit, _ in self._skips})
        self._begins = [1 << at for at, item in enumerate(self.items) if item.begins]
        self._final = 1 << len(self.items)
        #: How much work a character is, in steps.
        self.cost = 1 + len(self._skips)

    def search(self, text: str) -> bool:
        """Tell whether the expression is found in a text."""
        current = self._closed(1, at_start=True)
        for char in text:
            if current & self._final and not self.to_end:
                return True
            takers = self._takers.get(char)
            if takers is None:
                takers = self._takers[char] = sum(
                    1 << at for at, item in enumerate(self.items) if item.takes(char))
            took = current & takers
            current = self._closed(took & self._loops | took << 1 | 1, at_start=False)
        return bool(current & self._final)

    def literal_end(self) -> str:
        """Return what every text ends with in which this is found."""
        optional = {at + step for at, item in enumerate(self.items)
                    for count in item.skips for step in range(count)}
        end = ""
        for at in reversed(range(len(self.items)) if self.to_end else ()):
            char = self.items[at].literal
            if not char or at in optional:
                break
            end = char + end
        return end

    def _closed(self, bits: int, *, at_start: bool) -> int:
        """Add the positions that are reached without a character; they lie ahead only."""
        if bits & self._skipping:
            for bit, reached in self._skips:
                if bits & bit:
                    bits |= reached
        if at_start and self._begins:
            for bit in self._begins:
                if bits & bit:
                    bits = self._closed(bits | bit << 1, at_start=False)
        return bits
