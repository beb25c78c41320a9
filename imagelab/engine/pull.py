"""``docker pull``: an image out of a registry into the lab."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from imagelab.engine.lookup import parse_reference
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import EngineError, Event, NotFound, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State

if TYPE_CHECKING:
    from imagelab.registry.hub import Remote


@dataclass(frozen=True)
class Progress:
    """One line of progress.

    Attributes:
        status: ``Pull complete``, ``Digest: sha256:…`` …
        id: the layer's short digest or the tag it is about; empty for none.
    """

    status: str
    id: str = ""


def pull(state: State, name: str, *, now: int) -> Outcome[tuple[Progress, ...]]:
    """Fetch an image from the simulated Hub: its layers, its configuration, its name.

    Layers that are there already are not fetched again. The name gets the tag and the digest
    (``ubuntu@sha256:…``).

    Raises:
        NotFound: no such repository, or no such tag in it, in the daemon's words.
        BadRequest: the name is none.
    """
    reference = parse_reference(name).with_default_tag()
    remote = _find(reference)
    what = reference.digest or reference.tag
    lines = [Progress(f"Pulling from {reference.path}", what)]
    state, image, fetched = _add(state, remote)
    lines += _layer_lines(remote, fetched)
    by_digest = replace(reference, tag="", digest=remote.digest)
    old = state.references.get(reference)
    names = (by_digest,) if reference.digest else (reference, by_digest)
    for each in names:
        state = state.with_reference(each, image.id)
    fresh = "Image is up to date for" if old == image.id else "Downloaded newer image for"
    lines.append(Progress(f"Digest: {remote.digest}"))
    lines.append(Progress(f"Status: {fresh} {reference}"))
    event = Event("image", "pull", str(reference), {"name": reference.familiar_name}, now)
    return Outcome(state, tuple(lines), (event,))


def _find(reference: Reference) -> Remote:
    from imagelab.registry.hub import ManifestUnknown, NameUnknown, resolve

    name = reference.familiar_name
    try:
        return resolve(reference)
    except ManifestUnknown:
        suffix = f"@{reference.digest}" if reference.digest else f":{reference.tag}"
        raise NotFound(
            f"manifest for {name}{suffix} not found: manifest unknown: manifest unknown",
        ) from None
    except NameUnknown:
        raise NotFound(
            f"pull access denied for {name}, repository does not exist or may require "
            "'docker login': denied: requested access to the resource is denied") from None


def _add(state: State, remote: Remote) -> tuple[State, Image, frozenset[str]]:
    """Register layers and configuration; tell the DiffIDs that were fetched."""
    layer: Layer | None = None
    fetched = set()
    image = Image(remote.config_json)
    if len(image.diff_ids) != len(remote.layers):
        raise EngineError("invalid manifest: layers do not match the configuration")
    for part, chain_id in zip(remote.layers, image.chain_ids, strict=True):
        known = state.layers.get(chain_id)
        if known is None:
            fetched.add(part.diff_id)
            known = Layer(part.diff_id, part.changes(), layer)
            state = state.with_layer(known)
        layer = known
    image = state.images.get(image.id, image)
    return state.with_image(image), image, frozenset(fetched)


def _layer_lines(remote: Remote, fetched: frozenset[str]) -> list[Progress]:
    ids = [(short_id(part.diff_id), part.diff_id in fetched) for part in remote.layers]
    if not fetched:
        return []
    lines = [Progress("Pulling fs layer" if new else "Already exists", name) for name, new in ids]
    for name, new in ids:
        if new:
            lines += [Progress("Verifying Checksum", name), Progress("Download complete", name)]
    return lines + [Progress("Pull complete", name) for name, new in ids if new]
