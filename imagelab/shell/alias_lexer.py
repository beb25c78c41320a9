"""Aliases: words that stand for others where a command begins."""

from __future__ import annotations

from collections.abc import Mapping

from imagelab.shell.lexer import RESERVED, Lexer, Token
from imagelab.shell.words import ScriptError

#: How much text the aliases of one command may put into it.
_MAX_TEXT = 1 << 16


class AliasLexer(Lexer):
    """Reads tokens; an alias in the text gives way to what it stands for when it is asked to."""

    def __init__(self, text: str, *, pos: int = 0, line: int = 1, bash: bool = False,
                 ash: bool = False, depth: int = 0,
                 aliases: Mapping[str, str] | None = None) -> None:
        """Stand at ``pos``; ``bash`` and ``ash`` allow what these have beyond sh."""
        super().__init__(text, pos=pos, line=line, bash=bash, ash=ash, depth=depth)
        self._aliases = aliases or {}
        #: By the names of aliases in use: how much text there is behind what they stand for.
        self._behind: dict[str, int] = {}
        #: The same for one whose value ends in a blank: the next word may be an alias too.
        self._blank = -1
        self._grown = 0

    def _replace_alias(self) -> None:
        """Put what an alias stands for in its place; within that it is none."""
        while self._is_alias(token := self._peek()):
            value = self._aliases[token.text]
            self._grown += len(value)
            if self._grown > _MAX_TEXT:
                raise ScriptError("depth", "", token.line)
            behind = self._behind[token.text] = len(self.text) - self.pos
            self._blank = behind if value[-1:] in (" ", "\t") else -1
            self.text = self.text[: token.start] + value + self.text[self.pos :]
            self.pos, self._token = token.start, None

    def _is_alias(self, token: Token) -> bool:
        if not token.plain or token.text not in self._aliases or token.text in RESERVED:
            return False
        return len(self.text) - self.pos < self._behind.get(token.text, len(self.text) + 1)

    def _after_blank(self) -> bool:
        """Whether the next word is the first one behind an alias that ends in a blank."""
        if self._blank < 0 or len(self.text) - self._peek().start > self._blank:
            return False
        self._blank = -1
        return True
