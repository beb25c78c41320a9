"""test, ``[``, and the ``[[`` of busybox."""

from __future__ import annotations

from imagelab.shell.command import SimpleFrame
from imagelab.shell.expressions import judge
from imagelab.shell.machine import Machine
from imagelab.shell.tester import Tester, TestProblem


def test(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Evaluate an expression."""
    return run_test(m, "test", args)


def bracket(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """``[``: evaluate an expression up to ``]``."""
    if args[-1:] != ["]"]:
        message = {"bash": "missing `]'", "dash": "missing ]", "ash": "missing ]"}
        return _test_error(m, "[", message[m.shell.dialect])
    return run_test(m, "[", args[:-1])


def ash_double(m: Machine, frame: SimpleFrame, args: list[str]) -> int:
    """Busybox's ``[[``: as ``[``."""
    if args[-1:] != ["]]"]:
        return _test_error(m, "[[", "missing ]]")
    return run_test(m, "[[", args[:-1])


def _test_error(m: Machine, name: str, message: str) -> int:
    if m.shell.dialect == "ash":
        m.write_error(f"{m.shell.name}: {message}\n")
    else:
        m.complain(message, builtin=name)
    return 2


def run_test(m: Machine, name: str, args: list[str]) -> int:
    """Run test and word its errors."""
    shell = m.shell
    tests = Tester(m.host, shell.fds, shell.cwd, m.uid, m.gid, shell.dialect,
                   double=name == "[[", ask=shell.has)
    try:
        return int(not judge(tests, args))
    except TestProblem as problem:
        return _test_error(m, name, _words(shell.dialect, problem))


def _words(dialect: str, problem: TestProblem) -> str:
    token = problem.token
    words = {
        "bash": {"integer": f"{token}: integer expression expected",
                 "range": f"{token}: integer expression expected",
                 "unary": f"{token}: unary operator expected",
                 "binary": f"{token}: binary operator expected",
                 "argument": "argument expected", "missing": "argument expected",
                 "many": "too many arguments", "stray": f"syntax error: `{token}' unexpected",
                 "paren": f"`)' expected, found {token}" if token else "`)' expected"},
        "dash": {"integer": f"Illegal number: {token}",
                 "range": f"Illegal number: {token}", "missing": f"{token}: argument expected",
                 "many": f"{token}: unexpected operator", "paren": "closing paren expected"},
        "ash": {"integer": f"{token}: bad number" if token else "bad number",
                "range": f"{token}: out of range", "argument": "argument expected",
                "missing": f"{token}: argument expected", "regex": "bad regex",
                "many": f"{token}: unknown operand", "paren": "closing paren expected"},
    }
    return words[dialect].get(problem.kind, problem.kind)
