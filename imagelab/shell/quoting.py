"""Quoting as shells and GNU programs do it."""

from __future__ import annotations

import re

from imagelab.shell.escapes import encode

#: Words that each shell's ``set -x`` leaves as they are.
_PLAIN = {"bash": re.compile(r"(?!~)[A-Za-z0-9_@%+=:,./\-]+\Z"),
          "ash": re.compile(r"[A-Za-z0-9_@+:,./\-\]^]+\Z")}
_NAMED = {"\a": "a", "\b": "b", "\x1b": "E", "\f": "f", "\n": "n", "\r": "r", "\t": "t",
          "\v": "v", "\\": "\\", "'": "'"}
#: What GNU programs quote for, and what may stand between double quotation marks.
_NEEDS = re.compile(r"[ !\"$&'()*;<=>?\[\\^`|]|\A[#~]")
_IN_DOUBLE = re.compile(r"[#~]?[A-Za-z0-9%+,\-./:\]_ '\x80-\U0010ffff]*\Z")
_SPECIAL = frozenset(" \t!\"$&'()*,;<>?[\\]^`{|}\n")


def shell_quote(text: str, dialect: str = "bash") -> str:
    """Quote a word for ``set -x`` and ``set``; ash writes a quotation mark in its own way."""
    if _PLAIN["ash" if dialect == "ash" else "bash"].match(text):
        return text
    if dialect == "ash":
        return single_quoted(text, dialect) if text else ""
    if _unprintable(text):
        return ansi_quoted(text)
    return single_quoted(text, dialect)


def single_quoted(text: str, dialect: str) -> str:
    """Quote as a shell lists values, traps and aliases.

    bash writes a quotation mark with a backslash, and nothing more for a lone one. ash and dash
    put several together between double ones, and nothing behind them if they are the last.
    """
    if dialect == "bash":
        return "\\'" if text == "'" else "'" + text.replace("'", "'\\''") + "'"
    pieces = re.split(r"('+)", text)
    if len(pieces) > 1 and not pieces[-1]:
        del pieces[-1]
    return "".join(f'"{piece}"' if piece[:1] == "'" else f"'{piece}'" for piece in pieces)


def backslash_quote(text: str) -> str:
    r"""Quote as bash's ``printf %q`` does: ``a\ b``; with control characters ``$'…'``."""
    if not text:
        return "''"
    if _unprintable(text) or "\n" in text or "\t" in text:
        return ansi_quoted(text)
    return "".join(
        "\\" + char if char in _SPECIAL or (at == 0 and char in "#~") else char
        for at, char in enumerate(text)
    )


def ansi_quoted(text: str) -> str:
    """Quote as ``$'…'``, which can hold any byte."""
    return "$'" + "".join(_ansi(char) for char in text) + "'"


def _ansi(char: str) -> str:
    """Return a character as it is written in ``$'…'``."""
    if char in _NAMED:
        return "\\" + _NAMED[char]
    if " " <= char <= "~":
        return char
    return "".join(f"\\{byte:03o}" for byte in encode(char))


def _unprintable(text: str) -> bool:
    return any(not " " <= char <= "~" and char not in "\n\t" for char in text)


def c_escaped(text: str, *, utf8: bool = False) -> str:
    """Return what stands between the double quotation marks of ``ls -Q``."""
    return "".join(
        "\\" + c if c in '"\\' else c if " " <= c <= "~" or (utf8 and c > "\xa0")
        else "\\" + _NAMED[c] if c in _NAMED and c != "'" and c != "\x1b"
        else "".join(f"\\{byte:03o}" for byte in encode(c))
        for c in text
    )


def gnu_quote(text: str) -> str:
    """Quote a name as GNU programs do in messages, in the C locale."""
    if "'" in text and '"' not in text and "$" not in text and "`" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "'\\''").replace("\n", "'$'\\n''") + "'"


def gnu_word(text: str, *, utf8: bool = False, also: str = "") -> str:
    r"""Quote a name where a shell would need it, as GNU ls does on a terminal.

    Quotation marks go between double ones if nothing else in the name would mean something
    there; control characters, and without UTF-8 others than ASCII, become ``$'\n'``.

    Args:
        text: a name.
        utf8: the locale has more characters than ASCII.
        also: a character that is to be quoted too.
    """
    strange = [not (" " <= c <= "~" or (utf8 and c > "\xa0" and not "\ud800" <= c <= "\udfff"))
               for c in text]
    if text and not any(strange) and not _NEEDS.search(text) and (
        text not in ("{", "}") and not (also and also in text)
    ):
        return text
    if "'" in text and not (also and also in text) and not any(strange) and (
        _IN_DOUBLE.match(text)
    ):
        return f'"{text}"'
    out, inside = ["'"], True
    for char, odd in zip(text, strange, strict=True):
        if odd:
            out.append(("'$'" if inside else "") + _ansi(char))
            inside = False
            continue
        if not inside and char != "'":
            out.append("''")
        out.append("'\\''" if char == "'" else char)
        inside = True
    return "".join(out) + "'"
