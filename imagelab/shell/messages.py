"""Errors of syntax and of arithmetic in each shell's words."""

from __future__ import annotations

import re

from imagelab.shell.arithmetic import ArithmeticProblem
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.words import ScriptError


def syntax_error(shell: Shell, error: ScriptError, text: str, kind: str) -> str:
    """Return the lines that a shell prints for a syntax error."""
    if error.kind == "depth":
        return f"{shell.prefix()}imagelab: commands are nested too deeply\n"
    if shell.bash:
        return _bash(shell, error, text, kind) + _not_simulated("bash", _NOT_SIMULATED, text)
    if shell.dialect == "ash":
        lacks = {"process substitution": _NOT_SIMULATED["process substitution"]}
        return _ash(shell, error, text) + _not_simulated("ash", lacks, text)
    if error.kind == "quote":
        shell.line = 1 + text.count("\n")
    shell.line += error.kind == "newline"
    expecting = f' (expecting "{error.expected}")' if error.expected else ""
    words = {"quote": "Unterminated quoted string", "brace": "Missing '}'",
             "for": "Bad for loop variable", "function": "Bad function name",
             "arithmetic": "Missing '))'"}
    if error.kind == "quote" and error.token == "`":
        words["quote"] = "EOF in backquote substitution"
    message = words.get(error.kind, f"{_token(error)} unexpected{expecting}")
    return f"{shell.prefix()}Syntax error: {message}\n"


def _ash(shell: Shell, error: ScriptError, text: str) -> str:
    if error.kind == "quote" and shell.reading:
        shell.line = 1 + text.count("\n")
    expected = error.expected if error.expected == "word" else f'"{error.expected}"'
    expecting = f" (expecting {expected})" if error.expected else ""
    words = {"quote": "unterminated quoted string", "brace": "missing '}'",
             "for": "bad for loop variable", "function": "bad function name",
             "arithmetic": "missing '))'"}
    if error.kind == "quote" and error.token == "`":
        words["quote"] = "EOF in backquote substitution"
    message = words.get(error.kind, f"unexpected {_token(error)}{expecting}")
    return f"{shell.prefix()}syntax error: {message}\n"


#: What bash reads beyond sh and the lab does not.
_NOT_SIMULATED = {
    "arrays": re.compile(r"(?:^|[\s;&|(])[A-Za-z_]\w*\+?=\("),
    "process substitution": re.compile(r"[<>]\("),
    "select": re.compile(r"(?:^|[\s;&|(])select\s"),
}


def _not_simulated(shell: str, lacks: dict[str, re.Pattern[str]], text: str) -> str:
    """Return a line for what may be the true reason of a syntax error."""
    found = next((what for what, sign in lacks.items() if sign.search(text)), "")
    return f"imagelab does not simulate {shell}'s {found}\n" if found else ""


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


def arithmetic_fault(problem: ArithmeticProblem, text: str, shell: Shell) -> FaultError:
    """Return the error that a shell makes of an expression without a value."""
    kind, token = problem.kind, problem.token
    if kind == "variable":
        return FaultError(f"Illegal number: {token}")
    if shell.dialect == "ash":
        words = {"zero": "divide by zero", "ternary": "malformed ?: operator",
                 "exponent": "exponent less than 0"}
        return FaultError(words.get(kind, "arithmetic syntax error"))
    if shell.dialect == "dash":
        words = {"zero": "division by zero", "operand": "expecting primary",
                 "paren": "expecting ')'", "depth": "nested too deeply"}
        what = words.get(kind, "expecting EOF")
        return FaultError(f'arithmetic expression: {what}: "{text}"')
    words = {"zero": "division by 0", "operand": "syntax error: operand expected",
             "paren": "missing `)'", "exponent": "exponent less than 0",
             "depth": "expression recursion level exceeded",
             "base": "value too great for base",
             "operator": "syntax error: invalid arithmetic operator",
             "assign": "attempted assignment to non-variable"}
    what = words.get(kind, "syntax error in expression")
    if kind == "operand" and not token:
        token = text.strip()[-1:]
    return FaultError(f'{text.strip()}: {what} (error token is "{token}")', 1, discard=True)
