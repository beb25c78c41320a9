"""The properties of an end state that a level can ask for, by name."""

from __future__ import annotations

from collections.abc import Mapping

from imagelab.course.levels.goals import (
    containers,
    counts,
    files,
    images,
    kept,
    references,
    registries,
    trees,
)
from imagelab.course.levels.goals.case import Case as Case
from imagelab.course.levels.goals.case import Difference as Difference
from imagelab.course.levels.goals.case import Kind

KINDS: Mapping[str, Kind] = {
    each: getattr(module, each)
    for module, names in (
        (references, ("references", "reference")),
        (images, ("layers", "size", "config", "history")),
        (files, ("file", "secret", "volume")),
        (containers, ("container", "containers")),
        (counts, ("running", "dangling", "intermediate", "nameless_in_use", "freed")),
        (registries, ("registry",)),
        (trees, ("files",)),
        (kept, ("kept",)),
    )
    for each in names
}
