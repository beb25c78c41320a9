"""echo and printf."""

from __future__ import annotations

from imagelab.shell.echo import echo as echo_bytes
from imagelab.shell.printf import printf
from imagelab.shell.programs.io import Io


def echo(argv: list[str], io: Io) -> int:
    """Print words."""
    io.out(echo_bytes(argv[1:], options="neE", escapes=False,
                      style=io.words("gnu", "ash")))
    return 0


def print_formatted(argv: list[str], io: Io) -> int:
    """Print by a format."""
    if len(argv) < 2:
        io.err(io.words("printf: missing operand\nTry 'printf --help' for more information.\n",
                        "BusyBox: Usage: printf FORMAT [ARG]...\n"))
        return 1
    printed = printf(argv[1:], io.host.budget, style=io.words("gnu", "ash"))
    for kind, text in printed.problems:
        rest = io.words(f"'{text}': value not completely converted", f"invalid number '{text}'")
        words = {"number": io.words(f"'{text}': expected a numeric value",
                                    f"invalid number '{text}'"),
                 "range": io.words(f"'{text}': Numerical result out of range",
                                   f"invalid number '{text}'"),
                 "hexdigit": "missing hexadecimal number in escape",
                 "directive": io.words(f"{text}: invalid conversion specification",
                                       f"{text}: invalid format"),
                 "format": f"{text}: invalid conversion specification"}
        io.fail(words.get(kind, rest))
    io.out(printed.data)
    return 1 if printed.problems else 0
