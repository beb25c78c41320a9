"""test, also as ``[``."""

from __future__ import annotations

from imagelab.shell.expressions import judge
from imagelab.shell.programs.io import Io
from imagelab.shell.tester import Tester, TestProblem


def test(argv: list[str], io: Io) -> int:
    """Evaluate an expression."""
    args = argv[1:]
    if argv[0].rpartition("/")[2] == "[":
        if args[-1:] != ["]"]:
            io.err(io.words("[: missing ']'\n", "[: missing ]\n"))
            return 2
        args = args[:-1]
    tests = Tester(io.host, io.fds, io.cwd, io.uid, io.gid, io.words("gnu", "ash"))
    try:
        return int(not judge(tests, args))
    except TestProblem as problem:
        return io.fail(_words(io, problem), 2)


def _words(io: Io, problem: TestProblem) -> str:
    token, before = problem.token, problem.before
    words = {
        "integer": io.words(f"invalid integer '{token}'",
                            f"{token}: bad number" if token else "bad number"),
        "unary": f"'{token}': unary operator expected",
        "binary": f"'{token}': binary operator expected",
        "argument": io.words(f"missing argument after '{before}'", "argument expected"),
        "missing": f"{token}: argument expected", "range": f"{token}: out of range",
        "many": io.words(f"extra argument '{token}'", f"{token}: unknown operand"),
        "paren": io.words(f"')' expected, found {token}" if token else "')' expected",
                          "closing paren expected"),
    }
    return words.get(problem.kind, problem.kind)
