"""Functions that are found by name and whose modules are imported when they first run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

#: Names by module of a package and function in it, with spaces between them.
Table: TypeAlias = Mapping[str, Mapping[str, str]]
#: Full name of a module, and a function in it.
Place: TypeAlias = tuple[str, str]


def places(package: str, table: Table) -> dict[str, Place]:
    """Return where the function of each name is."""
    return {
        name: (f"{package}.{module}", function)
        for module, functions in table.items()
        for function, names in functions.items()
        for name in names.split()
    }


@cache
def load(place: Place) -> Any:
    """Return a function, its module imported."""
    module, function = place
    return getattr(import_module(module), function)
