"""Containers: which there are, and what they do."""

from __future__ import annotations

from collections.abc import Iterator

from imagelab.course.levels.goals.case import Case, Difference, differs
from imagelab.model.state import State
from imagelab.views.plan.who import image_of


def _names(state: State) -> set[str]:
    return {each.name for each in state.containers.values()}


def containers(case: Case) -> Iterator[Difference]:
    """Exactly these containers, running or not: ``are``."""
    wanted, found = set(case.wanted("are", _names)), _names(case.now)
    for name in sorted(wanted - found):
        yield differs("no_container", container=name)
    for name in sorted(found - wanted):
        yield differs("container_left", container=name)


def container(case: Case) -> Iterator[Difference]:
    """A container ``name``: ``absent``, or there, with a ``status`` and of an ``image``."""
    name = case.keys["name"]
    found = next((each for each in case.now.containers.values() if each.name == name), None)
    if case.keys.get("absent"):
        if found:
            yield differs("container_left", container=name)
        return
    if found is None:
        yield differs("no_container", container=name)
        return
    status, wanted = case.keys.get("status"), case.keys.get("image")
    if status and found.status != status:
        yield differs("container_status", container=name, status=status, found=found.status)
    if wanted:
        image = image_of(case.now, wanted)
        if image is None or image.id != found.image_id:
            yield differs("container_image", container=name, image=wanted)
