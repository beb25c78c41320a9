"""seq."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse


def seq(argv: list[str], io: Io) -> int:
    """Print numbers."""
    options, args = parse(io, argv, "w", "sf", numbers=True)
    if not 1 <= len(args) <= 3:
        if not args:
            return io.fail("missing operand\nTry 'seq --help' for more information." if io.gnu
                           else "missing operand")
        return io.fail(f"extra operand '{args[3]}'\nTry 'seq --help' for more information.")
    for arg in args:
        if not re.fullmatch(r"[-+]?\d{1,15}(\.\d{1,9})?", arg, re.ASCII):
            return io.fail(io.words(f"invalid floating point argument: '{arg}'\n"
                                    "Try 'seq --help' for more information.",
                                    f"invalid number '{arg}'"))
    places = max(len(arg.partition(".")[2]) for arg in args)
    scaled = [_scaled(arg, places) for arg in args]
    first, step, last = (scaled[0] if len(args) > 1 else 10**places,
                         scaled[1] if len(args) == 3 else 10**places, scaled[-1])
    if step == 0:
        return io.fail(io.words(f"invalid Zero increment value: '{args[1]}'\n"
                                "Try 'seq --help' for more information.",
                                "invalid number '0'"))
    count = max(0, (last - first) // step + 1)
    io.host.budget.take("words", count * 2)
    io.step(count // 50)
    texts = [_unscaled(first + step * i, places) for i in range(count)]
    if "w" in options and texts:
        width = max(len(texts[0]), len(texts[-1]))
        texts = [t.zfill(width) for t in texts]
    separator = options.get("s", ["\n"])[-1]
    if texts:
        io.out(separator.join(texts) + "\n")
    return 0


def _scaled(text: str, places: int) -> int:
    whole, _, rest = text.partition(".")
    value = int(whole.lstrip("+-") + rest.ljust(places, "0"))
    return -value if text.startswith("-") else value


def _unscaled(value: int, places: int) -> str:
    if not places:
        return str(value)
    sign, digits = "-" * (value < 0), str(abs(value)).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
