"""Awk's own functions."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from imagelab.shell.programs.awk_parser import LVALUES, Tree
from imagelab.shell.programs.awk_values import AwkError, Input, Value, number

if TYPE_CHECKING:
    from imagelab.shell.programs.awk_run import Awk

_MATH: dict[str, Callable[[float], float]] = {
    "sin": math.sin, "cos": math.cos, "exp": math.exp, "log": math.log, "sqrt": math.sqrt,
    "int": math.trunc}


def call(awk: Awk, name: str, trees: list[Tree]) -> Value:
    """Return what one of awk's own functions gives.

    Raises:
        AwkError: it is called in a way that makes no sense.
    """
    if name in ("split", "sub", "gsub"):
        return _split_into(awk, trees) if name == "split" else _replace(
            awk, trees, everywhere=name == "gsub")
    if name == "length":
        if trees and trees[0][0] == "var" and trees[0][1] in awk.arrays:
            return float(len(awk.arrays[trees[0][1]]))
        return float(len(awk.string(awk.value(trees[0])) if trees else awk.record()))
    if name == "sprintf":
        return awk.sprintf(trees)
    if name == "match":
        return _match(awk, trees)
    if name == "system":
        raise AwkError("imagelab does not simulate system() of awk")
    values = [awk.value(each) for each in trees]
    if name in ("close", "fflush"):
        path = awk.string(values[0]) if values else ""
        known = path in awk.files or path in awk.readers
        if name == "close":
            awk.files.pop(path, None)
            awk.readers.pop(path, None)
        return 0.0 if known or name == "fflush" else -1.0
    if name in ("rand", "srand"):
        return _chance(awk, name, values)
    return _plain(awk, name, values)


def _plain(awk: Awk, name: str, values: list[Value]) -> Value:
    if name in _MATH:
        try:
            return float(_MATH[name](number(values[0])))
        except OverflowError:
            return number(values[0]) if name == "int" else math.inf
        except ValueError:
            amount = number(values[0])
            return -math.inf if name == "log" and amount == 0 else math.nan
    first = awk.string(values[0])
    if name == "tolower":
        return awk.long(re.sub("[A-Z]+", lambda m: m[0].lower(), first))
    if name == "toupper":
        return awk.long(re.sub("[a-z]+", lambda m: m[0].upper(), first))
    if name == "index":
        return float(first.find(awk.string(values[1])) + 1)
    if name == "atan2":
        return math.atan2(number(values[0]), number(values[1]))
    return _part(awk, first, [number(value) for value in values[1:]])


def _part(awk: Awk, whole: str, place: list[float]) -> str:
    if any(math.isnan(each) for each in place):
        return ""
    limit = float(len(whole) + 2)
    start = max(-limit, min(limit, place[0]))
    end = limit if len(place) < 2 else max(-limit, min(2 * limit, place[1])) + start
    low, high = round(start), round(end)
    return awk.long(whole[max(0, low - 1) : max(0, high - 1)])


def _chance(awk: Awk, name: str, values: list[Value]) -> Value:
    if name == "rand":
        return awk.chance.random()
    before = awk.seed
    awk.seed = number(values[0]) if values else float(awk.io.host.now // 10**9)
    awk.chance = random.Random(str(awk.seed))
    return before


def _match(awk: Awk, trees: list[Tree]) -> Value:
    where = awk.string(awk.value(trees[0]))
    found = awk.search(awk.pattern(trees[1]), where)
    awk.variables["RSTART"] = float(found[0] + 1) if found else 0.0
    awk.variables["RLENGTH"] = float(found[1] - found[0]) if found else -1.0
    return awk.variables["RSTART"]


def _split_into(awk: Awk, trees: list[Tree]) -> Value:
    if len(trees) < 2 or trees[1][0] != "var":
        raise AwkError("split needs an array")
    whole = awk.string(awk.value(trees[0]))
    separator = awk.pattern(trees[2]) if len(trees) > 2 else awk.string(
        awk.variables["FS"])
    parts = awk.split_by(whole, separator) if (
        len(trees) > 2 and trees[2][0] == "ere" and whole) else awk.split(whole, separator)
    awk.io.step(len(parts) // 8)
    awk.io.host.budget.take("words", 64 * len(parts))
    array = awk.array(trees[1][1])
    array.clear()
    array.update({str(at): Input(part) for at, part in enumerate(parts, 1)})
    return float(len(parts))


def _replace(awk: Awk, trees: list[Tree], *, everywhere: bool) -> Value:
    target = trees[2] if len(trees) > 2 else ("field", ("number", 0.0))
    pattern, new = awk.pattern(trees[0]), awk.string(awk.value(trees[1]))
    where = awk.string(awk.value(target))
    out: list[str] = []
    pos = count = 0
    last = -1
    while pos <= len(where) and (found := awk.search(pattern, where, pos)) is not None:
        start, end = found
        if start == end == last:
            if start >= len(where):
                break
            out.append(where[pos : start + 1])
            pos, last = start + 1, -1
            continue
        out += [where[pos:start], _filled(new, where[start:end])]
        awk.long(out[-1])
        count += 1
        awk.io.step(2)  # a search is dearer than the parts of a program that a step stands for
        pos = last = end
        if start == end:
            out.append(where[pos : pos + 1])
            pos += 1
        if not everywhere:
            break
    if count and target[0] in LVALUES:
        awk.assign(target, awk.long("".join([*out, where[pos:]])))
    return float(count)


def _filled(new: str, found: str) -> str:
    r"""Return a replacement with ``&`` filled in; ``\&`` stands for itself."""
    if "&" not in new and "\\" not in new:
        return new
    return re.sub(r"\\\\&|\\&|&", lambda m: {"&": found, "\\&": "&"}.get(m[0], "\\" + found), new)
