"""``docker pull``: an image out of a registry into the lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from imagelab.engine.lookup import parse_reference
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import BadRequest, EngineError, Event, NotFound, Outcome
from imagelab.model.reference import DEFAULT_DOMAIN, Reference
from imagelab.model.state import State

if TYPE_CHECKING:
    from imagelab.registry.hub import Remote

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One line of progress.

    Attributes:
        status: ``Pull complete``, ``Digest: sha256:…`` …
        id: the layer's short digest or the tag it is about; empty for none.
    """

    status: str
    id: str = ""


def pull(state: State, name: str, *, now: int, platform: str = "",
         ) -> Outcome[tuple[Progress, ...]]:
    """Fetch an image from the simulated Hub: its layers, its configuration, its name.

    Layers that are there already are not fetched again. The name gets the tag and the digest
    (``ubuntu@sha256:…``).

    Args:
        state: the lab.
        name: the image; without tag and digest it means ``latest``.
        now: the time.
        platform: ``linux/amd64``, the only one there is, or empty.

    Raises:
        NotFound: no such repository, none for this account, no such tag in it, or no image for
            the platform, in the daemon's words.
        BadRequest: the name or the platform is none.
        EngineError: the registry is not simulated.
    """
    reference = parse_reference(name).with_default_tag()
    _check_platform(platform)
    return _pull_one(state, reference, now, say_status=True)


def pull_all(state: State, name: str, *, now: int, platform: str = "",
             ) -> Outcome[tuple[Progress, ...]]:
    """Fetch all tags of a repository: as :func:`pull`, with one status for all at the end."""
    from imagelab.registry.hub import tags

    reference = parse_reference(name)
    _check_platform(platform)
    lines: list[Progress] = []
    events: list[Event] = []
    before = state.references
    for tag in _asked(state, reference, tags):
        done = _pull_one(state, replace(reference, tag=tag), now, say_status=False)
        state = done.state
        lines += done.value
        events += done.events
    is_new = any(before.get(each) != image for each, image in state.references.items() if each.tag)
    return Outcome(state, (*lines, _status(reference, is_new)), tuple(events))


def _pull_one(state: State, reference: Reference, now: int, *, say_status: bool,
              ) -> Outcome[tuple[Progress, ...]]:
    from imagelab.registry.hub import resolve

    remote = _asked(state, reference, resolve)
    lines = [Progress(f"Pulling from {reference.path}", reference.digest or reference.tag)]
    known = Image(remote.config_json).id in state.images
    state, image, fetched = _add(state, remote)
    if not known:
        lines += _layer_lines(remote, fetched)
    by_digest = replace(reference, tag="", digest=remote.digest)
    old = state.references.get(reference)
    names = (by_digest,) if reference.digest else (reference, by_digest)
    for each in names:
        state = state.with_reference(each, image.id)
    lines.append(Progress(f"Digest: {remote.digest}"))
    if say_status:
        lines.append(_status(reference, old != image.id))
    labels = dict(image.config.labels or {})
    event = Event("image", "pull", str(reference), dict(sorted(
        {**labels, "name": reference.familiar_name}.items())), now)
    return Outcome(state, tuple(lines), (event,))


def _status(reference: Reference, is_new: bool) -> Progress:
    words = "Downloaded newer image for" if is_new else "Image is up to date for"
    return Progress(f"Status: {words} {reference}")


def _asked(state: State, reference: Reference, ask: Callable[[Reference], T]) -> T:
    """Ask the Hub about a repository, as the account that the lab is logged in with."""
    from imagelab.registry.hub import ManifestUnknown, NameUnknown
    from imagelab.registry.search import is_private

    name = reference.familiar_name
    if reference.domain != DEFAULT_DOMAIN:
        raise EngineError(f"imagelab does not simulate the registry {reference.domain}")
    if name == "scratch":
        raise BadRequest("'scratch' is a reserved name")
    try:
        if is_private(name) and DEFAULT_DOMAIN not in state.logins:
            raise NameUnknown(name)
        return ask(reference)
    except ManifestUnknown:
        suffix = f"@{reference.digest}" if reference.digest else f":{reference.tag}"
        raise NotFound(
            f"manifest for {name}{suffix} not found: manifest unknown: manifest unknown",
        ) from None
    except NameUnknown:
        raise NotFound(
            f"pull access denied for {name}, repository does not exist or may require "
            "'docker login': denied: requested access to the resource is denied") from None


def _check_platform(text: str) -> None:
    """Refuse all platforms but the Hub's own.

    Raises:
        BadRequest: it is no platform.
        NotFound: there is no image for it.
    """
    if not text:
        return
    system, _, rest = text.lower().partition("/")
    machine, _, variant = rest.partition("/")
    if "/" in variant:
        raise BadRequest(f'"{text}": cannot parse platform specifier: invalid argument')
    if not rest:
        if system not in (*_SYSTEMS, *_MACHINES):
            raise BadRequest(
                f'"{text}": unknown operating system or architecture: invalid argument')
        system, machine = (system, "amd64") if system in _SYSTEMS else ("linux", system)
    machine = _MACHINES.get(machine, machine)
    wanted = "/".join(filter(None, (system, machine, variant)))
    if wanted != "linux/amd64":
        raise NotFound(f"no matching manifest for {wanted} in the manifest list entries")


_SYSTEMS = ("linux", "windows", "darwin", "freebsd")
#: Names of architectures, and Go's own for them.
_MACHINES = {
    "amd64": "amd64", "x86_64": "amd64", "x86-64": "amd64", "arm64": "arm64",
    "aarch64": "arm64", "386": "386", "i386": "386", "arm": "arm", "ppc64le": "ppc64le",
    "s390x": "s390x", "riscv64": "riscv64",
}


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


#: Layers that a daemon fetches at one time unless told otherwise.
_AT_ONCE = 3


def _layer_lines(remote: Remote, fetched: frozenset[str]) -> list[Progress]:
    ids = [(short_id(part.diff_id), part.diff_id in fetched) for part in remote.layers]
    lines = [Progress("Pulling fs layer" if new else "Already exists", name) for name, new in ids]
    waiting = [name for name, new in ids if new][_AT_ONCE:]
    lines += [Progress("Waiting", name) for name in waiting]
    for name, new in ids:
        if new:
            lines += [Progress("Verifying Checksum", name), Progress("Download complete", name)]
    return lines + [Progress("Pull complete", name) for name, new in ids if new]
