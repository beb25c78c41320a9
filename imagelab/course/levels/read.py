"""Reading levels: from TOML to values, with a variant's words put into their places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.level import Goal, Level, Texts, Wrong
from imagelab.messages import languages

#: Characters of a level's file; the longest that people write have a few thousand.
LONGEST = 1 << 18


def parse(text: str, name: str) -> dict[str, Any]:
    """Parse a level's file.

    Args:
        text: the file.
        name: what to call it in messages.

    Raises:
        LevelError: it is too long or no TOML.
    """
    if len(text) > LONGEST:
        raise LevelError(f"{name}: longer than {LONGEST:,} characters, which no level is")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LevelError(f"{name}: no TOML: {error}") from error


def variants(data: Mapping[str, Any]) -> int:
    """Return how many variants a parsed level has; 1 where there is nothing to choose."""
    return max(1, len(data.get("variant", ())))


def build(data: Mapping[str, Any], seed: int = 0) -> Level:
    """Return the variant of a parsed level that a seed chooses.

    The file must fit the schema (:func:`imagelab.course.levels.schema.check`).
    """
    rows = data.get("variant", ())
    words = rows[seed % len(rows)] if rows else {}
    level = _filled({key: value for key, value in data.items() if key != "variant"}, words)
    return Level(
        level["id"], level["lesson"], level.get("difficulty", 1), level["par"],
        level.get("start", ""), level.get("before", ""), level["solution"],
        level.get("files", {}), tuple(map(_goal, level["goal"])),
        tuple(map(_wrong, level.get("wrong", ()))),
        {language: _texts(level[language]) for language in languages}, seed,
        level.get("picture", True))


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """Put words into the places ``{name}`` of all texts; braces around anything else stay."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    if isinstance(value, dict):
        return {_filled(key, words): _filled(each, words) for key, each in value.items()}
    return value


def _goal(data: Mapping[str, Any]) -> Goal:
    keys = {key: value for key, value in data.items() if key not in ("kind", "says")}
    return Goal(data["kind"], keys, data.get("says", {}))


def _wrong(data: Mapping[str, Any]) -> Wrong:
    return Wrong(data["do"], {language: data[language] for language in languages})


def _texts(data: Mapping[str, Any]) -> Texts:
    return Texts(data["title"], data["task"].strip(), tuple(data["hints"]),
                 data.get("explanation", "").strip())
