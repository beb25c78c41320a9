"""``docker push``: an image of the lab into a registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imagelab.engine import registries
from imagelab.engine.lookup import parse_reference
from imagelab.engine.progress import Interrupted, Progress
from imagelab.engine.sources import candidates, remember
from imagelab.formats import layer_content
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import BadRequest, EngineError, Event, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.registry.remote import Denied, RegistryError, Remote, RemoteLayer, remote
from imagelab.registry.storage import Store

#: Layers that a daemon sends at one time unless told otherwise.
_AT_ONCE = 5


def push(state: State, name: str, *, now: int, all_tags: bool = False,
         ) -> Outcome[tuple[Progress, ...]]:
    """Send an image, or all that a repository has here, to a registry of the lab.

    Layers that the registry has are not sent again. The image gets a name by digest. Of several,
    those that went before a refusal stay sent.

    Args:
        state: the lab.
        name: a repository with a tag; without one it means ``latest``, or all of them.
        now: the time.
        all_tags: whether all tags are meant; the name has none then.

    Raises:
        BadRequest: the name is none, or has a digest.
        Interrupted: there is no such name here, no registry answers, or it refuses.
    """
    reference = parse_reference(name)
    if reference.digest:
        raise BadRequest("cannot push a digest reference")
    lines = [Progress(f"The push refers to repository [{reference.name}]")]
    try:
        for each in _chosen(state, reference, all_tags, lines, now):
            state = _push_one(state, each, lines, now)
    except RegistryError as error:
        words = ("denied: requested access to the resource is denied" if isinstance(error, Denied)
                 else "received unexpected HTTP status: 500 Internal Server Error")
        return Outcome(state, (), error=Interrupted(words, lines))
    target = reference if all_tags else reference.with_default_tag()
    event = Event("image", "push", str(target), {"name": reference.familiar_name}, now)
    return Outcome(state, tuple(lines), (event,))


def _chosen(
    state: State, reference: Reference, all_tags: bool, lines: Sequence[Progress], now: int,
) -> list[Reference]:
    """Return the names to push, in order.

    Raises:
        Interrupted: there are none, or no registry answers.
    """
    own = [each for each in state.references if each.name == reference.name]
    if not own:
        raise Interrupted("An image does not exist locally with the tag: "
                          f"{reference.familiar_name}", lines)
    try:
        registries.open_registry(state, reference, now)
    except EngineError as error:
        raise Interrupted(error.message, lines) from error
    if all_tags:
        return sorted((each for each in own if each.tag), key=str)
    wanted = reference.with_default_tag()
    if wanted not in own:
        raise Interrupted(f"tag does not exist: {wanted}", lines)
    return [wanted]


def _push_one(state: State, reference: Reference, lines: list[Progress], now: int) -> State:
    """Send one image, add what is said to the lines, and return the state with both sides."""
    image = state.images[state.references[reference]]
    top = state.layer_of(image)
    layers = tuple(reversed(top.stack if top else ()))
    lines += [Progress("Preparing", short_id(layer.diff_id)) for layer in layers]
    once = {layer.diff_id: layer for layer in layers}
    lines += [Progress("Waiting", short_id(diff_id)) for diff_id in [*once][_AT_ONCE:]]
    registries.check_push(state, reference)
    opened = registries.open_registry(state, reference, now)
    for diff_id, layer in once.items():
        said = _send(state, opened.store, layer, reference)
        lines.append(Progress(said, short_id(diff_id)))
        state = remember(state, diff_id, reference)
    sent = remote_of(state, image)
    opened.store.put_image(reference.path, reference.tag, sent)
    lines.append(Progress(
        f"{reference.tag}: digest: {sent.digest} size: {len(sent.manifest)}"))
    by_digest = replace(reference, tag="", digest=sent.digest)
    return opened.kept(state).with_reference(by_digest, image.id)


def _send(state: State, store: Store, layer: Layer, reference: Reference) -> str:
    """Have a repository hold a layer; return what is said of it."""
    digest = layer.diff_id
    if digest in state.sources and store.has(reference.path, digest):
        return "Layer already exists"
    content = layer_content.of_layer(layer)
    for path in candidates(state, digest, reference):
        if registries.holds(store, replace(reference, path=path), digest):
            store.put_blob(reference.path, content)
            return f"Mounted from {path}"
    store.put_blob(reference.path, content)
    return "Pushed"


def remote_of(state: State, image: Image) -> Remote:
    """Return an image of the lab as it is sent to a registry."""
    top = state.layer_of(image)
    return remote(image.config_json, [_sent(layer) for layer in (top.stack if top else ())])


def _sent(layer: Layer) -> RemoteLayer:
    content = layer_content.of_layer(layer)
    return RemoteLayer(layer.diff_id, content.size, lambda: content)
