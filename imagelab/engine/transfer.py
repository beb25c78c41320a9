"""``docker save`` and ``docker load``: images out of the lab and into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from imagelab.engine.builder.cache import chain
from imagelab.engine.commit import MAX_DEPTH
from imagelab.engine.events import image_event
from imagelab.engine.lookup import (
    FULL_ID,
    check_configuration,
    find_image,
    parse_reference,
)
from imagelab.engine.progress import Interrupted, Lines, Progress, Tell, silent
from imagelab.formats.archive import Loaded, Saved
from imagelab.formats.archive.errors import one_line
from imagelab.formats.goquote import quoted
from imagelab.formats.units import human_size
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import BadRequest, EngineError, Event, NotFound, Outcome
from imagelab.model.reference import DEFAULT_DOMAIN, Reference, ReferenceError, parse
from imagelab.model.state import State


def select(state: State, names: Sequence[str]) -> tuple[Saved, ...]:
    """Return what ``docker save`` writes for some names.

    A repository without a tag means all its tags, an ID no name at all (case ``save-03``).

    Raises:
        NotFound: in the wording of ``docker save`` (case ``save-04``).
        EngineError: a whole ID is no image's, or a text is neither name nor ID.
    """
    chosen: dict[str, list[Reference]] = {}
    for name in names:
        for image_id, reference in _named(state, name):
            known = chosen.setdefault(image_id, [])
            if reference is not None and reference not in known:
                known.append(reference)
    return tuple(
        Saved(state.images[image_id], tuple(references), state.layer_of(state.images[image_id]))
        for image_id, references in chosen.items())


def save(state: State, names: Sequence[str], *, now: int) -> Outcome[tuple[Saved, ...]]:
    """Return what ``docker save`` writes for some names, and tell of each image.

    Raises:
        NotFound: as :func:`select` does.
    """
    chosen = select(state, names)
    return Outcome(state, chosen, tuple(image_event(each.image, "save", now) for each in chosen))


def _named(state: State, name: str) -> list[tuple[str, Reference | None]]:
    """Return the images that a name of ``docker save`` means, each with the name to keep."""
    if whole := FULL_ID.fullmatch(name):
        check_configuration(state, f"sha256:{whole[1]}")
    try:
        reference = parse(name)
    except ReferenceError:
        return [(_by_id(state, name), None)]
    if reference.domain == DEFAULT_DOMAIN and reference.familiar_name == "sha256":
        return [(_by_id(state, name), None)]
    if reference.tag or reference.digest:
        if reference not in state.references:
            raise NotFound("reference does not exist")
        return [(state.references[reference], reference if reference.tag else None)]
    tags = [ref for ref in state.references if ref.name == reference.name and ref.tag]
    if tags:
        return [(state.references[ref], ref) for ref in sorted(tags, key=str)]
    try:
        return [(_by_id(state, name), None)]
    except NotFound as error:
        raise NotFound(f"No such image: {name}") from error


def _by_id(state: State, name: str) -> str:
    """Return the ID of the image that a text means which is no name.

    Raises:
        NotFound: there is none.
        EngineError: it is no ID either.
    """
    try:
        return find_image(state, name).id
    except BadRequest as error:
        raise EngineError(error.message) from error


def load(
    state: State, images: Sequence[Loaded], *, now: int, tell: Tell = silent,
) -> Outcome[tuple[Progress, ...]]:
    """Take the images of an archive into the lab.

    Layers that are there already stay as they are; a name that another image has moves
    (case ``load-01``).

    Returns:
        The lines that ``docker load`` prints, told to ``tell`` too: each layer that is new, for
        terminals, and what became of the images.

    Raises:
        BadRequest: a name in the archive is none.
        EngineError: an image is for another system, or has too many layers.

    An image of the archive that cannot be another one's parent is an error at the end: the images
    are there then.
    """
    lines = Lines(tell)
    unnamed: list[Progress] = []
    events: list[Event] = []
    ids = set()
    for loaded in images:
        before = state
        state, image = add_image(before, loaded)
        lines.add(*_layer_lines(before, loaded))
        ids.add(image.id)
        for tag in loaded.tags:
            reference = _tagged(tag)
            lines.add(*_renamed(state, reference, image))
            state = state.with_reference(reference, image.id)
            lines.add(Progress(f"Loaded image: {reference}"))
        unnamed.append(Progress(f"Loaded image ID: {image.id}"))
        events.append(image_event(image, "load", now))
    # The daemon looks at the names of the last image only.
    if not images or not images[-1].tags:
        lines.add(*unnamed)
    state, refusal = _with_parents(state, images, ids)
    error = Interrupted(refusal, lines.said) if refusal else None
    return Outcome(state, tuple(lines.said), tuple(events), error)


def _layer_lines(state: State, loaded: Loaded) -> Iterator[Progress]:
    """Yield what a terminal keeps of the progress of layers that are new.

    The client leaves the bar out where fewer than 111 columns are.
    """
    layer: Layer | None = None
    for (blob, changes), size in zip(loaded.layers, loaded.packed, strict=True):
        layer = Layer(blob.digest, changes, layer, blob)
        if layer.chain_id not in state.layers:
            told = human_size(size)
            yield Progress(f"Loading layer {told:>8}/{told}", short_id(layer.diff_id))


def _tagged(text: str) -> Reference:
    reference = parse_reference(text)
    if not reference.tag or reference.digest:
        raise BadRequest(f"invalid tag {quoted(text)}")
    return reference


def add_image(state: State, loaded: Loaded) -> tuple[State, Image]:
    """Register an image with its layers; one that is there stays as it is.

    Raises:
        EngineError: it is for another system, or has too many layers.
    """
    image = Image(loaded.config_json)
    system = image.json.get("os") or "linux"
    if system != "linux":
        raise EngineError(one_line(f"cannot load {system} image on linux"))
    if len(loaded.layers) > MAX_DEPTH:
        raise EngineError("max depth exceeded")
    layer: Layer | None = None
    for blob, changes in loaded.layers:
        layer = Layer(blob.digest, changes, layer, blob)
        layer = state.layers.get(layer.chain_id, layer)
        state = state.with_layer(layer)
    image = state.images.get(image.id, image)
    return state.with_image(image), image


def _renamed(state: State, reference: Reference, image: Image) -> list[Progress]:
    old = state.references.get(reference)
    if old is None or old == image.id:
        return []
    return [Progress(f"The image {reference} already exists, renaming the old one with ID {old} "
                     "to empty string")]


def _with_parents(
    state: State, images: Sequence[Loaded], ids: set[str],
) -> tuple[State, str]:
    """Link images to parents of the same archive, which have all of their history but one step.

    Returns:
        The lab, and why a parent is none, in the daemon's words; empty if all are.
    """
    for loaded in images:
        image = state.images[Image(loaded.config_json).id]
        if loaded.parent not in ids - {image.id}:
            continue
        parent = state.images[loaded.parent]
        if image.history[:-1] != parent.history:
            return state, f"image {parent.id} is not a valid parent for {image.id}"
        # Without history two images may be each other's parents, and nobody could follow that up
        # to its end. The daemon takes it.
        in_circle = not image.history and image.id in chain(state, [parent])
        if not image.parent and not in_circle:
            state = state.with_image(replace(image, parent=parent.id))
    return state, ""
