"""echo: the same rules whether built in or in a file of its own."""

from __future__ import annotations

from imagelab.shell.escapes import encode, unescape


def echo(args: list[str], *, options: str, escapes: bool, style: str) -> bytes:
    r"""Return what echo prints; ``options`` are the letters it takes.

    In bash and the GNU program octal numbers begin with a nought, and dash has no ``\x``; in
    ash no option takes ``-e`` back.
    """
    newline = True
    args = list(args)
    while args and len(args[0]) > 1 and args[0][0] == "-" and set(args[0][1:]) <= set(options):
        for letter in args.pop(0)[1:]:
            newline = newline and letter != "n"
            if letter in "eE" and not (style == "ash" and escapes):
                escapes = letter == "e"
    text = " ".join(args)
    stop = False
    if escapes:
        text, stop = unescape(text, hexes=style != "dash", bare=style in ("dash", "ash"))
    return encode(text + ("\n" if newline and not stop else ""))
