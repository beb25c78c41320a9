"""Whether a level's file says all that a level needs, and nothing that would be overlooked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from imagelab.course.levels.errors import LevelError, NoSchemaError

#: Faults of one file that are told.
_MOST_TOLD = 5
#: Characters of one: it quotes what does not fit.
_MOST_SHOWN = 300


def check(data: Mapping[str, Any], name: str) -> None:
    """Hold a parsed level against ``schema.json``.

    Args:
        data: the parsed file.
        name: what to call it in messages.

    Raises:
        LevelError: it does not fit.
        NoSchemaError: nothing is there that can check it.
    """
    faults = sorted(_validator().iter_errors(data), key=lambda each: list(map(str, each.path)))
    if faults:
        told = [f"{name}: {_place(each.absolute_path)}: {each.message[:_MOST_SHOWN]}"
                for each in faults[:_MOST_TOLD]]
        raise LevelError("\n".join(told))


def _place(path: Any) -> str:
    return ".".join(map(str, path)) or "the file"


@cache
def _validator() -> Any:
    try:
        from jsonschema import Draft202012Validator
    except ImportError as error:
        raise NoSchemaError from error
    schema = json.loads((files(__package__) / "schema.json").read_text("utf-8"))
    return Draft202012Validator(schema)
