"""echo: the same rules whether built in or in a file of its own."""

from __future__ import annotations

from imagelab.shell.escapes import encode, unescape


def echo(args: list[str], *, options: str, escapes: bool) -> bytes:
    """Return what echo prints; ``options`` are the letters it takes."""
    newline = True
    args = list(args)
    while args and len(args[0]) > 1 and args[0][0] == "-" and set(args[0][1:]) <= set(options):
        for letter in args.pop(0)[1:]:
            newline = newline and letter != "n"
            escapes = letter == "e" if letter in "eE" else escapes
    text = " ".join(args)
    stop = False
    if escapes:
        text, stop = unescape(text)
    return encode(text + ("\n" if newline and not stop else ""))
