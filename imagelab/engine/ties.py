"""What ties a running container to its network and its volumes, as events tell of it."""

from __future__ import annotations

from imagelab.engine.endpoints import network_events
from imagelab.engine.events import volume_event
from imagelab.engine.volumes import volumes_of
from imagelab.model.container import Container
from imagelab.model.outcome import Event


def tied(container: Container, now: int) -> tuple[Event, ...]:
    """Return what happens before a container's start: it is connected, its volumes mounted."""
    mounts = (
        volume_event(name, "mount", now, container=container.id, destination=f"/{point}",
                     propagation="", **{"read/write": "true"})
        for point, name in volumes_of(container).items())
    return (*network_events(container, "connect", now), *mounts)


def untied(container: Container, now: int) -> tuple[Event, ...]:
    """Return what happens after a container's end, or after a start that failed."""
    unmounts = (volume_event(name, "unmount", now, container=container.id)
                for name in volumes_of(container).values())
    return (*network_events(container, "disconnect", now), *unmounts)
