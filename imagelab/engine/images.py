"""``docker images``: the list of images, in the shape of the Engine API."""

from __future__ import annotations

from typing import Any

from imagelab.engine.filters import Filters, check_names, labels_match
from imagelab.engine.lookup import find_image
from imagelab.engine.path_match import path_match
from imagelab.engine.prune import newest_first
from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.image import Image
from imagelab.model.outcome import BadRequest, EngineError
from imagelab.model.reference import Reference
from imagelab.model.state import State


def image_size(state: State, image: Image) -> int:
    """Return the size of all layers of an image, shared ones too, in bytes."""
    layer = state.layer_of(image)
    return layer.total_size if layer else 0


def list_images(
    state: State, *, every: bool = False, filters: Filters | None = None,
) -> list[dict[str, Any]]:
    """Return the images, newest first, as ``GET /images/json`` does.

    Args:
        state: the lab.
        every: also nameless images that others were committed from (``-a``).
        filters: ``dangling``, ``reference``, ``label``, ``before``, ``since``.

    Raises:
        BadRequest: a filter is unknown or has a value that it does not take.
        NotFound: ``before`` or ``since`` name no image.
    """
    filters = filters or {}
    check_names(filters, ("dangling", "reference", "label", "before", "since"))
    dangling = _wants_dangling(filters)
    earliest, latest = _bounds(state, filters)
    parents = {image.parent for image in state.images.values()}
    rows = []
    for image in sorted(state.images.values(), key=newest_first):
        created = parse_time(image.created)
        if not earliest < created < latest:
            continue
        if filters and not labels_match(filters, image.config.labels):
            continue
        references = _matching(state.references_of(image.id), filters)
        if filters.get("reference") and not references:
            continue
        tags = [str(reference) for reference in references if reference.tag]
        if dangling and (tags or image.id in parents):
            continue
        if not references and (dangling is False or (image.id in parents and not every)):
            continue
        digests = [str(reference) for reference in references if reference.digest]
        rows.append(_row(state, image, created, tags, digests))
    return rows


def _wants_dangling(filters: Filters) -> bool | None:
    """Return whether only images without names are wanted, or only others; None for all.

    ``1`` and ``0`` mean nothing here, other than to ``docker image prune``.

    Raises:
        BadRequest: ``Invalid filter 'dangling=[maybe]'`` (case ``images-02``).
    """
    values = filters.get("dangling", ())
    if not values:
        return None
    if "true" in values:
        return True
    if "false" not in values:
        raise BadRequest(f"Invalid filter 'dangling=[{' '.join(values)}]'")
    return False


def _bounds(state: State, filters: Filters) -> tuple[float, float]:
    """Return the times that ``since`` and ``before`` give, both left out of the list."""
    since = [parse_time(find_image(state, name).created) for name in filters.get("since", ())]
    before = [parse_time(find_image(state, name).created) for name in filters.get("before", ())]
    return max(since, default=float("-inf")), min(before, default=float("inf"))


def _matching(references: tuple[Reference, ...], filters: Filters) -> tuple[Reference, ...]:
    patterns = filters.get("reference")
    if not patterns:
        return references
    return tuple(ref for ref in references if any(familiar_match(each, ref) for each in patterns))


def familiar_match(pattern: str, reference: Reference) -> bool:
    """Whether a pattern matches a name, with or without its tag.

    Raises:
        EngineError: ``syntax error in pattern``.
    """
    try:
        return any(path_match(pattern, text) for text in (str(reference), reference.familiar_name))
    except ValueError as error:
        raise EngineError(str(error)) from error


def _row(
    state: State, image: Image, created: int, tags: list[str], digests: list[str],
) -> dict[str, Any]:
    size = image_size(state, image)
    labels = image.config.labels
    if not tags and not digests:
        tags, digests = ["<none>:<none>"], ["<none>@<none>"]
    return {
        "Containers": -1,
        "Created": created // SECOND,
        "Id": image.id,
        "Labels": None if labels is None else dict(labels),
        "ParentId": image.parent,
        "RepoDigests": digests or None,
        "RepoTags": tags or None,
        "SharedSize": -1,
        "Size": size,
        "VirtualSize": size,
    }
