"""The lines that were typed at a prompt, to be typed again."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Lines that are kept.
MOST = 1_000


@dataclass
class History:
    """Lines, and where somebody stands who looks through them.

    Attributes:
        lines: the oldest first, none twice in a row.
        draft: what was being typed when somebody began to look.
        back: how many lines back one stands; 0 for the draft.
    """

    lines: list[str] = field(default_factory=list)
    draft: str = ""
    back: int = 0

    def add(self, line: str) -> None:
        """Keep a line, and look at none."""
        self.leave()
        if line.strip() and self.lines[-1:] != [line]:
            self.lines.append(line)
            del self.lines[:-MOST]

    def leave(self) -> None:
        """Look at none: the next one that is looked at is the newest."""
        self.draft, self.back = "", 0

    def older(self, typed: str) -> str:
        """Return the line before; the same one at the beginning.

        Args:
            typed: what stands at the prompt.
        """
        if not self.back:
            self.draft = typed
        self.back = min(self.back + 1, len(self.lines))
        return self._here()

    def newer(self, typed: str) -> str:
        """Return the line after, at last what was being typed."""
        if not self.back:
            return typed
        self.back -= 1
        return self._here()

    def _here(self) -> str:
        return self.lines[-self.back] if self.back else self.draft
