"""test, ``[``, and the ``[[`` of busybox."""

from __future__ import annotations

from imagelab.shell.command import SimpleFrame
from imagelab.shell.machine import Machine
from imagelab.shell.tester import TestProblem, tester


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
    judge = tester(m.host, m.shell.fds, m.shell.cwd, m.uid, m.gid)
    m.host.budget.take("steps", 1 + len(args) // 20)
    try:
        return int(not judge.run(args))
    except TestProblem as problem:
        kind, token, before = problem.kind, problem.token, problem.before
    words = {
        "bash": {"integer": f"{token}: integer expression expected",
                 "unary": f"{token}: unary operator expected",
                 "binary": f"{token}: binary operator expected",
                 "argument": "argument expected", "many": "too many arguments",
                 "paren": "`)' expected"},
        "dash": {"integer": f"Illegal number: {token}", "unary": f"{token}: unexpected operator",
                 "binary": f"{before}: unexpected operator", "argument": "argument expected",
                 "many": f"{token}: unexpected operator", "paren": "closing paren expected"},
        "ash": {"integer": f"{token}: bad number", "unary": f"{before}: unknown operand",
                "binary": f"{token}: unknown operand", "argument": "argument expected",
                "many": f"{token}: unknown operand", "paren": "closing paren expected"},
    }
    return _test_error(m, name, words[m.shell.dialect][kind])
