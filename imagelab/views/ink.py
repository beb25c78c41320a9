"""Colours, fonts and the width of text in drawings.

Renderers disagree about the width of text, of Korean above all, and the browser may use another
font than any of them. So widths are estimated here, wide enough for the widest usual font, and
text that would not fit is cut.
"""

from __future__ import annotations

import unicodedata

FONT = "Arial,DejaVu Sans,NanumGothic,Noto Sans CJK KR,sans-serif"
BACKGROUND = "#FFFFFF"
INK = "#1B2733"
FAINT = "#4A5763"
LINE = "#5B6875"


def text_width(data: str, font_size: float, bold: bool = False) -> float:
    """Estimate the width of text in points, on the wide side for usual fonts."""
    em = sum(map(_em, data))
    return em * font_size * (1.1 if bold else 1.0)


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0 if char <= "\uffff" else 1.35
    if char in "mwMW@%&":
        return 1.0
    if char in "iljtfI.,:;'|!()[]{}/ ":
        return 0.42
    return 0.84 if char in "+<=>~#^" or char.isupper() else 0.64


def fit(data: str, room: float, font_size: float, bold: bool = False) -> str:
    """Cut text to a width in points; what is left out is in the middle, as ends tell apart."""
    if text_width(data, font_size, bold) <= room:
        return data
    keep = min(len(data), int(room / font_size * 4))
    while keep > 1:
        keep -= 1
        tail = keep * 2 // 5
        short = f"{data[: keep - tail]}…{data[len(data) - tail :]}"
        if text_width(short, font_size, bold) <= room:
            return short
    return "…"


def escape(data: str) -> str:
    """Escape text for a place inside an HTML-like label; printable text only."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        data = data.replace(char, entity)
    return data
