"""test, also as ``[``."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.tester import TestProblem, tester


def test(argv: list[str], io: Io) -> int:
    """Evaluate an expression."""
    args = argv[1:]
    if argv[0].rpartition("/")[2] == "[":
        if args[-1:] != ["]"]:
            io.err(io.words("[: missing ']'\n", "[: missing ]\n"))
            return 2
        args = args[:-1]
    try:
        return int(not tester(io.host, io.fds, io.cwd, io.uid, io.gid).run(args))
    except TestProblem as problem:
        words = {"integer": io.words(f"invalid integer '{problem.token}'",
                                     f"{problem.token}: bad number"),
                 "unary": io.words(f"'{problem.token}': unary operator expected",
                                   f"{problem.before}: unknown operand"),
                 "binary": io.words(f"'{problem.token}': binary operator expected",
                                    f"{problem.token}: unknown operand")}
        return io.fail(words.get(problem.kind, "too many arguments"), 2)
