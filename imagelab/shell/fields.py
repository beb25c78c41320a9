"""Fields of an expanded word: splitting it as ``IFS`` says."""

from __future__ import annotations

from typing import TypeAlias


class Segment:
    """A piece of an expanded word; ``split`` says that it is split into fields."""

    __slots__ = ("quoted", "split", "text")

    def __init__(self, text: str, quoted: bool, split: bool = False) -> None:
        """Keep the parts."""
        self.text, self.quoted, self.split = text, quoted, split


#: Between two arguments of ``$@``; what ``"$@"`` is without arguments.
BREAK, NOTHING = Segment("", False), Segment("", False, True)
Segments: TypeAlias = "list[Segment]"


def split(segments: Segments, ifs: str) -> list[Segments]:
    """Split into fields; a field with a quoted part exists even when empty."""
    white = "".join(c for c in ifs if c in " \t\n")
    fields: list[Segments] = []
    current: Segments | None = None
    for segment in segments:
        if segment is BREAK:
            if current:
                fields.append(current)
            current = None
        elif segment.split:
            current = _split_text(segment.text, ifs, white, fields, current)
        elif segment.text or segment.quoted:
            current = current or []
            current.append(segment)
    if current:
        fields.append(current)
    return fields


def _split_text(
    text: str, ifs: str, white: str, fields: list[Segments], current: Segments | None
) -> Segments | None:
    pos = 0
    while pos < len(text):
        char = text[pos]
        if char not in ifs:
            end = pos
            while end < len(text) and text[end] not in ifs:
                end += 1
            piece = Segment(text[pos:end], False)
            if current is None:
                current = [piece]
            else:
                current.append(piece)
            pos = end
            continue
        hard = False
        while pos < len(text) and text[pos] in white:
            pos += 1
        if pos < len(text) and text[pos] in ifs:
            hard = True
            pos += 1
            while pos < len(text) and text[pos] in white:
                pos += 1
        if current:
            fields.append(current)
        elif hard:
            fields.append([Segment("", True)])
        current = None
    return current
