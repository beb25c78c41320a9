"""Input of xargs, taken apart at blanks and quotes."""

from __future__ import annotations

_ADVICE = "; by default quotes are special to xargs unless you use the -0 option"


def quoted_words(text: str, *, gnu: bool) -> tuple[list[str], str]:
    """Return the words of a text, and what is wrong with what follows them."""
    lines, fault = _lines(text, gnu=gnu, split=True)
    return [word for line in lines for word in line], fault


def quoted_lines(text: str, *, whole: bool, gnu: bool) -> tuple[list[list[str]], str]:
    """Return the lines that have something in them, and what is wrong with what follows them.

    Args:
        text: the input.
        whole: a line is one word, without the blanks before it; busybox leaves its quotes.
        gnu: whose rules.
    """
    if whole and not gnu:
        stripped = (line.lstrip(" \t") for line in text.split("\n"))
        return [[line] for line in stripped if line], ""
    return _lines(text, gnu=gnu, split=not whole)


def _lines(text: str, *, gnu: bool, split: bool) -> tuple[list[list[str]], str]:
    lines: list[list[str]] = []
    line: list[str] = []
    word: list[str] | None = None
    quote = ""
    pos, size = 0, len(text)
    while pos < size:
        char = text[pos]
        pos += 1
        if quote:
            if char == "\n" and gnu:
                break
            if char == quote:
                quote = ""
            elif word is not None:
                word.append(char)
        elif char == "\n" or (char in " \t" and (split or word is None)):
            if word is not None:
                line.append("".join(word))
                word = None
            # A blank at the end of a line joins the next one to it.
            if char == "\n" and line and not (split and text[pos - 2 : pos - 1] in (" ", "\t")):
                lines.append(line)
                line = []
        else:
            word = [] if word is None else word
            if char in "'\"":
                quote = char
            elif char != "\\":
                word.append(char)
            elif pos < size:
                word.append(text[pos])
                pos += 1
    if quote:
        kind = "double" if quote == '"' else "single"
        return (lines if not split else [*lines, line] if line else lines), (
            f"unmatched {kind} quote" + _ADVICE * gnu
        )
    if word is not None:
        line.append("".join(word))
    return [*lines, line] if line else lines, ""
