"""What differs in the configurations of two images, apart from their layers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.model.image import Image

#: Keys of an image's configuration that are compared as they are, in Docker's order.
_TOP = ("created", "author", "comment", "architecture", "variant", "os", "docker_version",
        "container")
#: Keys whose parts are compared one by one.
_PARTS = ("Env", "Labels", "ExposedPorts", "Volumes")
#: Settings that people choose; what a container merely happened to have comes after them.
_CHOSEN = ("Entrypoint", "Cmd", "Env", "WorkingDir", "User", "ExposedPorts", "Volumes", "Labels")


@dataclass(frozen=True)
class ConfigDifference:
    """A setting that differs.

    Attributes:
        key: its name in the configuration, ``Env PATH`` or ``created``.
        first: what the first image says, as JSON or plain text; None for nothing.
        second: the same of the second image.
    """

    key: str
    first: str | None
    second: str | None


def config_diff(first: Image, second: Image) -> tuple[ConfigDifference, ...]:
    """Return what differs in two images' configurations: settings, origin and history.

    What containers of them get comes first: variables, labels, ports and volumes one by one.
    """
    settings = _compared(_settings(first), _settings(second))
    origin = _compared(_origin(first), _origin(second))
    return (*settings, *origin)


def _compared(
    first: Mapping[str, str], second: Mapping[str, str],
) -> Iterator[ConfigDifference]:
    for key in sorted({*first, *second}, key=_order):
        if first.get(key) != second.get(key):
            yield ConfigDifference(key, first.get(key), second.get(key))


def _order(key: str) -> tuple[int, str]:
    name = key.partition(" ")[0]
    return _CHOSEN.index(name) if name in _CHOSEN else len(_CHOSEN), key


def _settings(image: Image) -> dict[str, str]:
    source = image.json.get("config")
    found: dict[str, str] = {}
    for key, value in (source.items() if isinstance(source, Mapping) else ()):
        if key in _PARTS:
            found |= {f"{key} {name}": said for name, said in _parts(value)}
        elif value not in (None, "", [], {}, False, 0):
            found[key] = _shown(value)
    return found


def _parts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield str(name), _shown(part)
    elif isinstance(value, list):
        for entry in value:
            name, _, said = str(entry).partition("=")
            yield name, said


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _origin(image: Image) -> dict[str, str]:
    found = {key: _shown(image.json[key]) for key in _TOP if image.json.get(key)}
    if image.comment:
        found["comment"] = image.comment
    found["history"] = str(len(image.history))
    return found
