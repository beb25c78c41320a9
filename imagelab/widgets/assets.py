"""The front end's files, as the two texts that anywidget takes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

#: In the order in which they need each other.
_SCRIPTS = ("morph.js", "zoom.js", "events.js", "front.js")


@cache
def script() -> str:
    """Return the one ES module that shows any view."""
    return "\n".join(_read(_folder() / "js" / name) for name in _SCRIPTS)


@cache
def style() -> str:
    """Return the style sheets, the base first."""
    sheets = sorted((_folder() / "css").iterdir(), key=lambda path: (path.name != "base.css",
                                                                    path.name))
    return "\n".join(_read(sheet) for sheet in sheets if sheet.name.endswith(".css"))


def _folder() -> Traversable:
    return files(__package__)


def _read(path: Traversable) -> str:
    return path.read_text("utf-8")
