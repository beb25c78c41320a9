"""Syntax errors in each shell's words."""

from __future__ import annotations

import re

from imagelab.shell.state import Shell
from imagelab.shell.words import ScriptError


def syntax_error(shell: Shell, error: ScriptError, text: str, kind: str) -> str:
    """Return the lines that a shell prints for a syntax error."""
    if error.kind == "depth":
        return f"{shell.prefix()}imagelab: commands are nested too deeply\n"
    if shell.bash:
        return _bash(shell, error, text, kind) + _not_simulated(text)
    what = _token(error)
    if error.kind == "quote" and (shell.dialect == "dash" or shell.reading):
        shell.line = 1 + text.count("\n")
    if shell.dialect == "dash":
        shell.line += error.kind == "newline"
        expecting = f' (expecting "{error.expected}")' if error.expected else ""
        words = {"quote": "Unterminated quoted string", "brace": "Missing '}'",
                 "for": "Bad for loop variable"}
        if error.kind == "quote" and error.token == "`":
            words["quote"] = "EOF in backquote substitution"
        message = words.get(error.kind, f"{what} unexpected{expecting}")
        return f"{shell.prefix()}Syntax error: {message}\n"
    expecting = f' (expecting "{error.expected}")' if error.expected else ""
    words = {"quote": "unterminated quoted string", "brace": "missing '}'",
             "for": "bad for loop variable"}
    if error.kind == "quote" and error.token == "`":
        words["quote"] = "EOF in backquote substitution"
    message = words.get(error.kind, f"unexpected {what}{expecting}")
    return f"{shell.prefix()}syntax error: {message}\n"


#: What bash reads beyond sh and the lab does not.
_NOT_SIMULATED = {
    "arrays": re.compile(r"(?:^|[\s;&|(])[A-Za-z_]\w*\+?=\("),
    "process substitution": re.compile(r"[<>]\("),
    "select": re.compile(r"(?:^|[\s;&|(])select\s"),
}


def _not_simulated(text: str) -> str:
    """Return a line for what may be the true reason of a syntax error in bash."""
    found = next((what for what, sign in _NOT_SIMULATED.items() if sign.search(text)), "")
    return f"imagelab does not simulate bash's {found}\n" if found else ""


def _token(error: ScriptError) -> str:
    names = {"end": "end of file", "newline": "newline", "word": "word",
             "redirection": "redirection"}
    return names.get(error.kind, f'"{error.token}"')


def _bash(shell: Shell, error: ScriptError, text: str, kind: str) -> str:
    def front(line: int) -> str:
        if shell.reading:
            blamed = f"{shell.blamed}: " if shell.interactive else ""
            return f"{blamed}{shell.reading}: line {line}: "
        if shell.interactive or shell.mode == "stdin":
            return f"{shell.blamed}: "
        inside = "eval: " if kind == "eval" else "-c: " if shell.mode == "c" else ""
        return f"{shell.name}: {inside}line {line}: "

    if error.kind == "quote":
        return (f"{front(error.line)}unexpected EOF while looking for matching "
                f"`{error.token}'\n")
    if error.kind == "brace":
        return f"{front(error.line)}unexpected EOF while looking for matching `}}'\n"
    if error.kind == "end":
        last = error.line + (0 if text.endswith("\n") else 1)
        return f"{front(last)}syntax error: unexpected end of file\n"
    if error.kind == "for":
        return f"{shell.prefix()}`{error.token}': not a valid identifier\n"
    where = front(error.line)
    lines = text.split("\n")
    source = lines[error.line - 1] if 0 < error.line <= len(lines) else ""
    message = f"{where}syntax error near unexpected token `{error.token}'\n"
    at_prompt = shell.interactive and not shell.reading
    return message if at_prompt else f"{message}{where}`{source}'\n"
