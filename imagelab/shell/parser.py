"""From the text of a script to its syntax tree, one complete command at a time."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.shell.syntax import (
    EMPTY,
    AndOr,
    Arith,
    Assign,
    Calculation,
    Case,
    Command,
    Condition,
    For,
    Function,
    If,
    Lit,
    Param,
    Part,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Simple,
    Subshell,
    Subst,
    While,
    Word,
)

#: How deeply commands and substitutions may be nested.
MAX_DEPTH = 40

_RESERVED = frozenset(
    [
        "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until",
        "for", "{", "}", "!", "in", "[[", "]]", "function",
    ]
)
_CLOSERS = frozenset(["then", "else", "elif", "fi", "do", "done", "esac", "}", "in", "]]"])
_OPERATORS = (
    "<<-", "<<<", "&>>", ";;&", "&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|", "&>",
    "&", "|", ";", "<", ">", "(", ")",
)
_REDIRECTIONS = frozenset({"<<-", "<<<", "<<", ">>", "<&", ">&", "<>", ">|", "&>", "&>>", "<", ">"})
_BASH_ONLY = frozenset({"<<<", "&>>", "&>", ";;&", ";&"})
_META = frozenset(" \t\n;&|<>()")
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


@dataclass
class _Token:
    kind: str  # word operator newline end
    text: str  # raw text
    word: Word = ()
    start: int = 0
    line: int = 0


def is_name(text: str) -> bool:
    """Whether a text can name a variable."""
    return bool(text) and text.isascii() and text.isidentifier()


class Parser:
    """Parses a script from a position on.

    Attributes:
        pos: where the next command begins.
        line: its line, from 1.
        open_document: whether the text ended inside a here-document.
    """

    def __init__(self, text: str, *, pos: int = 0, line: int = 1, bash: bool = False,
                 depth: int = 0) -> None:
        """Stand at ``pos``; ``bash`` allows bash's additions."""
        self.text, self.pos, self.line = text, pos, line
        self._bash = bash
        self._depth = depth
        self._token: _Token | None = None
        self._documents: list[tuple[list[Redirect], int, str, bool, bool]] = []
        self._regex = False
        self.open_document = False

    # --- commands --------------------------------------------------------------------------

    def next_command(self) -> Command | None:
        """Return the next complete line's command; None at the end.

        Raises:
            ScriptError: the text is no sh; one of kind ``end``, ``quote`` or ``brace`` may only
                mean that more of the text is to come.
        """
        while self._peek().kind == "newline":
            self._next()
        if self._peek().kind == "end":
            return None
        items: list[tuple[Command, bool]] = []
        while True:
            items.append((self._and_or(), False))
            token = self._peek()
            if token.kind == "operator" and token.text in (";", "&"):
                self._next()
                items[-1] = (items[-1][0], token.text == "&")
                token = self._peek()
                if token.kind not in ("newline", "end"):
                    continue
            if token.kind == "newline":
                self._next()
            elif token.kind != "end":
                raise self._unexpected()
            break
        self._read_documents()
        return items[0][0] if len(items) == 1 and not items[0][1] else Sequence(tuple(items))

    def whole(self) -> Command:
        """Return all that is left as one command."""
        items: list[tuple[Command, bool]] = []
        while (command := self.next_command()) is not None:
            items.append((command, False))
        return Sequence(tuple(items))

    def _list(self, expected: str, ends: tuple[str, ...]) -> Command:
        """A list up to one of the words that end it, which stays; it may not be empty."""
        items: list[tuple[Command, bool]] = []
        self._skip_newlines()
        while True:
            token = self._peek()
            if token.kind == "end":
                raise self._unexpected(expected)
            if token.text in ends and (token.kind == "operator" or self._plain(token)):
                if not items:
                    raise self._unexpected()
                break
            items.append((self._and_or(expected if items else ""), False))
            token = self._peek()
            if token.kind == "operator" and token.text in (";", "&"):
                self._next()
                items[-1] = (items[-1][0], token.text == "&")
            elif token.kind == "newline":
                pass
            elif token.text in ends and token.kind == "operator":
                continue
            else:
                raise self._unexpected(expected)
            self._skip_newlines()
        return items[0][0] if len(items) == 1 and not items[0][1] else Sequence(tuple(items))

    def _skip_newlines(self) -> None:
        while self._peek().kind == "newline":
            self._next()

    def _and_or(self, expected: str = "") -> Command:
        first = self._pipeline(expected)
        rest: list[tuple[str, Command]] = []
        while (token := self._peek()).kind == "operator" and token.text in ("&&", "||"):
            self._next()
            self._skip_newlines()
            rest.append((token.text, self._pipeline()))
        return AndOr(first, tuple(rest)) if rest else first

    def _pipeline(self, expected: str = "") -> Command:
        negate = False
        while self._plain(self._peek()) and self._peek().text == "!":
            self._next()
            negate = not negate
        commands = [self._command(expected)]
        while (token := self._peek()).kind == "operator" and token.text == "|":
            self._next()
            self._skip_newlines()
            commands.append(self._command())
        if len(commands) == 1 and not negate:
            return commands[0]
        return Pipeline(tuple(commands), negate)

    def _command(self, expected: str = "") -> Command:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ScriptError("depth", "", self.line)
        try:
            return self._any_command(expected)
        finally:
            self._depth -= 1

    def _any_command(self, expected: str) -> Command:
        token = self._peek()
        line = token.line
        if token.kind == "operator" and token.text == "(":
            if self._bash and self.text.startswith("((", token.start):
                calculation = self._calculation(token)
                if calculation is not None:
                    return self._redirected(calculation, line)
            self._next()
            body = self._list(")", (")",))
            self._expect(")")
            return self._redirected(Subshell(body), line)
        if token.kind == "word" and self._plain(token):
            compound = self._compound(token)
            if compound is not None:
                return self._redirected(compound, line)
            if token.text in _CLOSERS and token.text not in ("in", "]]"):
                raise self._unexpected(expected)
        return self._simple(expected)

    def _compound(self, token: _Token) -> Command | None:
        text = token.text
        if text == "{":
            self._next()
            body = self._list("}", ("}",))
            self._expect("}")
            return Sequence(((body, False),))
        if text == "if":
            return self._if()
        if text in ("while", "until"):
            self._next()
            condition = self._list("do", ("do",))
            return While(condition, self._do(), text == "until")
        if text == "for":
            return self._for(token.line)
        if text == "case":
            return self._case(token.line)
        if text == "function" and self._bash:
            self._next()
            name = self._next()
            if self._peek().text == "(" and self._peek().kind == "operator":
                self._next()
                self._expect(")")
            return self._function(name.text)
        if text == "[[" and self._bash:
            return self._condition(token.line)
        return None

    def _redirected(self, body: Command, line: int) -> Command:
        redirects: list[Redirect] = []
        while self._redirect(redirects):
            pass
        if not redirects:
            return body
        pending = Redirected(body, (), line)
        return self._later(pending, redirects)

    def _later(self, command: Simple | Redirected, redirects: list[Redirect]) -> Command:
        """Attach redirections; a here-document's text comes only after the line's end."""
        waiting = any(redirects is each[0] for each in self._documents)
        kept = redirects if waiting else tuple(redirects)
        object.__setattr__(command, "redirects", kept)
        return command

    def _if(self) -> Command:
        self._next()
        branches = []
        while True:
            condition = self._list("then", ("then",))
            self._expect("then")
            branches.append((condition, self._list("fi", ("fi", "else", "elif"))))
            word = self._next().text
            if word != "elif":
                break
        otherwise = None
        if word == "else":
            otherwise = self._list("fi", ("fi",))
            self._expect("fi")
        return If(tuple(branches), otherwise)

    def _do(self) -> Command:
        self._expect("do")
        body = self._list("done", ("done",))
        self._expect("done")
        return body

    def _for(self, line: int) -> Command:
        self._next()
        name = self._next()
        if not is_name(name.text):
            raise ScriptError("for", name.text, name.line)
        words: list[Word] | None = None
        self._skip_newlines()
        token = self._peek()
        if self._plain(token) and token.text == "in":
            self._next()
            words = []
            while self._peek().kind == "word":
                words.append(self._next().word)
            token = self._peek()
            if not (token.kind == "newline" or token.text == ";"):
                raise self._unexpected()
            self._next()
        elif token.kind == "operator" and token.text == ";":
            self._next()
        self._skip_newlines()
        if self._bash and self._peek().text == "{":
            self._next()
            body = self._list("}", ("}",))
            self._expect("}")
        else:
            body = self._do()
        return For(name.text, None if words is None else tuple(words), body, line)

    def _case(self, line: int) -> Command:
        self._next()
        word = self._next()
        if word.kind != "word":
            raise self._unexpected(token=word)
        self._skip_newlines()
        self._expect("in")
        items = []
        while True:
            self._skip_newlines()
            token = self._peek()
            if self._plain(token) and token.text == "esac":
                break
            if token.kind == "end":
                raise self._unexpected(")")
            if token.text == "(" and token.kind == "operator":
                self._next()
            patterns = [self._pattern()]
            while self._peek().text == "|" and self._peek().kind == "operator":
                self._next()
                patterns.append(self._pattern())
            self._expect(")")
            self._skip_newlines()
            body: Command = EMPTY
            ends = (";;", ";&", ";;&")
            token = self._peek()
            if not (token.text in ends or (self._plain(token) and token.text == "esac")):
                body = self._case_body()
            token = self._peek()
            ended = ";;"
            if token.kind == "operator" and token.text in ends:
                ended = self._next().text
            elif not (self._plain(token) and token.text == "esac"):
                raise self._unexpected(";;")
            items.append((tuple(patterns), body, ended))
        self._expect("esac")
        return Case(word.word, tuple(items), line)

    def _case_body(self) -> Command:
        items: list[tuple[Command, bool]] = []
        while True:
            self._skip_newlines()
            token = self._peek()
            if token.text in (";;", ";&", ";;&") and token.kind == "operator":
                break
            if self._plain(token) and token.text == "esac":
                break
            if token.kind == "end":
                raise self._unexpected("esac" if not items else ";;")
            items.append((self._and_or(), False))
            token = self._peek()
            if token.kind == "operator" and token.text in (";", "&"):
                self._next()
                items[-1] = (items[-1][0], token.text == "&")
            elif token.kind != "newline":
                if token.kind == "operator" and token.text in (";;", ";&", ";;&"):
                    break
                raise self._unexpected(";;")
        return Sequence(tuple(items))

    def _pattern(self) -> Word:
        token = self._next()
        if token.kind != "word":
            raise self._unexpected(token=token)
        return token.word

    def _function(self, name: str) -> Command:
        self._skip_newlines()
        return Function(name, self._command())

    def _condition(self, line: int) -> Command:
        self._next()
        words: list[Word] = []
        while True:
            self._regex = bool(words) and words[-1] == (Lit("=~", False),)
            self._skip_newlines()
            token = self._next()
            self._regex = False
            if token.kind == "end":
                raise self._unexpected(token=token)
            if self._plain(token) and token.text == "]]":
                break
            words.append(token.word if token.kind == "word" else (Lit(token.text, False),))
        return Condition(tuple(words), line)

    def _calculation(self, token: _Token) -> Command | None:
        end = _matching(self.text, token.start + 2)
        if end < 0 or not self.text.startswith("))", end):
            return None
        expression = self.text[token.start + 2 : end]
        line = token.line
        self.line = line + expression.count("\n")
        self.pos = end + 2
        self._token = None
        return Calculation(self._inner(expression, line), line)

    def _simple(self, expected: str) -> Command:
        assigns: list[Assign] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        line = self._peek().line
        while True:
            if self._redirect(redirects):
                continue
            token = self._peek()
            if token.kind != "word":
                break
            assign = None if words else assignment(token.word)
            self._next()
            if assign is not None:
                assigns.append(assign)
                continue
            words.append(token.word)
            after = self._peek()
            if len(words) == 1 and not assigns and not redirects and after.text == "(" and (
                after.kind == "operator"
            ):
                self._next()
                self._expect(")")
                return self._function(token.text)
        if not (assigns or words or redirects):
            raise self._unexpected(expected)
        return self._later(Simple(tuple(assigns), tuple(words), (), line), redirects)

    def _redirect(self, redirects: list[Redirect]) -> bool:
        token = self._peek()
        fd = -1
        if token.kind == "word" and token.text.isdigit() and len(token.text) < 4 and (
            self.pos < len(self.text) and self.text[self.pos] in "<>"
        ):
            self._next()
            fd, token = int(token.text), self._peek()
        if token.kind != "operator" or token.text not in _REDIRECTIONS:
            return False
        op = self._next().text
        target = self._peek()
        if target.kind != "word":
            raise self._unexpected()
        self._next()
        if fd < 0:
            fd = 0 if op[0] == "<" else 1
        if op in ("<<", "<<-"):
            quoted = any(isinstance(p, Lit) and p.quoted for p in target.word)
            end = "".join(p.text for p in target.word if isinstance(p, Lit))
            self._documents.append((redirects, len(redirects), end, op == "<<-", quoted))
            op = "<<"
        redirects.append(Redirect(fd, op, target.word))
        return True

    def _read_documents(self) -> None:
        """Read the bodies of here-documents, which begin on the next line."""
        documents, self._documents = self._documents, []
        for redirects, index, end, strip, quoted in documents:
            lines: list[str] = []
            start_line = self.line
            while True:
                if self.pos >= len(self.text):
                    self.open_document = True
                    break
                stop = self.text.find("\n", self.pos)
                stop = len(self.text) if stop < 0 else stop
                text = self.text[self.pos : stop]
                self.pos = min(stop + 1, len(self.text))
                self.line += 1
                if strip:
                    text = text.lstrip("\t")
                if text == end:
                    break
                lines.append(text + "\n")
            body = "".join(lines)
            word: Word = (Lit(body, True),) if quoted else self._inner(body, start_line,
                                                                       document=True)
            redirects[index] = Redirect(redirects[index].fd, "<<", word)

    def _expect(self, text: str) -> None:
        token = self._peek()
        if token.text != text or (token.kind != "operator" and not self._plain(token)):
            raise self._unexpected(text)
        self._next()

    def _unexpected(self, expected: str = "", token: _Token | None = None) -> ScriptError:
        token = token or self._peek()
        kind = token.kind
        if kind == "operator" and token.text in _REDIRECTIONS:
            kind = "redirection"
        elif kind == "word" and self._plain(token) and token.text in _RESERVED:
            kind = "reserved"
        return ScriptError(kind, token.text, token.line, expected)

    @staticmethod
    def _plain(token: _Token) -> bool:
        """Whether a word has no quotes or expansions: it may be a reserved word."""
        return token.kind == "word" and len(token.word) == 1 and (
            token.word[0] == Lit(token.text, False)
        )

    # --- tokens ----------------------------------------------------------------------------

    def _peek(self) -> _Token:
        if self._token is None:
            self._token = self._scan()
        return self._token

    def _next(self) -> _Token:
        token = self._peek()
        self._token = None
        return token

    def _scan(self) -> _Token:
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
            return _Token("end", "", (), start, line)
        if text[start] == "\n":
            self.pos += 1
            self.line += 1
            if self._documents:
                self._read_documents()
            return _Token("newline", "newline", (), start, line)
        if text[start] in _META and not (self._regex and text[start] in "()|<>&"):
            for operator in _OPERATORS:
                if text.startswith(operator, start) and (
                    self._bash or operator not in _BASH_ONLY
                ):
                    self.pos += len(operator)
                    return _Token("operator", operator, (), start, line)
        word = self._word()
        return _Token("word", text[start : self.pos], word, start, line)

    def _word(self) -> Word:
        text, parts, plain = self.text, _Parts(), 0
        while self.pos < len(text):
            char = text[self.pos]
            if char in _META and not (self._regex and (char in "|<>&" or plain or char == "(")):
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
        inner = Parser(text, line=line, bash=self._bash, depth=self._depth + 1)
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
            end = _matching(text, start + 3) if text.startswith("$((", start) else -1
            if end >= 0 and text.startswith("))", end):
                word = self._inner(text[start + 3 : end], self.line)
                self.line += text.count("\n", start, end)
                self.pos = end + 2
                parts.append(Arith(word, quoted))
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
        elif after == "'" and not quoted and self._bash:
            self.pos += 1
            parts.add(self._ansi(), True)
        elif after == '"' and not quoted and self._bash:
            self.pos += 1
        else:
            self.pos += 1
            parts.add("$", quoted)

    def _ansi(self) -> str:
        """Read ``$'…'``, which bash has."""
        from imagelab.shell.escapes import unescape

        end = self.pos + 1
        while end < len(self.text) and self.text[end] != "'":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise ScriptError("quote", "'", self.line)
        inside = self.text[self.pos + 1 : end]
        self.line += inside.count("\n")
        self.pos = end + 1
        return unescape(inside, quotes=True)[0]

    def _substitution(self, quoted: bool) -> Part:
        """Parse ``$(…)`` to find its end; its text is parsed again when it runs."""
        start, line = self.pos + 2, self.line
        inner = Parser(self.text, pos=start, line=line, bash=self._bash, depth=self._depth + 1)
        if inner._depth > MAX_DEPTH:
            raise ScriptError("depth", "", line)
        inner._skip_newlines()
        if not (inner._peek().text == ")" and inner._peek().kind == "operator"):
            try:
                inner._list(")", (")",))
            except ScriptError as error:
                if error.kind == "end" and self._bash:
                    raise ScriptError("quote", ")", error.line) from None
                raise
        close = inner._peek()
        if close.text != ")" or close.kind != "operator":
            raise inner._unexpected(")")
        self.pos, self.line = close.start + 1, inner.line
        return Subst(self.text[start : close.start], line, quoted)

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
        if text[pos : pos + 1] == "#" and text[pos + 1 : pos + 2] not in ("}", ""):
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
                    other = self._operand(quoted, "")
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
        for op in ops:
            if self.text.startswith(op, self.pos):
                self.pos += len(op)
                return op
        if self._bash and self.text.startswith(":", self.pos):
            self.pos += 1
            return "substring"
        return "bad"

    def _operand(self, quoted: bool, stop: str) -> Word:
        """Read a word inside ``${…}`` up to the brace, or to the character ``stop``."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ScriptError("depth", "", self.line)
        text, parts = self.text, _Parts()
        while self.pos < len(text):
            char = text[self.pos]
            if char == "}" or (stop and char == stop):
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


def assignment(word: Word) -> Assign | None:
    """Return the assignment that a word is, if its name and ``=`` are unquoted."""
    if not word or not isinstance(word[0], Lit) or word[0].quoted:
        return None
    name, equals, rest = word[0].text.partition("=")
    append = name.endswith("+")
    name = name[:-1] if append else name
    if not equals or not is_name(name):
        return None
    value: Word = ((Lit(rest, False), *word[1:]) if rest else word[1:])
    return Assign(name, value, append)


def _matching(text: str, pos: int) -> int:
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
