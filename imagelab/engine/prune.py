"""``docker image prune``, ``container prune`` and the like: deleting what nothing needs."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.engine.events import prune_event
from imagelab.engine.filters import Filters, check_names, labels_match, loose_flag, parse_until
from imagelab.engine.remove import Record, plan
from imagelab.engine.remove_container import remove
from imagelab.formats.duration import duration
from imagelab.formats.gotime import parse_time
from imagelab.model.image import Image
from imagelab.model.node import size_of
from imagelab.model.outcome import BadRequest, EngineError, Event, NotFound, Outcome
from imagelab.model.state import State

#: Filters of the build cache: for what an entry has, and for how old it is (two names of one).
_CACHE_FIELDS = ("description", "id", "inuse", "parent", "private", "shared", "type")
_CACHE_AGES = ("until", "unused-for")


@dataclass(frozen=True)
class Pruned:
    """What a prune did.

    Attributes:
        records: the lines of the deletions, in order.
        reclaimed: bytes of the layers that went.
    """

    records: tuple[Record, ...]
    reclaimed: int


@dataclass(frozen=True)
class PrunedContainers:
    """What a prune of containers did.

    Attributes:
        ids: the containers that went, in order.
        reclaimed: bytes that they had written.
    """

    ids: tuple[str, ...]
    reclaimed: int


def prune_images(state: State, filters: Filters, *, now: int) -> Outcome[Pruned]:
    """Delete dangling images, or with ``dangling=false`` all that no container uses.

    Conflicts are passed over in silence. The daemon goes through the images in no fixed order
    and may leave some for a second run; here the newest goes first, so that one run is enough.

    Raises:
        EngineError: a filter is unknown or has a value that it does not take.
    """
    check_names(filters, ("dangling", "label", "label!", "until"))
    dangling_only = _wants_dangling(filters)
    until = _until(filters, now)
    records: list[Record] = []
    events: list[Event] = []
    reclaimed = 0
    for image in candidates(state, dangling_only, filters, until):
        for name in _names_to_remove(state, image, dangling_only):
            if image.id not in state.images:
                break
            try:
                done = plan(state, name, now=now)
            except NotFound:
                # A repository's digest goes with its last tag; the daemon passes that over too.
                continue
            if done.error is None:
                state = done.state
                records.extend(done.records)
                events.extend(done.events)
                reclaimed += done.freed
    events.append(prune_event("image", reclaimed, now))
    return Outcome(state, Pruned(tuple(records), reclaimed), tuple(events))


def _wants_dangling(filters: Filters) -> bool:
    """Return whether only images without names are meant; one value that says no is enough.

    Raises:
        BadRequest: no value says anything.
    """
    loose_flag(filters, "dangling")
    return not {"false", "0"} & set(filters.get("dangling", ()))


def prune_containers(state: State, filters: Filters, *, now: int) -> Outcome[PrunedContainers]:
    """Remove the containers that do not run, the newest first (case ``prune-09``).

    Raises:
        EngineError: a filter is unknown or has a value that it does not take.
    """
    check_names(filters, ("label", "label!", "until"))
    until = _until(filters, now)
    chosen = [
        each for each in reversed(list(state.containers.values()))
        if not each.is_active
        and (until is None or each.created <= until)
        and labels_match(filters, each.config.labels)
    ]
    events: list[Event] = []
    for container in chosen:
        done = remove(state, container.id, now=now)
        state = done.state
        events.extend(done.events)
    pruned = PrunedContainers(
        tuple(each.id for each in chosen), sum(size_of(each.changes) for each in chosen))
    events.append(prune_event("container", pruned.reclaimed, now))
    return Outcome(state, pruned, tuple(events))


def prune_cache(state: State, filters: Filters, *, now: int) -> Outcome[None]:
    """Prune the cache of a builder that the lab has none of.

    Raises:
        EngineError: a filter is unknown or has a value that it does not take.
    """
    _check_cache_filters(filters)
    return Outcome(state, None, (prune_event("builder", 0, now),))


def _check_cache_filters(filters: Filters) -> None:
    """Refuse filters of the build cache as engine 20.10 does: ages are spans, never times.

    Raises:
        EngineError: one is unknown, or has values that it does not take.
    """
    try:
        check_names(filters, (*_CACHE_FIELDS, *_CACHE_AGES, "label", "label!"))
        ages = [name for name in _CACHE_AGES if filters.get(name)]
        if len(ages) > 1:
            raise BadRequest('conflicting filters: "until" and "unused-for"')
        if any(len(set(filters.get(name, ()))) > 1 for name in (*ages, *_CACHE_FIELDS)):
            raise BadRequest("filters expect only one value")
        for name in ages:
            try:
                duration(filters[name][0])
            except ValueError as error:
                raise EngineError(
                    f"\"{name}\" filter expects a duration (e.g., '24h'): {error}") from error
    except EngineError as error:
        raise EngineError(
            f"failed to prune build cache: {error.message}", error.status) from error


def _until(filters: Filters, now: int) -> int | None:
    if len(filters.get("until", ())) > 1:
        raise EngineError("more than one until filter specified")
    return parse_until(filters, now)


def candidates(
    state: State, dangling_only: bool, filters: Filters, until: int | None,
) -> tuple[Image, ...]:
    """Return the images a prune looks at, newest first."""
    parents = {image.parent for image in state.images.values()}
    named = set(state.references.values())
    chosen = [
        image for image in state.images.values()
        if not (image.id in parents and (dangling_only or image.id not in named))
        and (until is None or parse_time(image.created) <= until)
        and labels_match(filters, image.config.labels)
    ]
    return tuple(sorted(chosen, key=newest_first))


def newest_first(image: Image) -> tuple[int, str]:
    """Sort key: by time of creation, the newest first."""
    return -parse_time(image.created), image.id


def _names_to_remove(state: State, image: Image, dangling_only: bool) -> tuple[str, ...]:
    references = state.references_of(image.id)
    if not references:
        return (image.id,)
    if dangling_only and any(reference.tag for reference in references):
        return ()
    return tuple(reference.canonical for reference in references)
