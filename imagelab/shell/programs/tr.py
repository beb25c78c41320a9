"""tr."""

from __future__ import annotations

import re

from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.tr_sets import busybox_set, gnu_set
from imagelab.shell.quoting import gnu_quote

_LONG = {"delete": "d", "squeeze-repeats": "s", "complement": "c", "truncate-set1": "t"}


def tr(argv: list[str], io: Io) -> int:
    """Replace, squeeze or delete characters."""
    options, args = parse(io, argv, "cds" + "Ct" * io.gnu, permute=False,
                          long=_LONG if io.gnu else {})
    if not args:
        return missing(io, "missing operand")
    if io.gnu:
        _check_operands(options, args)
    first, second = _sets(io, options, args)
    content = io.stdin()
    io.host.budget.take("words", content.size)
    data = content.read()
    squeezed = second if len(args) > 1 else first
    if "d" in options:
        data = data.translate(None, first)
        squeezed = second
    elif len(args) > 1:
        if not second:
            return io.fail(io.words("when not truncating set1, string2 must be non-empty",
                                    "STRING2 cannot be empty"))
        padded = second[: len(first)] + second[-1:] * (len(first) - len(second))
        table = bytearray(range(256))
        for a, b in zip(first, padded, strict=True):
            table[a] = b
        data = data.translate(bytes(table))
    if "s" in options and squeezed:
        data = re.sub(b"([" + re.escape(squeezed) + b"])\\1+", rb"\1", data)
    io.out(data)
    return 0


def _sets(io: Io, options: dict[str, list[str]], args: list[str]) -> tuple[bytes, bytes]:
    first = gnu_set(args[0]) if io.gnu else busybox_set(args[0])
    if options.keys() & {"c", "C"}:
        first = bytes(c for c in range(256) if c not in set(first))
    if len(args) < 2:
        return first, b""
    second = gnu_set(args[1], length=len(first)) if io.gnu else busybox_set(args[1])
    if "t" in options and "d" not in options:
        first = first[: len(second)]
    return first, second


def _check_operands(options: dict[str, list[str]], args: list[str]) -> None:
    """Refuse what GNU tr refuses; busybox takes what it needs."""
    squeezes, deletes = "s" in options, "d" in options
    fault = ""
    if len(args) == 1 and not (deletes or squeezes):
        fault = (f"missing operand after {gnu_quote(args[0])}\n"
                 "Two strings must be given when translating.")
    elif len(args) == 1 and deletes and squeezes:
        fault = (f"missing operand after {gnu_quote(args[0])}\n"
                 "Two strings must be given when both deleting and squeezing repeats.")
    elif len(args) > 1 and deletes and not squeezes:
        fault = (f"extra operand {gnu_quote(args[1])}\n"
                 "Only one string may be given when deleting without squeezing repeats.")
    elif len(args) > 2:
        fault = f"extra operand {gnu_quote(args[2])}"
    if fault:
        raise UsageError(f"tr: {fault}\nTry 'tr --help' for more information.\n")
