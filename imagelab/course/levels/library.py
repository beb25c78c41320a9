"""The levels there are: the course's own, and files that a teacher wrote."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from imagelab.course.levels import schema
from imagelab.course.levels.errors import LevelError, NoLevelError
from imagelab.course.levels.level import Level
from imagelab.course.levels.read import LONGEST, build, parse
from imagelab.docker.host_paths import open_file

_SUFFIX = ".toml"


@cache
def own() -> Mapping[str, Mapping[str, Any]]:
    """Return the course's levels, parsed, by ID: lesson by lesson, number by number."""
    folder = files(__package__) / "files"
    found = [parse(file.read_text("utf-8"), file.name) for file in folder.iterdir()
             if file.name.endswith(_SUFFIX)]
    found.sort(key=lambda data: (data["lesson"], int(data["id"].rpartition("-")[2])))
    return {data["id"]: data for data in found}


def find(name: str, seed: int = 0) -> Level:
    """Return a level by its ID, or by the path of a file that ends with ``.toml``.

    Raises:
        LevelError: there is none, or the file does not fit the schema.
    """
    return build(find_data(name), seed)


def find_data(name: str) -> Mapping[str, Any]:
    """Return a level, parsed and not yet a variant, as :func:`find` finds it.

    Raises:
        LevelError: as there.
    """
    if name.lower() in own():
        return own()[name.lower()]
    if not name.endswith(_SUFFIX):
        raise NoLevelError(name, _nearest(name))
    try:
        with open_file(os.path.realpath(name)) as file:
            # Editors on Windows put a mark in front.
            text = file.read(LONGEST * 4 + 1).decode("utf-8-sig")
    except OSError as error:
        raise LevelError(f"{name}: {error.strerror or error}") from error
    except ValueError as error:
        raise LevelError(f"{name}: no UTF-8 text: {error}") from error
    data = parse(text, name)
    schema.check(data, name)
    return data


def following(level: Level) -> Level | None:
    """Return the course's next level of the same lesson; None after the last, and for files."""
    ids = [name for name, data in own().items() if data["lesson"] == level.lesson]
    at = ids.index(level.id) + 1 if level.id in ids else len(ids)
    return find(ids[at], level.seed) if at < len(ids) else None


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.lower(), own(), 1)), "")
