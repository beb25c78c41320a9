"""Words of a script: quotes, expansions and the text between them."""

from __future__ import annotations

from imagelab.shell.escapes import quoted_text
from imagelab.shell.syntax import Arith, Assign, Lit, Param, Part, Subst, Word, is_name

#: How deeply commands and substitutions may be nested.
MAX_DEPTH = 40

#: Characters that end a word where they are not quoted.
META = frozenset(" \t\n;&|<>()")
_SPECIAL = frozenset("@*#?-$!")


class ScriptError(Exception):
    """A syntax error.

    Attributes:
        token: what was not expected: an operator or word, ``newline`` or ``""`` for the end.
        kind: ``word``, ``operator``, ``reserved``, ``redirection``, ``newline``, ``end`` —
            or ``quote``, ``substitution``, ``depth``, which have no token.
        expected: what had to come, if only one thing could.
        line: line of the error, from 1.
    """

    def __init__(self, kind: str, token: str, line: int, expected: str = "") -> None:
        """Keep the parts; the shell words them."""
        super().__init__(kind, token)
        self.kind, self.token, self.line, self.expected = kind, token, line, expected


class WordReader:
    """Reads words from a position on.

    Attributes:
        pos: where the next thing begins.
        line: its line, from 1.
    """

    def __init__(self, text: str, *, pos: int = 0, line: int = 1, bash: bool = False,
                 ash: bool = False, depth: int = 0) -> None:
        """Stand at ``pos``; ``bash`` allows bash's additions, ``ash`` those that busybox has."""
        self.text, self.pos, self.line = text, pos, line
        self._bash, self._ash = bash, ash
        self._depth = depth
        self._regex = False

    def _substitution(self, quoted: bool) -> Part:
        """Read ``$(…)``: where it ends only a parser of commands can tell."""
        raise NotImplementedError

    def _word(self) -> Word:
        text, parts, plain = self.text, _Parts(), 0
        while self.pos < len(text):
            char = text[self.pos]
            if char in META and not (self._regex and (char in "|<>&" or plain or char == "(")):
                break
            if self._regex and char in "()":
                plain += 1 if char == "(" else -1
            if char == "\\":
                if self.pos + 1 >= len(text):
                    parts.add("\\", False)
                    self.pos += 1
                elif text[self.pos + 1] == "\n":
                    self.pos += 2
                    self.line += 1
                else:
                    parts.add(text[self.pos + 1], True)
                    self.pos += 2
            elif char == "'":
                parts.add(self._single(), True)
            elif char == '"':
                self.pos += 1
                self._double(parts)
            elif char == "$":
                self._dollar(parts, quoted=False)
            elif char == "`":
                parts.append(self._backticks(quoted=False))
            else:
                parts.add(char, False)
                self.pos += 1
        return parts.done()

    def _single(self) -> str:
        end = self.text.find("'", self.pos + 1)
        if end < 0:
            raise ScriptError("quote", "'", self.line)
        inside = self.text[self.pos + 1 : end]
        self.line += inside.count("\n")
        self.pos = end + 1
        return inside

    def _double(self, parts: _Parts, *, document: bool = False) -> None:
        """Read up to the closing quote, or a whole here-document."""
        text = self.text
        if not document:
            parts.add("", True)
        first = self.line
        while True:
            if self.pos >= len(text):
                if document:
                    return
                raise ScriptError("quote", '"', first)
            char = text[self.pos]
            if char == '"' and not document:
                self.pos += 1
                return
            if char == "\\" and self.pos + 1 < len(text):
                after = text[self.pos + 1]
                self.pos += 2
                if after == "\n":
                    self.line += 1
                elif after in '$`\\' or (after == '"' and not document):
                    parts.add(after, True)
                else:
                    parts.add("\\" + after, True)
            elif char == "$":
                self._dollar(parts, quoted=True)
            elif char == "`":
                parts.append(self._backticks(quoted=True))
            else:
                if char == "\n":
                    self.line += 1
                parts.add(char, True)
                self.pos += 1

    def _inner(self, text: str, line: int, *, document: bool = True) -> Word:
        """Parse a text as between double quotes, its quotes being ordinary characters."""
        inner = type(self)(text, line=line, bash=self._bash, ash=self._ash, depth=self._depth + 1)
        if inner._depth > MAX_DEPTH:
            raise ScriptError("depth", "", line)
        parts = _Parts()
        inner._double(parts, document=document)
        return parts.done()

    def _dollar(self, parts: _Parts, *, quoted: bool) -> None:
        text, start = self.text, self.pos
        after = text[start + 1 : start + 2]
        if after == "{":
            parts.append(self._braced(quoted))
        elif after == "(":
            end = matching(text, start + 3) if text.startswith("$((", start) else -1
            if end >= 0 and text.startswith("))", end):
                word = self._inner(text[start + 3 : end], self.line)
                self.line += text.count("\n", start, end)
                self.pos = end + 2
                parts.append(Arith(word, quoted))
            elif text.startswith("$((", start) and not self._bash:
                raise ScriptError("arithmetic", "))", self.line)
            else:
                parts.append(self._substitution(quoted))
        elif after and (after in _SPECIAL or after.isdigit()):
            self.pos += 2
            parts.append(Param(after, "", None, None, quoted, "$" + after))
        elif is_name(after):
            end = start + 1
            while end < len(text) and (text[end] == "_" or (
                text[end].isascii() and text[end].isalnum()
            )):
                end += 1
            self.pos = end
            name = text[start + 1 : end]
            parts.append(Param(name, "", None, None, quoted, "$" + name))
        elif after == "'" and not quoted and (self._bash or self._ash):
            self.pos += 1
            parts.add(self._ansi(), True)
        elif after == '"' and not quoted and self._bash:
            self.pos += 1
        else:
            self.pos += 1
            parts.add("$", quoted)

    def _ansi(self) -> str:
        """Read ``$'…'``, which bash and ash have."""
        end = self.pos + 1
        while end < len(self.text) and self.text[end] != "'":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise ScriptError("quote", "'", self.line)
        inside = self.text[self.pos + 1 : end]
        self.line += inside.count("\n")
        self.pos = end + 1
        return quoted_text(inside, bash=self._bash)

    def _backticks(self, *, quoted: bool) -> Part:
        text, pos, line = self.text, self.pos + 1, self.line
        inside: list[str] = []
        while True:
            if pos >= len(text):
                raise ScriptError("quote", "`", line)
            char = text[pos]
            if char == "`":
                break
            if char == "\\" and text[pos + 1 : pos + 2] in (
                ("$", "`", "\\", '"') if quoted else ("$", "`", "\\")
            ):
                pos += 1
                char = text[pos]
            inside.append(char)
            self.line += char == "\n"
            pos += 1
        self.pos = pos + 1
        return Subst("".join(inside), line, quoted)

    def _braced(self, quoted: bool) -> Part:
        text, start, line = self.text, self.pos, self.line
        pos = start + 2
        op = ""
        if text[pos : pos + 1] == "#" and text[pos + 1 : pos + 2] not in ("}", "", ":"):
            op, pos = "length", pos + 1
        elif text[pos : pos + 1] == "!" and self._bash and is_name(text[pos + 1 : pos + 2]):
            op, pos = "indirect", pos + 1
        end = pos
        if text[pos : pos + 1] in _SPECIAL and text[pos : pos + 1]:
            end = pos + 1
        else:
            while end < len(text) and (text[end] == "_" or (
                text[end].isascii() and text[end].isalnum()
            )):
                end += 1
        name = text[pos:end]
        self.pos = end
        word: Word | None = None
        other: Word | None = None
        if text[end : end + 1] != "}":
            if op or not name or (end < len(text) and name[0].isdigit() and not name.isdigit()):
                op = "bad"
            else:
                op = self._operation()
            if op == "bad":
                self._operand(quoted, "")
            elif op in ("/", "//", "/#", "/%"):
                word = self._operand(False, "/")
                if text[self.pos : self.pos + 1] == "/":
                    self.pos += 1
                    other = self._operand(False, "")
            elif op == "substring":
                word = self._operand(quoted, ":")
                if text[self.pos : self.pos + 1] == ":":
                    self.pos += 1
                    other = self._operand(quoted, "")
            else:
                word = self._operand(quoted and op not in ("#", "##", "%", "%%"), "")
        elif not name:
            op = "bad"
        if text[self.pos : self.pos + 1] != "}":
            raise ScriptError("brace", "}", line)
        self.pos += 1
        return Param(name, op, word, other, quoted, text[start : self.pos])

    def _operation(self) -> str:
        ops = [":-", ":=", ":?", ":+", "##", "%%", "-", "=", "?", "+", "#", "%"]
        ops += ["//", "/#", "/%", "/", "^^", ",,", "^", ","] if self._bash else []
        ops += ["//", "/"] if self._ash else []
        for op in ops:
            if self.text.startswith(op, self.pos):
                self.pos += len(op)
                return op
        if (self._bash or self._ash) and self.text.startswith(":", self.pos):
            self.pos += 1
            return "substring"
        return "bad"

    def _operand(self, quoted: bool, stop: str) -> Word:
        """Read a word inside ``${…}`` up to the brace, or to the character ``stop``."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ScriptError("depth", "", self.line)
        text, parts = self.text, _Parts()
        first = self.pos
        while self.pos < len(text):
            char = text[self.pos]
            if char == "}" or (stop and char == stop and not (stop == "/" and self.pos == first)):
                break
            if char == "\\" and self.pos + 1 < len(text):
                after = text[self.pos + 1]
                if quoted and after not in '$`"\\}':
                    parts.add("\\" + after, True)
                elif after != "\n":
                    parts.add(after, True)
                self.pos += 2
            elif char == "'" and not quoted:
                parts.add(self._single(), True)
            elif char == '"':
                self.pos += 1
                self._double(parts)
            elif char == "$":
                self._dollar(parts, quoted=quoted)
            elif char == "`":
                parts.append(self._backticks(quoted=quoted))
            else:
                self.line += char == "\n"
                parts.add(char, quoted)
                self.pos += 1
        self._depth -= 1
        return parts.done()


class _Parts:
    """Collects a word's parts, joining neighbouring text."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._text: list[str] = []
        self._quoted = False

    def add(self, text: str, quoted: bool) -> None:
        if self._text and quoted != self._quoted:
            self._flush()
        self._quoted = quoted
        self._text.append(text)

    def append(self, part: Part) -> None:
        self._flush()
        self._parts.append(part)

    def _flush(self) -> None:
        if self._text:
            self._parts.append(Lit("".join(self._text), self._quoted))
            self._text = []

    def done(self) -> Word:
        self._flush()
        return tuple(self._parts)


def assignment(word: Word, *, appends: bool) -> Assign | None:
    """Return the assignment that a word is, if its name and ``=`` are unquoted.

    Args:
        word: of a command.
        appends: whether ``+=`` is one too, as only bash has it.
    """
    if not word or not isinstance(word[0], Lit) or word[0].quoted:
        return None
    name, equals, rest = word[0].text.partition("=")
    append = appends and name.endswith("+")
    name = name[:-1] if append else name
    if not equals or not is_name(name):
        return None
    value: Word = ((Lit(rest, False), *word[1:]) if rest else word[1:])
    return Assign(name, value, append)


def matching(text: str, pos: int) -> int:
    """Return where the parenthesis that is open at ``pos`` closes, or -1."""
    depth = 0
    while pos < len(text):
        char = text[pos]
        if char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                return pos
            depth -= 1
        elif char == "\\":
            pos += 1
        elif char in "'\"" :
            end = text.find(char, pos + 1)
            if end < 0:
                return -1
            pos = end
        pos += 1
    return -1
