"""Awk's values: numbers, strings, and strings from the input that may be numbers.

A value is a float, a str, an :class:`Input`, or None for what was never set. Strings hold bytes,
one a character, as awk has it in the C locale.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from imagelab.shell.budget import Budget

_NUMBER = re.compile(r"[ \t\n]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)", re.ASCII)
_DIRECTIVE = re.compile(r"%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlLqjzt]*([a-zA-Z%])")
_MAX_WIDTH = 1 << 20
_MAX_DIGITS = 330


class AwkError(Exception):
    """The program cannot go on."""


class Input(str):
    """Text from the input: a number if it looks like one."""

    __slots__ = ()


Value: TypeAlias = float | str | None


def looks_numeric(text: str) -> bool:
    """Whether a text is a number and nothing else."""
    match = _NUMBER.match(text)
    return match is not None and not text[match.end() :].strip(" \t\n")


def is_number(value: Value) -> bool:
    """Whether a value is compared as a number."""
    return value is None or isinstance(value, float) or (
        isinstance(value, Input) and looks_numeric(value))


def number(value: Value) -> float:
    """Return a value as a number: what a text begins with, or 0."""
    if isinstance(value, float):
        return value
    match = _NUMBER.match(value) if value else None
    return float(match[1][:_MAX_DIGITS]) if match else 0.0


def text(value: Value, form: str, whole_below: float) -> str:
    """Return a value as a text.

    Args:
        value: any.
        form: how numbers that are not whole are written, ``%.6g``.
        whole_below: whole numbers below it are written with all digits.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if math.isfinite(value) and value == int(value) and abs(value) < whole_below:
        return str(int(value))
    return _float(form, value)


def _float(form: str, value: float) -> str:
    if math.isnan(value):
        return "nan" if math.copysign(1, value) > 0 else "-nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    try:
        return form % value
    except (TypeError, ValueError):
        return f"{value:.6g}"


def truth(value: Value) -> bool:
    """Whether a value counts as true."""
    if isinstance(value, Input) and looks_numeric(value):
        return number(value) != 0
    return value != 0 if isinstance(value, float) else bool(value)


def formatted(form: str, args: list[Value], budget: Budget, as_text: str, below: float) -> str:
    """Return what sprintf makes.

    Raises:
        ExhaustedError: it is too wide.
    """
    todo = list(args)
    out: list[str] = []
    pos = 0
    for match in _DIRECTIVE.finditer(form):
        out.append(form[pos : match.start()])
        pos = match.end()
        flags, width, precision, kind = match.groups()
        if kind == "%":
            out.append("%")
            continue
        if width == "*":
            width = str(int(number(todo.pop(0)) if todo else 0))
        if precision == "*":
            precision = str(int(number(todo.pop(0)) if todo else 0))
        wide = max(abs(int(width or 0)), int(precision or 0)) if len(
            (width or "") + (precision or "")) < 12 else _MAX_WIDTH + 1
        budget.take("words", wide if wide <= _MAX_WIDTH else 1 << 40)
        dot = "" if precision is None else f".{precision or 0}"
        value = todo.pop(0) if todo else None
        out.append(_directive(f"%{flags}{width or ''}{dot}", kind, value, as_text, below))
    out.append(form[pos:])
    return "".join(out)


def _directive(front: str, kind: str, value: Value, as_text: str, below: float) -> str:
    if kind == "c":
        if isinstance(value, float):
            shown = chr(int(value) & 255) if math.isfinite(value) else ""
        else:
            shown = (value or "")[:1]
        return f"{front}s" % shown
    if kind == "s":
        return f"{front}s" % text(value, as_text, below)
    amount = number(value)
    if kind in "diouxX":
        if not math.isfinite(amount):
            return _float("", amount)
        whole = int(amount)
        if kind in "ouxX":
            whole &= (1 << 64) - 1
        return f"{front}{'d' if kind in 'iu' else kind}" % whole
    if kind in "eEfFgG":
        return _float(f"{front}{kind}", amount)
    return f"{front}{kind}"
