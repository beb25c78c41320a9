"""Names: which there are, and what they point at."""

from __future__ import annotations

from collections.abc import Iterator

from imagelab.course.levels.goals.case import Case, Difference, differs, image_meant
from imagelab.model.state import State
from imagelab.views.plan.who import image_of


def _tagged(state: State) -> set[str]:
    return {str(each) for each in state.references if each.tag}


def references(case: Case) -> Iterator[Difference]:
    """Exactly these names with a tag: ``are``."""
    wanted, found = set(case.wanted("are", _tagged)), _tagged(case.now)
    for name in sorted(wanted - found):
        yield differs("no_reference", name=name)
    for name in sorted(found - wanted):
        yield differs("reference_left", name=name)


def reference(case: Case) -> Iterator[Difference]:
    """A name ``name``: there, of the image that ``same_as`` names; or ``absent``."""
    name, other = case.keys["name"], case.keys.get("same_as")
    image = image_of(case.now, name)
    if case.keys.get("absent"):
        if image:
            yield differs("reference_left", name=name)
        return
    if image is None:
        yield differs("no_reference", name=name)
    elif other:
        meant = image_meant(case, other)
        if meant is None or meant.id != image.id:
            yield differs("reference_elsewhere", name=name, other=other)
