"""From the text of a script to its syntax tree, one complete command at a time."""

from __future__ import annotations

from imagelab.shell.alias_lexer import AliasLexer
from imagelab.shell.lexer import REDIRECTIONS, Token
from imagelab.shell.syntax import (
    EMPTY,
    AndOr,
    Assign,
    Calculation,
    Case,
    Command,
    Condition,
    For,
    Function,
    If,
    Lit,
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
    is_name,
)
from imagelab.shell.words import MAX_DEPTH, ScriptError, assignment, matching

_CLOSERS = frozenset(["then", "else", "elif", "fi", "do", "done", "esac", "}", "in", "]]"])


class Parser(AliasLexer):
    """Parses a script from a position on."""

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

    def _list(self, expected: str, ends: tuple[str, ...]) -> Command:
        """A list up to one of the words that end it, which stays; it may not be empty."""
        items: list[tuple[Command, bool]] = []
        self._skip_newlines()
        while True:
            self._replace_alias()
            token = self._peek()
            if token.kind == "end":
                raise self._unexpected(expected)
            if token.text in ends and (token.kind == "operator" or token.plain):
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
        while self._peek().plain and self._peek().text == "!":
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
        self._replace_alias()
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
        if token.kind == "word" and token.plain:
            compound = self._compound(token)
            if compound is not None:
                return self._redirected(compound, line)
            if token.text in _CLOSERS and token.text not in ("in", "]]"):
                raise self._unexpected(expected)
        return self._simple(expected)

    def _compound(self, token: Token) -> Command | None:
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
        if text == "function" and (self._bash or self._ash):
            self._next()
            name = self._next()
            if name.kind != "word":
                raise self._unexpected("" if self._bash else "word", token=name)
            if self._peek().text == "(" and self._peek().kind == "operator":
                self._next()
                self._expect(")")
            return self._function(name)
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
        kept = redirects if self._awaited(redirects) else tuple(redirects)
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
        if token.plain and token.text == "in":
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
            if token.plain and token.text == "esac":
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
            if not (token.text in ends or (token.plain and token.text == "esac")):
                body = self._case_body()
            token = self._peek()
            ended = ";;"
            if token.kind == "operator" and token.text in ends:
                ended = self._next().text
            elif not (token.plain and token.text == "esac"):
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
            if token.plain and token.text == "esac":
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

    def _function(self, name: Token) -> Command:
        if not (self._bash or is_name(name.text)):
            raise ScriptError("function", name.text, name.line)
        self._skip_newlines()
        return Function(name.text, self._command())

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
            if token.plain and token.text == "]]":
                break
            words.append(token.word if token.kind == "word" else (Lit(token.text, False),))
        return Condition(tuple(words), line)

    def _calculation(self, token: Token) -> Command | None:
        end = matching(self.text, token.start + 2)
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
        line, double = self._peek().line, False  # double: inside ash's ``[[``
        while True:
            if self._redirect(redirects):
                continue
            if not words or self._after_blank():
                self._replace_alias()
            token = self._peek()
            if double and token.text in ("&&", "||"):
                self._next()
                words.append((Lit(token.text, True),))
                continue
            if token.kind != "word":
                break
            double = self._ash and (double or token.text == "[[") and (
                token.text != "]]")
            assign = None if words else assignment(token.word, appends=self._bash)
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
                return self._function(token)
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
        if token.kind != "operator" or token.text not in REDIRECTIONS:
            return False
        op = self._next().text
        target = self._peek()
        if target.kind != "word":
            raise self._unexpected()
        self._next()
        if fd < 0:
            fd = 0 if op[0] == "<" else 1
        if op in ("<<", "<<-"):
            self._await_document(redirects, target.word, strip=op == "<<-")
            op = "<<"
        redirects.append(Redirect(fd, op, target.word))
        return True

    def _substitution(self, quoted: bool) -> Part:
        """Parse ``$(…)`` to find its end; its text is parsed again when it runs."""
        start, line = self.pos + 2, self.line
        inner = Parser(self.text, pos=start, line=line, bash=self._bash, ash=self._ash,
                       depth=self._depth + 1)
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
