"""``docker pause`` and ``docker unpause``: a paused container counts as running."""

from __future__ import annotations

from dataclasses import replace

from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.restarts import check_settled
from imagelab.model.outcome import Conflict, EngineError, Outcome
from imagelab.model.state import State


def pause(state: State, name: str, *, now: int) -> Outcome[None]:
    """Freeze a running container's processes.

    Raises:
        NotFound: there is no such container.
        Conflict: it does not run, or is paused already.
    """
    container = find_container(state, name)
    if container.status == "paused":
        raise Conflict(f"Container {container.id} is already paused")
    check_settled(container)
    if not container.is_running:
        raise Conflict(f"Container {container.id} is not running")
    paused = replace(container, status="paused")
    return Outcome(state.with_container(paused), None, (container_event(paused, "pause", now),))


def unpause(state: State, name: str, *, now: int) -> Outcome[None]:
    """Let a paused container's processes go on.

    Raises:
        NotFound: there is no such container.
        EngineError: it is not paused.
    """
    container = find_container(state, name)
    if container.status != "paused":
        raise EngineError(f"Container {container.id} is not paused")
    resumed = replace(container, status="running")
    return Outcome(state.with_container(resumed), None, (container_event(resumed, "unpause", now),))
