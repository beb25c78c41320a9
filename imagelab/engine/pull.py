"""``docker pull``: an image out of a registry into the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import NoReturn

from imagelab.engine import registries
from imagelab.engine.commit import MAX_DEPTH
from imagelab.engine.events import registry_event
from imagelab.engine.lookup import parse_named, parse_reference
from imagelab.engine.platforms import DEFAULT, read_platform
from imagelab.engine.progress import Interrupted, Lines, Progress, Tell, silent
from imagelab.engine.sources import remember
from imagelab.formats import image_config, layer_content
from imagelab.formats.layer_content import Keep
from imagelab.formats.layer_tar import LayerError, failure
from imagelab.model.content import Content
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import EngineError, NotFound, Outcome
from imagelab.model.reference import Reference, is_digest
from imagelab.model.state import State
from imagelab.registry.remote import (
    BlobDamaged,
    BlobUnknown,
    Denied,
    ManifestUnknown,
    NameUnknown,
    RegistryError,
    Remote,
    RemoteLayer,
)


def pull(
    state: State, name: str, *, now: int, platform: str = "", keep: Keep | None = None,
    tell: Tell = silent,
) -> Outcome[tuple[Progress, ...]]:
    """Fetch an image from a registry of the lab: its layers, its configuration, its name.

    Layers that are there already are not fetched again. The name gets the tag and the digest
    (``ubuntu@sha256:…``).

    Args:
        state: the lab.
        name: the image; without tag and digest it means ``latest``.
        now: the time.
        platform: ``linux/amd64``, the only one there is, or empty.
        keep: keeps the bytes of layers that the lab did not write in a way of its own.
        tell: is told of the lines, and of bytes fetched and unpacked.

    Raises:
        NotFound: no such repository, none for this account, no such tag in it, or no image for
            the platform, in the daemon's words.
        BadRequest: the name or the platform is none.
        EngineError: no registry answers, or it is not simulated.
        Interrupted: what the registry has is not what its manifest says.
    """
    _check_platform(platform)
    reference = wanted(name)
    remote = _resolve(state, tell, reference)
    return take(state, reference, remote, now=now, keep=keep, tell=tell)


def take(
    state: State, reference: Reference, remote: Remote, *, now: int, keep: Keep | None = None,
    tell: Tell = silent,
) -> Outcome[tuple[Progress, ...]]:
    """Take an image, of whichever registry, into the lab under a tag or digest.

    Raises:
        Interrupted: as for :func:`pull`.
    """
    lines = Lines(tell)
    after = _register(state, reference, remote, keep, lines)
    is_new = state.references.get(reference) != after.references[reference]
    lines.add(_status(reference, is_new))
    event = registry_event(after, reference, "pull", now)
    return Outcome(after, tuple(lines.said), (event,))


def pull_all(
    state: State, name: str, *, now: int, platform: str = "", keep: Keep | None = None,
    tell: Tell = silent,
) -> Outcome[tuple[Progress, ...]]:
    """Fetch all tags of a repository: as :func:`pull`, with one status for all at the end.

    What was fetched before an interruption stays.
    """
    _check_platform(platform)
    reference = wanted(name, all_tags=True)
    tagged = [replace(reference, tag=tag) for tag in _tags(state, reference)]
    resolve = partial(_resolve, state, tell)
    return take_all(state, reference, tagged, resolve, now=now, keep=keep, tell=tell)


def take_all(
    state: State, reference: Reference, tagged: Iterable[Reference],
    resolve: Callable[[Reference], Remote], *, now: int, keep: Keep | None = None,
    tell: Tell = silent,
) -> Outcome[tuple[Progress, ...]]:
    """Take images of a repository, of whichever registry, into the lab.

    Args:
        state: the lab.
        reference: the repository.
        tagged: the names.
        resolve: gives the image under a name; what came before it raises Interrupted stays.
        now: the time.
        keep: as for :func:`pull`.
        tell: as there.
    """
    lines = Lines(tell)
    before = state.references
    for each in tagged:
        try:
            remote = resolve(each)
        except Interrupted as error:
            refusal = Interrupted(error.message, (*lines.said, *error.lines))
            return Outcome(state, (), error=refusal)
        try:
            state = _register(state, each, remote, keep, lines)
        except Interrupted as error:
            return Outcome(state, (), error=error)
    is_new = any(before.get(each) != image for each, image in state.references.items() if each.tag)
    event = registry_event(state, reference, "pull", now)
    lines.add(_status(reference, is_new))
    return Outcome(state, tuple(lines.said), (event,))


def _register(
    state: State, reference: Reference, remote: Remote, keep: Keep | None, lines: Lines,
) -> State:
    """Take an image into the lab; add the lines up to the digest."""
    lines.add(head(reference))
    try:
        image = _checked(remote)
        if image.id not in state.images:
            state = _add(state, reference, image, remote, keep, lines)
    except RegistryError as error:
        raise Interrupted(str(error), lines.said) from error
    by_digest = replace(reference, tag="", digest=remote.digest)
    for each in (by_digest,) if reference.digest else (reference, by_digest):
        state = state.with_reference(each, image.id)
    lines.add(Progress(f"Digest: {remote.digest}"))
    return state


def head(reference: Reference) -> Progress:
    """Return the line that a pull begins with, once the registry has what is wanted."""
    return Progress(f"Pulling from {reference.path}",
                    reference.canonical if reference.digest else reference.tag)


def _status(reference: Reference, is_new: bool) -> Progress:
    words = "Downloaded newer image for" if is_new else "Image is up to date for"
    return Progress(f"Status: {words} {reference}")


def wanted(name: str, *, all_tags: bool = False) -> Reference:
    """Return what is to be pulled; without tag and digest that is ``latest``, or all tags.

    Raises:
        BadRequest: the name is none.
    """
    reference = parse_reference(name)
    if reference.digest:
        return replace(reference, tag="")
    return reference if all_tags else reference.with_default_tag()


def named(image: str, tag: str) -> Reference:
    """Return what a name and a tag or digest mean that come apart, as in the Engine API.

    Raises:
        EngineError: one of both cannot be (400).
    """
    image = image.removesuffix(":")  # as old clients ask for all tags
    if not is_digest(tag):
        return parse_named(image, tag, status=400)
    return replace(parse_named(image, status=400), tag="", digest=tag)


def _resolve(state: State, tell: Tell, reference: Reference) -> Remote:
    _check_name(reference)
    try:
        return registries.resolve(state, reference)
    except (BlobUnknown, BlobDamaged) as error:
        reason = ("download failed after attempts=1: unknown blob"
                  if isinstance(error, BlobUnknown)
                  else f"image config verification failed for digest {error}")
        tell(head(reference))
        raise Interrupted(
            f"error pulling image configuration: {reason}", [head(reference)]) from error
    except RegistryError as error:
        raise _refusal(reference, error) from error


def _tags(state: State, reference: Reference) -> tuple[str, ...]:
    _check_name(reference)
    try:
        return registries.tags(state, reference)
    except RegistryError as error:
        raise _refusal(reference, error) from error


def _check_name(reference: Reference) -> None:
    if reference.familiar_name == "scratch":
        raise EngineError("'scratch' is a reserved name", 403)


def _refusal(reference: Reference, error: RegistryError) -> EngineError:
    """Return what the daemon says to a registry's refusal."""
    name = reference.familiar_name
    match error:
        case Denied():
            return NotFound(
                f"pull access denied for {name}, repository does not exist or may require "
                "'docker login': denied: requested access to the resource is denied")
        case NameUnknown():
            return NotFound(f"repository {name} not found: name unknown: repository name not "
                            "known to registry")
        case ManifestUnknown():
            suffix = f"@{reference.digest}" if reference.digest else f":{reference.tag}"
            return NotFound(
                f"manifest for {name}{suffix} not found: manifest unknown: manifest unknown")
    return EngineError("received unexpected HTTP status: 500 Internal Server Error")


def _check_platform(text: str) -> None:
    """Refuse all platforms but the one of the lab's registries.

    Raises:
        BadRequest: it is no platform.
        NotFound: there is no image for it.
    """
    if text and (platform := read_platform(text)) != DEFAULT:
        raise NotFound(f"no matching manifest for {platform} in the manifest list entries")


def _checked(remote: Remote) -> Image:
    """Return the image of a configuration that fits the manifest.

    Raises:
        RegistryError: it does not, or is no configuration.
    """
    try:
        diff_ids = image_config.check(remote.config_json)
    except image_config.ConfigError as error:
        raise RegistryError(str(error)) from error
    if len(diff_ids) != len(remote.layers):
        raise RegistryError(_MISMATCH)
    return Image(remote.config_json)


def _add(
    state: State, reference: Reference, image: Image, remote: Remote, keep: Keep | None,
    lines: Lines,
) -> State:
    """Register the layers that are missing, and the configuration; add the lines about them.

    Raises:
        RegistryError: there are too many, or one cannot be fetched.
    """
    begun = _begin(state, image, remote)
    lines.add(*begun)
    if len(remote.layers) > MAX_DEPTH:
        raise RegistryError("failed to register layer: max depth exceeded")
    parts = list(zip(remote.layers, image.diff_ids, image.chain_ids, strict=True))
    fetched = {chain_id: _fetch(part, diff_id, lines.tell)
               for part, diff_id, chain_id in parts if chain_id not in state.layers}
    missing = [line.id for line in begun if line.status == "Pulling fs layer"]
    for name in missing:
        lines.add(Progress("Verifying Checksum", name), Progress("Download complete", name))
    layer: Layer | None = None
    for part, diff_id, chain_id in parts:
        layer = state.layers.get(chain_id) or _unpacked(
            part, diff_id, fetched[chain_id], layer, keep, lines.tell)
        state = remember(state.with_layer(layer), diff_id, reference)
    lines.add(*(Progress("Pull complete", name) for name in missing))
    return state.with_image(image)


def _fetch(part: RemoteLayer, diff_id: str, tell: Tell) -> Content:
    """Fetch a layer's tar.

    Raises:
        RegistryError: it is missing, or not what manifest and configuration say.
    """
    name = short_id(part.digest)
    tell(Progress("Downloading", name, 0, part.size))
    try:
        content = part.content()
    except BlobUnknown as error:
        raise RegistryError("unknown blob") from error
    found = layer_content.digest_of(content)
    tell(Progress("Downloading", name, part.size, part.size))
    if found != diff_id:
        raise RegistryError(_MISMATCH if found == part.digest else
                            f"filesystem layer verification failed for digest {part.digest}")
    return content


def _unpacked(
    part: RemoteLayer, diff_id: str, content: Content, below: Layer | None, keep: Keep | None,
    tell: Tell,
) -> Layer:
    """Return the layer of a tar.

    Raises:
        RegistryError: it is no tar.
    """
    name = short_id(part.digest)
    tell(Progress("Extracting", name, 0, part.size))
    try:
        changes, blob = layer_content.read(content, keep or _keep_nothing)
    except LayerError as error:
        raise RegistryError(f"failed to register layer: {failure(error)}") from error
    tell(Progress("Extracting", name, part.size, part.size))
    return Layer(diff_id, changes, below, blob)


_MISMATCH = "layers from manifest don't match image configuration"


def _keep_nothing(_: object) -> NoReturn:
    raise RegistryError("imagelab has nowhere to keep a layer that it did not write")


#: Layers that a daemon fetches at one time unless told otherwise.
_AT_ONCE = 3


def _begin(state: State, image: Image, remote: Remote) -> list[Progress]:
    """Return the lines before the first layer is there; a layer that comes twice has one."""
    known: dict[str, bool] = {}
    for part, chain_id in zip(remote.layers, image.chain_ids, strict=True):
        known.setdefault(short_id(part.digest), chain_id in state.layers)
    lines = [Progress("Already exists" if old else "Pulling fs layer", name)
             for name, old in known.items()]
    missing = [name for name, old in known.items() if not old]
    return lines + [Progress("Waiting", name) for name in missing[_AT_ONCE:]]
