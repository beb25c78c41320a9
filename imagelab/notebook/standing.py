"""Having one lab take the place of another in a notebook."""

from __future__ import annotations

from typing import Any

from imagelab.lab import Lab, current, use


def stand_in(lab: Lab, names: dict[str, Any]) -> None:
    """Make a lab the current one, under all names that a notebook has for that, and ``lab``."""
    before = current()
    own = [key for key, value in names.items() if value is before]
    names.update(dict.fromkeys([*own, "lab"], use(lab)))
