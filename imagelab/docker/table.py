"""Columns of text, as docker's tables line them up.

Docker's client has a copy of Go's text/tabwriter that counts columns of a terminal instead of
characters: a Korean letter takes two. Which characters count as one is approximated here; it
is exact for Latin, Hangul (composed or not), kana, CJK, accents, and emoji with modifiers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import category, east_asian_width

_PADDING = 3
_ZERO_WIDTH = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x300, 0x36F),
    (0x483, 0x487),
    (0x1AB0, 0x1ACE),
    (0x1DC0, 0x1DFF),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x206A, 0x206F),
    (0x20D0, 0x20F0),
    (0x3099, 0x309A),
    (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
)
_JOINER = "\u200d"
#: Stands where a text was cut; one column wide.
_CUT = "…"


def align(text: str, min_width: int = 10) -> str:
    """Tab-separated lines as a table: ``tabwriter.NewWriter(out, 10, 1, 3, ' ', 0)``.

    A column is as wide as the widest of its cells, in adjacent lines that have it, and three
    spaces more, at least ``min_width`` in all. What follows the last tab of a line belongs to
    no column and is not padded.
    """
    # A form feed ends a line and all columns.
    return "\n".join(_align(block, min_width) for block in text.split("\f"))


def _align(text: str, min_width: int) -> str:
    lines = []
    # As whole texts: translate() takes ten times as long where one character is not ASCII.
    plain = text.replace(_CUT, "").replace("\t", "").replace("\v", "").replace("\n", "")
    width_of = len if plain.isascii() and plain.isprintable() else display_width
    block: list[list[int]] = []  # for each column its width, in a list that its lines share
    for line in text.replace("\v", "\t").split("\n"):
        cells = line.split("\t")
        last = cells.pop()
        if len(cells) != len(block):
            block = block[: len(cells)] + [[min_width] for _ in cells[len(block) :]]
        taken = [width_of(cell) for cell in cells]
        for need, column in zip(taken, block, strict=True):
            if need + _PADDING > column[0]:
                column[0] = need + _PADDING
        lines.append((cells, taken, block, last))
    return "\n".join([
        "".join([cell + " " * (column[0] - width)
                 for cell, width, column in zip(cells, taken, columns, strict=True)]) + last
        for cells, taken, columns, last in lines])


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of as many cells each as lines, two spaces between the columns.

    Docker has no such table; the lab's own texts have.
    """
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell}{' ' * (width - display_width(cell))}"
                      for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def display_width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    plain = text.replace(_CUT, ".")
    if plain.isascii() and plain.isprintable():
        return len(text)
    return sum(map(_cluster_width, _clusters(text)))


def _clusters(text: str) -> Iterator[str]:
    """The text in pieces that a terminal draws as one character each."""
    start = 0
    for at in range(1, len(text)):
        if not _extends(text, start, at):
            yield text[start:at]
            start = at
    yield text[start:]


def _extends(text: str, start: int, at: int) -> bool:
    """Whether the character at ``at`` belongs to the cluster that begins at ``start``."""
    char, last = text[at], text[at - 1]
    if category(char) in ("Mn", "Me", "Mc") or char in (_JOINER, "\u200c"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    if _is_flag_letter(char):
        return at - start == 1 and _is_flag_letter(last)
    if last == _JOINER:
        return category(text[start]) == category(char) == "So"
    return _continues_syllable(last, char)


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _continues_syllable(last: str, char: str) -> bool:
    """Whether a Hangul letter belongs to the syllable that ``last`` is or began."""
    if "\u1100" <= char <= "\u115f":
        return "\u1100" <= last <= "\u115f"
    if "\u1160" <= char <= "\u11a7":
        return "\u1100" <= last <= "\u11a7" or _is_open_syllable(last)
    if "\u11a8" <= char <= "\u11ff":
        return "\u1160" <= last <= "\u11ff" or "\uac00" <= last <= "\ud7a3"
    return False


def _is_open_syllable(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3" and (ord(char) - 0xAC00) % 28 == 0


def _cluster_width(cluster: str) -> int:
    return next(filter(None, map(_char_width, cluster)), 0)


def _char_width(char: str) -> int:
    code = ord(char)
    if any(first <= code <= last for first, last in _ZERO_WIDTH):
        return 0
    return _columns(char)


def _columns(char: str) -> int:
    return 2 if east_asian_width(char) in ("W", "F") else 1


def ellipsis(text: str, max_width: int) -> str:
    """The text cut to ``max_width`` columns, the last of them ``…``: docker's Ellipsis.

    One column leaves the first character without a mark. A text whose first character is
    wider than the room for it stays whole, as docker leaves it.
    """
    if max_width <= 1:
        return text[: max(max_width, 0)]
    if text.isascii():
        return text if len(text) <= max_width else text[: max_width - 1] + _CUT
    if sum(map(_columns, text)) <= max_width:
        return text
    width = 0
    for at, char in enumerate(text):
        width += _columns(char)
        if width > max_width - 1:
            return text[:at] + _CUT if at else text
    return text
