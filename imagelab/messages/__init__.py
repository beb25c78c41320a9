"""The lab's own texts in Korean and English. What Docker says is never translated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

#: Languages that every text exists in.
languages = ("ko", "en")


def text(key: str, language: str, /, **values: object) -> str:
    """Return one text, its ``{name}`` places filled in.

    Args:
        key: room and name, as ``map.image``.
        language: one of :data:`languages`.
        values: what the places stand for; they are put in as they are.

    Raises:
        ValueError: there is no such language.
        KeyError: there is no such text, or a place got no value.
    """
    return catalogue(language)[key].format(**values)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all texts of a language by key.

    Raises:
        ValueError: there is no such language.
    """
    if language not in languages:
        raise ValueError(f"no texts in {language!r}: choose one of {', '.join(languages)}")
    rooms = tomllib.loads((files(__package__) / f"{language}.toml").read_text("utf-8"))
    return {f"{room}.{name}": value for room, texts in rooms.items()
            for name, value in texts.items()}
