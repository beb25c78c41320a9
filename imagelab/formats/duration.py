"""Spans of time as Go reads and writes them, errors included."""

from __future__ import annotations

import re

from imagelab.formats.goquote import quoted
from imagelab.formats.timestamp import parse_duration

_SECOND = 1_000_000_000
_SMALL = ((1_000_000, "ms"), (1000, "µs"), (1, "ns"))
_PART = re.compile(r"([0-9]*\.?[0-9]*)([^0-9.]*)")


def duration(text: str) -> int:
    """Return the nanoseconds of ``1h30m`` or ``1.5s``.

    Raises:
        ValueError: it is no span of time, in Go's words.
    """
    span = parse_duration(text)
    if span is None:
        raise ValueError(f"time: {_reason(text)} {quoted(text)}")
    return span


def _reason(text: str) -> str:
    at = 1 if text[:1] in ("+", "-") else 0
    while at < len(text) and (match := _PART.match(text, at)):
        number, unit = match.groups()
        if not number.strip("."):
            break
        if not unit:
            return "missing unit in duration"
        if parse_duration(f"1{unit}") is None:
            return f"unknown unit {quoted(unit)} in duration"
        at = match.end()
    return "invalid duration"


def format_duration(span: int) -> str:
    """Return nanoseconds as Go writes a span of time: ``1h0m5s``, ``1.5s``, ``100ms``, ``0s``."""
    if span < 0:
        return f"-{format_duration(-span)}"
    if span < _SECOND:
        if not span:
            return "0s"
        size, unit = next((size, unit) for size, unit in _SMALL if span >= size)
        return f"{_decimal(span, size)}{unit}"
    minutes, rest = divmod(span, 60 * _SECOND)
    text = f"{_decimal(rest, _SECOND)}s"
    if not minutes:
        return text
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}"


def _decimal(span: int, size: int) -> str:
    whole, rest = divmod(span, size)
    digits = len(str(size)) - 1
    return f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".") if rest else str(whole)
