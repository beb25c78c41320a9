"""Permission bits that a mode as text makes: octal or symbolic."""

from __future__ import annotations

import re

_CLAUSE = r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)\Z"
_ACTION = r"([-+=])([ugo]|[rwxXst]*)"


def new_mode(
    text: str, mode: int, umask: int, *, is_directory: bool, gnu: bool = True
) -> int | None:
    """Return the bits that an octal or symbolic mode makes of ``mode``; None if it is wrong.

    Busybox (not ``gnu``) sets the sticky bit for everyone only, never for ``o``.
    """
    if text and set(text) <= set("01234567"):
        if len(text) > 5 or int(text, 8) > 0o7777:
            return None
        number = int(text, 8)
        return number | (mode & 0o6000) if is_directory and len(text) < 5 else number
    for clause in text.split(","):
        match = re.match(_CLAUSE, clause)
        if match is None:
            return None
        for op, letters in re.findall(_ACTION, match[2]):
            if not gnu and match[1] and "a" not in match[1]:
                letters = letters.replace("t", "")
            mode = _apply(mode, match[1], op, letters, umask, is_directory)
    return mode


def _apply(mode: int, who: str, op: str, letters: str, umask: int, is_directory: bool) -> int:
    everyone = not who
    who = "ugo" if everyone or "a" in who else who
    bits = 0
    if letters and letters in "ugo":
        bits = mode >> {"u": 6, "g": 3, "o": 0}[letters] & 7
    else:
        bits |= 4 * ("r" in letters) | 2 * ("w" in letters) | ("x" in letters)
        if "X" in letters and (is_directory or mode & 0o111):
            bits |= 1
    change = special = 0
    for each in who:
        change |= bits << {"u": 6, "g": 3, "o": 0}[each]
    if "s" in letters:
        special |= 0o4000 * ("u" in who) | 0o2000 * ("g" in who)
    if "t" in letters:
        special |= 0o1000
    if everyone:
        change &= ~umask
    change |= special
    if op == "+":
        return mode | change
    if op == "-":
        return mode & ~change
    cleared = sum(7 << {"u": 6, "g": 3, "o": 0}[each] for each in set(who))
    if not is_directory:
        cleared |= 0o4000 * ("u" in who) | 0o2000 * ("g" in who)
    return mode & ~cleared | change
