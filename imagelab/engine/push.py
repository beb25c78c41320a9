"""``docker push``: an image of the lab into a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from imagelab.engine import registries
from imagelab.engine.events import registry_event
from imagelab.engine.lookup import parse_named
from imagelab.engine.progress import Interrupted, Lines, Progress, Pushed, Tell, silent
from imagelab.engine.sources import candidates, remember
from imagelab.formats import layer_content
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import EngineError, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.registry.remote import Denied, RegistryError, Remote, RemoteLayer, remote
from imagelab.registry.storage import Store

#: Layers that a daemon sends at one time unless told otherwise.
_AT_ONCE = 5


def push(state: State, name: str, *, now: int, all_tags: bool = False, tell: Tell = silent,
         ) -> Outcome[tuple[Progress, ...]]:
    """Send an image, or all that a repository has here, to a registry of the lab.

    Layers that the registry has are not sent again. The image gets a name by digest. Of several,
    those that went before a refusal stay sent.

    Args:
        state: the lab.
        name: a repository with a tag; without one it means ``latest``, or all of them.
        now: the time.
        all_tags: whether all tags are meant; the name has none then.
        tell: is told of the lines, and of bytes sent.

    Raises:
        EngineError: the name is none.
        Interrupted: it has a digest, there is no such name here, no registry answers, or it
            refuses.
    """
    reference = parse_named(name)
    lines = Lines(tell)
    lines.add(first_line(reference))
    reach = partial(registries.open_registry, state, reference, now)
    try:
        for each in chosen(state, reference, all_tags, lines.said, reach):
            state = _push_one(state, each, lines, now)
    except RegistryError as error:
        words = ("denied: requested access to the resource is denied" if isinstance(error, Denied)
                 else "received unexpected HTTP status: 500 Internal Server Error")
        return Outcome(state, (), error=Interrupted(words, lines.said))
    return _whole(state, reference, lines.said, all_tags, now)


def pushed(
    state: State, reference: Reference, sent: Mapping[Reference, Remote],
    lines: Sequence[Progress], *, now: int, all_tags: bool, error: Interrupted | None,
) -> Outcome[tuple[Progress, ...]]:
    """Return what a lab knows once a real registry has some images.

    Args:
        state: the lab.
        reference: the repository, with or without a tag.
        sent: the images by name.
        lines: what was said meanwhile.
        now: the time.
        all_tags: as for :func:`push`.
        error: what kept others from being sent.
    """
    for each, image in sent.items():
        own = Image(image.config_json).id
        if own in state.images:
            by_digest = replace(each, tag="", digest=image.digest)
            state = state.with_reference(by_digest, own)
        for layer in image.layers:
            state = remember(state, layer.digest, each)
    if error is not None:
        return Outcome(state, (), error=error)
    return _whole(state, reference, lines, all_tags, now)


def _whole(
    state: State, reference: Reference, lines: Sequence[Progress], all_tags: bool, now: int,
) -> Outcome[tuple[Progress, ...]]:
    target = reference if all_tags else reference.with_default_tag()
    return Outcome(state, tuple(lines), (registry_event(state, target, "push", now),))


def first_line(reference: Reference) -> Progress:
    """Return the line that a push begins with."""
    return Progress(f"The push refers to repository [{reference.name}]")


def preparing(ids: Sequence[str]) -> list[Progress]:
    """Return the lines before the first layer of an image is sent, by short DiffID."""
    return [Progress("Preparing", each) for each in ids] + [
        Progress("Waiting", each) for each in [*dict.fromkeys(ids)][_AT_ONCE:]]


def last_line(reference: Reference, sent: Remote) -> Progress:
    """Return the line once an image is there."""
    pushed = Pushed(reference.tag, sent.digest, len(sent.manifest))
    return Progress(
        f"{pushed.tag}: digest: {pushed.digest} size: {pushed.size}", pushed=pushed)


def chosen(
    state: State, reference: Reference, all_tags: bool, lines: Sequence[Progress],
    reach: Callable[[], object],
) -> list[Reference]:
    """Return the names to push, in order.

    Args:
        state: the lab.
        reference: the repository, with or without a tag.
        all_tags: as for :func:`push`.
        lines: what was said so far.
        reach: sees whether the registry answers, which matters if the repository is here.

    Raises:
        Interrupted: there are none, it has a digest, or no registry answers.
    """
    if reference.digest:
        raise Interrupted("cannot push a digest reference", lines)
    own = [each for each in state.references if each.name == reference.name]
    if not own:
        raise Interrupted("An image does not exist locally with the tag: "
                          f"{reference.familiar_name}", lines)
    try:
        reach()
    except EngineError as error:
        raise Interrupted(error.message, lines) from error
    if all_tags:
        return sorted((each for each in own if each.tag), key=str)
    tagged = reference.with_default_tag()
    if tagged not in own:
        raise Interrupted(f"tag does not exist: {tagged}", lines)
    return [tagged]


def _push_one(state: State, reference: Reference, lines: Lines, now: int) -> State:
    """Send one image, add what is said to the lines, and return the state with both sides."""
    image = state.images[state.references[reference]]
    top = state.layer_of(image)
    layers = tuple(reversed(top.stack if top else ()))
    lines.add(*preparing([short_id(layer.diff_id) for layer in layers]))
    once = {layer.diff_id: layer for layer in layers}
    registries.check_push(state, reference)
    opened = registries.open_registry(state, reference, now)
    for diff_id, layer in once.items():
        said = _send(state, opened.store, layer, reference, lines.tell)
        lines.add(Progress(said, short_id(diff_id)))
        state = remember(state, diff_id, reference)
    sent = remote_of(state, image)
    opened.store.put_image(reference.path, reference.tag, sent)
    lines.add(last_line(reference, sent))
    by_digest = replace(reference, tag="", digest=sent.digest)
    return opened.kept(state).with_reference(by_digest, image.id)


def _send(
    state: State, store: Store, layer: Layer, reference: Reference, tell: Tell,
) -> str:
    """Have a repository hold a layer; return what is said of it."""
    digest = layer.diff_id
    if digest in state.sources and store.has(reference.path, digest):
        return "Layer already exists"
    content = layer_content.of_layer(layer)
    for path in candidates(state, digest, reference):
        if registries.holds(store, replace(reference, path=path), digest):
            store.put_blob(reference.path, content)
            return f"Mounted from {path}"
    tell(Progress("Pushing", short_id(digest), 0, content.size))
    store.put_blob(reference.path, content)
    tell(Progress("Pushing", short_id(digest), content.size, content.size))
    return "Pushed"


def remote_of(state: State, image: Image) -> Remote:
    """Return an image of the lab as it is sent to a registry."""
    top = state.layer_of(image)
    return remote(image.config_json, [_sent(layer) for layer in (top.stack if top else ())])


def _sent(layer: Layer) -> RemoteLayer:
    content = layer_content.of_layer(layer)
    return RemoteLayer(layer.diff_id, content.size, lambda: content)
