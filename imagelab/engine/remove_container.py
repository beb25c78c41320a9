"""``docker rm``: removing containers, and the layers that only they kept."""

from __future__ import annotations

from dataclasses import replace

from imagelab.engine.events import container_event, layer_event, volume_event
from imagelab.engine.lookup import find_container
from imagelab.engine.remove import release_layers
from imagelab.engine.ties import untied
from imagelab.engine.volumes import drop_anonymous
from imagelab.model.outcome import Conflict, Outcome
from imagelab.model.state import State


def remove(
    state: State, name: str, *, now: int, force: bool = False, volumes: bool = False,
) -> Outcome[None]:
    """Remove a container; with ``force`` a running one is killed first.

    The layers of an image that was deleted under the container go with it (``flow-09``). With
    ``volumes``, and for a container of ``--rm``, its anonymous volumes go too.

    Raises:
        NotFound: there is no such container.
        Conflict: it runs, and ``force`` was not given (case ``container-04``).
    """
    container = find_container(state, name)
    if container.is_active and not force:
        first = "Unpause and then stop" if container.status == "paused" else "Stop"
        raise Conflict(
            f"You cannot remove a {container.status} container {container.id}. {first} the "
            "container before attempting removal or force remove")
    events = []
    if container.is_running:
        events.append(container_event(container, "kill", now, signal="9"))
        die = container_event(container, "die", now, exitCode="137")
        events.append(replace(die, container=container))
        events.extend(untied(container, now))
    state = state.without_container(container.id)
    if volumes or container.host_config.auto_remove:
        before, state = state.volumes, drop_anonymous(state, container)
        events.extend(volume_event(name, "destroy", now) for name in before
                      if name not in state.volumes)
    events.append(replace(container_event(container, "destroy", now), container=container))
    state, freed = release_layers(state, container.layer)
    events.extend(layer_event(layer, "delete", now) for layer in freed)
    return Outcome(state, None, tuple(events))
