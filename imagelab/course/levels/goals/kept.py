"""What a level leaves alone: all that its model solution does not touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from imagelab.course.levels.goals.case import Case, Difference, differs
from imagelab.course.levels.goals.trees import same_changes
from imagelab.model.container import Container
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views.plan.who import short_name

_Found = Iterator[tuple[str, Difference]]


def kept(case: Case) -> Iterator[Difference]:
    """Names, images, containers and volumes that the model solution leaves are as at the start.

    What has come since then is not looked at.
    """
    for part in (_references, _images, _containers, _volumes):
        for of, difference in part(case):
            yield replace(difference, of=of)


def _references(case: Case) -> _Found:
    for reference, image_id in case.start.references.items():
        name = str(reference)
        if reference.tag and case.solved.references.get(reference) == image_id:
            found = case.now.references.get(reference)
            if found is None:
                yield name, differs("reference_lost", name=name)
            elif found != image_id:
                yield name, differs("reference_moved", name=name)


def _images(case: Case) -> _Found:
    """Compare images without a name: of one with a name, that tells."""
    for image_id in case.start.images:
        if (image_id in case.solved.images and image_id not in case.now.images
                and not case.start.references_of(image_id)):
            yield image_id, differs("image_lost", image=short_id(image_id))


def _containers(case: Case) -> _Found:
    for container in case.start.containers.values():
        if not _leaves(case.solved, container):
            continue
        name, found = container.name, case.now.containers.get(container.id)
        if found is None:
            yield name, differs("container_lost", container=name)
        elif container.is_running and not found.is_running:
            yield name, differs("container_status", container=name, status=container.status,
                                found=found.status)


def _leaves(solved: State, container: Container) -> bool:
    after = solved.containers.get(container.id)
    return after is not None and after.is_running == container.is_running


def _volumes(case: Case) -> _Found:
    for name, volume in case.start.volumes.items():
        after, found = case.solved.volumes.get(name), case.now.volumes.get(name)
        if after is None or not same_changes(after.changes, volume.changes):
            continue
        if found is None:
            yield name, differs("volume_lost", name=short_name(name))
        elif not same_changes(found.changes, volume.changes):
            yield name, differs("volume_changed", name=short_name(name))
