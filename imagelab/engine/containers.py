"""``docker ps``: the list of containers, in the shape of the Engine API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from imagelab.engine import links
from imagelab.engine.filters import Filters, check_names, flag, labels_match
from imagelab.engine.go_regexp import go_search
from imagelab.engine.images import image_size
from imagelab.engine.lookup import containers_by_prefix, find_container, find_image
from imagelab.engine.mounts import HOST
from imagelab.engine.network_settings import listed_networks, listed_ports
from imagelab.engine.networks import endpoints_of, network_id
from imagelab.engine.ports import matches_ports
from imagelab.engine.volumes import mount_points
from imagelab.formats.gotime import SECOND
from imagelab.formats.units import ago, human_duration
from imagelab.model.container import Container
from imagelab.model.node import size_of
from imagelab.model.outcome import BadRequest, EngineError, NotFound
from imagelab.model.state import State
from imagelab.shell.budget import Budget

_STATES = ("created", "restarting", "running", "removing", "paused", "exited", "dead")
_HEALTH = ("none", "starting", "healthy", "unhealthy")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_FILTERS = ("id", "name", "label", "status", "exited", "ancestor", "before", "since", "volume",
            "network", "health", "publish", "expose", "is-task", "isolation")


def list_containers(
    state: State, *, now: int, every: bool = False, limit: int = 0, size: bool = False,
    filters: Filters | None = None,
) -> list[dict[str, Any]]:
    """Return the containers, newest first, as ``GET /containers/json`` does.

    Args:
        state: the lab.
        now: the time that ``Up 2 seconds`` is counted to.
        every: also those that do not run.
        limit: at most so many of all; 0 for no limit.
        size: also their sizes.
        filters: see ``docker ps``.

    Raises:
        BadRequest: a filter is unknown or has a value that it does not take (case ``ps-02``).
        EngineError: ``before`` or ``since`` name no container.
    """
    filters = filters or {}
    check_names(filters, _FILTERS)
    _check_values(filters)
    matches_ports([], filters)  # a value that is no port is refused whatever there is
    every = every or limit > 0 or bool(filters.get("status"))
    chosen = list(reversed(_between(state, filters)))
    chosen = [each for each in chosen
              if (every or each.is_active) and _matches(state, each, filters)]
    if limit > 0:
        chosen = chosen[:limit]
    return [_row(state, each, now, size) for each in chosen]


def _check_values(filters: Filters) -> None:
    """Refuse values that their filters do not take.

    Raises:
        BadRequest: in the daemon's words.
    """
    for code in filters.get("exited", ()):
        if not _NUMBER.fullmatch(code):
            raise BadRequest(f'strconv.Atoi: parsing "{code}": invalid syntax')
    for status in filters.get("status", ()):
        if status not in _STATES:
            raise BadRequest(f"Invalid filter 'status={status}'")
    flag(filters, "is-task", None)
    for health in filters.get("health", ()):
        if health not in _HEALTH:
            raise BadRequest(f"Unrecognised filter value for health: {health}")


def _between(state: State, filters: Filters) -> list[Container]:
    """Return the containers in order of creation, from ``since`` on and up to ``before``."""
    order = list(state.containers.values())
    for name in filters.get("before", ()):
        limit = _created(state, name)
        order = [each for each in order if each.created < limit]
    for name in filters.get("since", ()):
        limit = _created(state, name)
        order = [each for each in order if each.created > limit]
    return order


def _created(state: State, name: str) -> int:
    try:
        return find_container(state, name).created
    except NotFound as error:
        raise EngineError(f"no such container {name}") from error


def _matches(state: State, container: Container, filters: Filters) -> bool:
    def any_of(name: str, values: tuple[str, ...]) -> bool:
        return not filters.get(name) or any(each in values for each in filters[name])

    return (
        any_of("status", (container.status,))
        and (not filters.get("exited") or _ended_with(container, filters["exited"]))
        and any_of("health", ("none",))  # health checks do not run here
        and not flag(filters, "is-task", None)
        and labels_match(filters, container.config.labels)
        and _matches_name(container, filters.get("name", ()))
        and (not filters.get("id")
             or any(containers_by_prefix(state, each) == [container] for each in filters["id"]))
        and any_of("volume", _volumes(container))
        and any_of("network", _networks(container))
        and matches_ports(listed_ports(container), filters)
        and (not filters.get("ancestor")
             or any(_descends(state, container, each) for each in filters["ancestor"]))
    )


def _ended_with(container: Container, codes: Sequence[str]) -> bool:
    has_ended = bool(container.started) and not container.is_active
    return has_ended and any(container.exit_code == int(each) for each in codes)


def _networks(container: Container) -> tuple[str, ...]:
    """Return the names and IDs of a container's networks."""
    own = endpoints_of(container)
    return (*own, *(each.network_id or network_id(name) for name, each in own.items()))


def _volumes(container: Container) -> tuple[str, ...]:
    """Return the names and places of a container's volumes."""
    names = (name.removeprefix(HOST) for name in container.volumes.values())
    return (*names, *(f"/{point}" for point in container.volumes))


def _matches_name(container: Container, patterns: Sequence[str]) -> bool:
    """Whether any pattern is found in the name, with or without its slash; none given fits all."""
    budget = Budget()
    texts = (container.name, f"/{container.name}")
    return not patterns or any(go_search(each, texts, budget) for each in patterns)


def _descends(state: State, container: Container, name: str) -> bool:
    """Whether a container's image is the one named or was committed from it (``ps-03``)."""
    try:
        wanted = find_image(state, name).id
    except EngineError:
        return False
    here = container.image_id
    while here:
        if here == wanted:
            return True
        image = state.images.get(here)
        here = image.parent if image else ""
    return False


def displayed_image(state: State, container: Container) -> str:
    """Return the image as ``docker ps`` shows it: as typed, or its ID once that name is gone."""
    try:
        found = find_image(state, container.config.image).id
    except EngineError:
        found = ""
    return container.config.image if found == container.image_id else container.image_id


def status_text(container: Container, now: int) -> str:
    """Return the STATUS column: ``Up 2 seconds``, ``Exited (0) 11 seconds ago``, ``Created``."""
    if container.is_running:
        up = f"Up {human_duration((now - container.started) / SECOND)}"
        return f"{up} (Paused)" if container.status == "paused" else up
    if container.finished:
        word = "Restarting" if container.status == "restarting" else "Exited"
        return f"{word} ({container.exit_code}) {ago((now - container.finished) / SECOND)}"
    return "Created"


def _row(state: State, container: Container, now: int, size: bool) -> dict[str, Any]:
    mode = container.host_config.network_mode
    return {
        "Id": container.id,
        "Names": links.names(state, container),
        "Image": displayed_image(state, container),
        "ImageID": container.image_id,
        "Command": _command_text(container.command),
        "Created": container.created // SECOND,
        "Ports": listed_ports(container),
        **(_sizes(state, container) if size else {}),
        "Labels": dict(container.config.labels or {}),
        "State": container.status,
        "Status": status_text(container, now),
        "HostConfig": {"NetworkMode": mode},
        "NetworkSettings": {"Networks": listed_networks(container)},
        "Mounts": mount_points(container),
    }


def _sizes(state: State, container: Container) -> dict[str, int]:
    """Return a container's sizes; the daemon leaves out what is 0."""
    sizes = {"SizeRw": size_of(container.changes), "SizeRootFs": root_size(state, container)}
    return {key: each for key, each in sizes.items() if each}


def _command_text(command: Sequence[str]) -> str:
    """Return a command as the daemon's list does: arguments with spaces quoted (``ps-04``)."""
    return " ".join([
        *command[:1], *(f"'{word}'" if " " in word else word for word in command[1:])])


def root_size(state: State, container: Container) -> int:
    """Return the size of a container's image and its own changes, in bytes."""
    image = state.images.get(container.image_id)
    layers = container.layer.stack if container.layer else ()
    below = image_size(state, image) if image else sum(layer.size for layer in layers)
    return below + size_of(container.changes)
