"""``docker commit``: a container's changes become a layer, and with it an image."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.engine.child_image import add_child, base_image
from imagelab.engine.create import merge
from imagelab.engine.events import container_event
from imagelab.engine.lookup import find_container
from imagelab.engine.tag import point, target_reference
from imagelab.formats import layer_tar
from imagelab.model.config import Config
from imagelab.model.container import Container
from imagelab.model.content import digest_of
from imagelab.model.layer import Layer
from imagelab.model.node import Changes
from imagelab.model.outcome import BadRequest, EngineError, Event, Outcome
from imagelab.model.state import State

#: Most layers that the daemon stacks.
MAX_DEPTH = 125


def commit(
    state: State, container_name: str, *, now: int, reference: str = "", tag: str = "",
    author: str = "", comment: str = "", config: Config | None = None,
    changes: Sequence[str] = (), pause: bool = True,
) -> Outcome[str]:
    """Make an image out of a container and return its ID.

    A container without changes gives an image without a new layer, only with a history entry
    (case ``commit-29``).

    Args:
        state: the lab.
        container_name: its name or ID.
        now: the image's time of creation.
        reference: the name it is to get; empty for none.
        tag: in place of that name's own tag; empty for none.
        author: who made it.
        comment: the commit message.
        config: the image's configuration; what it leaves open comes from the container's own.
        changes: Dockerfile instructions that change it (cases ``commit-04`` to ``commit-12``).
        pause: whether a running container is paused meanwhile.

    Raises:
        NotFound: there is no such container.
        BadRequest: its name is empty, or a change is none.
        EngineError: its image was deleted (case ``rmi-14``; words as lesson ``04-rmi`` recorded).

    What cannot be the image's name leaves it without one, and is an error all the same.
    """
    if not container_name:
        raise BadRequest('invalid name or ID supplied: ""')
    container = find_container(state, container_name)
    own = container.config
    if changes:
        from imagelab.engine.changes import changed

        config = changed(config or own, changes, own)
    else:
        config = merge(config, own) if config else own
    base = base_image(state, container.image_id)
    layer = committed_layer(container)
    state, image = add_child(
        state, base, layer, config=config, container_config=own, now=now,
        container_id=container.id, author=author, comment=comment)
    events: tuple[Event, ...] = ()
    failure: EngineError | None = None
    target = ""
    try:
        if reference:
            name = target_reference(reference, tag)
            target = str(name)
            tagged = point(state, name, image, now=now)
            state, events = tagged.state, tagged.events
        done = container_event(
            container, "commit", now, comment=comment, imageID=image.id, imageRef=target)
        events = (*events, done)
    except EngineError as error:  # by now the image is there
        failure = error
    if pause and container.status == "running":
        events = (container_event(container, "pause", now), *events,
                  container_event(container, "unpause", now))
    return Outcome(state, image.id, events, failure)


def committed_layer(container: Container) -> Layer | None:
    """Return the layer that a container's changes make on its image; None for no changes.

    Raises:
        EngineError: there would be more layers than the daemon allows.
    """
    return new_layer(container.changes, container.layer)


def new_layer(changed: Changes, below: Layer | None) -> Layer | None:
    """Return the layer that some changes make on another one; None for no changes.

    Raises:
        EngineError: there would be more layers than the daemon allows.
    """
    changes = layer_tar.canonical(changed)
    if not changes:
        return None
    if below is not None and below.depth >= MAX_DEPTH:
        raise EngineError("max depth exceeded")
    return Layer(digest_of(layer_tar.write(changes)), changes, below)
