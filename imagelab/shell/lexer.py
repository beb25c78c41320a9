"""Tokens of a script: words, operators, ends of lines; and its here-documents."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from imagelab.shell.syntax import Lit, Redirect, Word
from imagelab.shell.words import META, ScriptError, WordReader

RESERVED = frozenset(
    [
        "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until",
        "for", "{", "}", "!", "in", "[[", "]]", "function",
    ]
)
_OPERATORS = (
    "<<-", "<<<", "&>>", ";;&", "&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>",
    "&", "|", ";", "<", ">", "(", ")",
)
REDIRECTIONS = frozenset({"<<-", "<<<", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "&>>", "<", ">"})
_BASH_ONLY = frozenset({"<<<", "&>>", "&>", ";;&", ";&"})
_ASH_TOO = frozenset({"&>"})


@dataclass(eq=False)
class Token:
    """A token.

    Attributes:
        kind: ``word``, ``operator``, ``newline`` or ``end``.
        text: as it stands in the script.
        word: of a word, its parts.
        start: where it begins.
        line: its line.
    """

    kind: str
    text: str
    word: Word = ()
    start: int = 0
    line: int = 0

    @property
    def plain(self) -> bool:
        """Whether a word has no quotes or expansions: it may be a reserved word."""
        return self.kind == "word" and len(self.word) == 1 and (
            self.word[0] == Lit(self.text, False)
        )


@dataclass(eq=False)
class _Document:
    """A here-document whose text is still to come.

    Attributes:
        redirects: the list that its redirection is in.
        index: where in the list.
        end: the line that ends it.
        strip: tabs at the beginning of lines are taken away.
        quoted: nothing in it is expanded.
    """

    redirects: list[Redirect]
    index: int
    end: str
    strip: bool
    quoted: bool


class Lexer(WordReader):
    """Reads tokens from a position on.

    Attributes:
        open_document: whether the text ended inside a here-document.
        unended: line and end of the here-document that had none.
    """

    def __init__(self, text: str, *, pos: int = 0, line: int = 1, bash: bool = False,
                 ash: bool = False, depth: int = 0) -> None:
        """Stand at ``pos``; ``bash`` and ``ash`` allow what these have beyond sh."""
        super().__init__(text, pos=pos, line=line, bash=bash, ash=ash, depth=depth)
        self._token: Token | None = None
        self._documents: list[_Document] = []
        self.open_document = False
        self.unended = (0, "")

    # --- tokens ----------------------------------------------------------------------------

    def quoted(self) -> Word:
        """Return a whole text as between double quotes.

        Raises:
            ScriptError: an expansion in it has no end.
        """
        return self._inner(self.text, self.line)

    def last_token(self) -> str:
        """Return the last word or operator of a text, as far as it can be read."""
        last = ""
        with suppress(ScriptError):
            while (token := self._next()).kind != "end":
                last = last if token.kind == "newline" else token.text
        return last

    def _peek(self) -> Token:
        if self._token is None:
            self._token = self._scan()
        return self._token

    def _next(self) -> Token:
        token = self._peek()
        self._token = None
        return token

    def _scan(self) -> Token:
        text = self.text
        while self.pos < len(text):
            char = text[self.pos]
            if char in " \t":
                self.pos += 1
            elif text.startswith("\\\n", self.pos):
                self.pos += 2
                self.line += 1
            elif char == "#":
                end = text.find("\n", self.pos)
                self.pos = len(text) if end < 0 else end
            else:
                break
        start, line = self.pos, self.line
        if start >= len(text):
            return Token("end", "", (), start, line)
        if text[start] == "\n":
            self.pos += 1
            self.line += 1
            if self._documents:
                self._read_documents()
            return Token("newline", "newline", (), start, line)
        if text[start] in META and not (self._regex and text[start] in "()|<>&"):
            for operator in _OPERATORS:
                if text.startswith(operator, start) and (
                    self._bash or operator not in _BASH_ONLY or (
                        self._ash and operator in _ASH_TOO)
                ):
                    self.pos += len(operator)
                    return Token("operator", operator, (), start, line)
        word = self._word()
        return Token("word", text[start : self.pos], word, start, line)

    def _skip_newlines(self) -> None:
        while self._peek().kind == "newline":
            self._next()

    def _expect(self, text: str) -> None:
        token = self._peek()
        if token.text != text or (token.kind != "operator" and not token.plain):
            raise self._unexpected(text)
        self._next()

    def _unexpected(self, expected: str = "", token: Token | None = None) -> ScriptError:
        token = token or self._peek()
        kind = token.kind
        if kind == "operator" and token.text in REDIRECTIONS:
            kind = "redirection"
        elif kind == "word" and token.plain and token.text in RESERVED:
            kind = "reserved"
        return ScriptError(kind, token.text, token.line, expected)

    # --- here-documents --------------------------------------------------------------------

    def _await_document(self, redirects: list[Redirect], word: Word, *, strip: bool) -> None:
        """Remember that the next redirection's text is to come; ``word`` says what ends it."""
        quoted = any(isinstance(p, Lit) and p.quoted for p in word)
        end = "".join(p.text for p in word if isinstance(p, Lit))
        self._documents.append(_Document(redirects, len(redirects), end, strip, quoted))

    def _awaited(self, redirects: list[Redirect]) -> bool:
        """Whether a here-document of these redirections is still to come."""
        return any(redirects is each.redirects for each in self._documents)

    def _read_documents(self) -> None:
        """Read the bodies of here-documents, which begin on the next line."""
        documents, self._documents = self._documents, []
        for document in documents:
            start_line = self.line
            self.unended = (start_line - 1, document.end)
            body = "".join(self._document_lines(document))
            word: Word = (Lit(body, True),) if document.quoted else self._inner(
                body, start_line, document=True
            )
            before = document.redirects[document.index]
            document.redirects[document.index] = Redirect(before.fd, "<<", word)

    def _document_lines(self, document: _Document) -> list[str]:
        lines: list[str] = []
        while True:
            if self.pos >= len(self.text):
                self.open_document = True
                return lines
            stop = self.text.find("\n", self.pos)
            stop = len(self.text) if stop < 0 else stop
            text = self.text[self.pos : stop]
            self.pos = min(stop + 1, len(self.text))
            self.line += 1
            if document.strip:
                text = text.lstrip("\t")
            if text == document.end:
                return lines
            lines.append(text + "\n")
