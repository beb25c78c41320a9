"""``docker rmi``: the plan of a deletion, and carrying it out.

One function works out what a deletion does; the command carries it out and views draw it. The
rules are the daemon's (classic image store); their wording and order are in the conformance
cases ``rmi-*``, ``flow-06`` to ``flow-13`` and ``prune-*``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property

from imagelab.engine.events import image_event, layer_event
from imagelab.engine.lookup import find_image, names_by_id, parse_reference
from imagelab.engine.usage import Need, is_layer_needed, needs_of_image, needs_of_layer
from imagelab.model.container import Container
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.outcome import Conflict, EngineError, Event, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State


@dataclass(frozen=True)
class Record:
    """One line of ``docker rmi``.

    Attributes:
        action: ``Untagged`` or ``Deleted``.
        target: a name, an image ID, or a layer's ChainID.
    """

    action: str
    target: str


@dataclass(frozen=True)
class Kept:
    """Something that a deletion touches and leaves.

    Attributes:
        id: image ID or ChainID.
        needs: who still needs it.
    """

    id: str
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class Plan:
    """What a deletion would do.

    Attributes:
        state: the state afterwards.
        records: what is printed, in order.
        untagged: names that go.
        images: IDs of images that go.
        layers: layers that go, in the order they are printed.
        error: the refusal, if there is one.
        events: what would happen.
        before: the state it started from.
        line: the named image, then its parents as far as they would go too.
    """

    state: State
    records: tuple[Record, ...]
    untagged: tuple[Reference, ...]
    images: tuple[str, ...]
    layers: tuple[Layer, ...]
    error: EngineError | None
    events: tuple[Event, ...]
    before: State
    line: tuple[Image, ...]

    @property
    def freed(self) -> int:
        """Bytes that come free."""
        return sum(layer.size for layer in self.layers)

    @cached_property
    def kept(self) -> tuple[Kept, ...]:
        """The named image, its layers and its parents as far as they stay, with the reasons."""
        kept = []
        for each in self.line:
            if each.id in self.state.images:
                kept.append(Kept(each.id, needs_of_image(self.state, each.id)))
                break
        top = self.before.layer_of(self.line[0])
        for layer in reversed(top.stack if top else ()):
            if layer.chain_id in self.state.layers:
                kept.append(Kept(layer.chain_id, needs_of_layer(self.state, layer.chain_id)))
        return tuple(kept)


def remove_image(
    state: State, name: str, *, now: int, force: bool = False, prune: bool = True,
) -> Outcome[tuple[Record, ...]]:
    """Untag or delete an image, and its nameless parents with it.

    Args:
        state: the lab.
        name: a name, or an image ID or its beginning.
        now: time of the events.
        force: as ``-f``: lift the soft conflicts.
        prune: whether parents without a name go too; ``--no-prune`` says no.

    Raises:
        NotFound: there is no such image.
        Conflict: something still needs it; nothing has changed.
    """
    done = plan(state, name, now=now, force=force, prune=prune)
    return Outcome(done.state, done.records, done.events, done.error)


def plan(
    state: State, name: str, *, now: int = 0, force: bool = False, prune: bool = True,
) -> Plan:
    """Work out what :func:`remove_image` would do; the arguments are the same.

    Raises:
        NotFound: there is no such image.
    """
    image = find_image(state, name)
    removal = _Removal(state, now)
    error: EngineError | None = None
    try:
        if names_by_id(image, name):
            removal.by_id(image, force=force, prune=prune)
        else:
            removal.by_name(image, name, force=force, prune=prune)
    except Conflict as conflict:
        error = conflict
    return Plan(
        removal.state, tuple(removal.records), tuple(removal.untagged), tuple(removal.images),
        tuple(removal.layers), error, tuple(removal.events), state, _line(state, image, prune))


def _line(state: State, image: Image, prune: bool) -> tuple[Image, ...]:
    line = [image]
    while prune and (parent := state.images.get(line[-1].parent)):
        line.append(parent)
    return tuple(line)


class _Kind(enum.Flag):
    """Reasons against a deletion, in the order they are looked for."""

    CHILD = enum.auto()
    RUNNING = enum.auto()
    REFERENCES = enum.auto()
    STOPPED = enum.auto()


_HARD = _Kind.CHILD | _Kind.RUNNING
_SOFT = _Kind.REFERENCES | _Kind.STOPPED


class _Removal:
    """A deletion in progress: the state so far and what has been said."""

    def __init__(self, state: State, now: int) -> None:
        self.state = state
        self.now = now
        self.records: list[Record] = []
        self.untagged: list[Reference] = []
        self.images: list[str] = []
        self.layers: list[Layer] = []
        self.events: list[Event] = []

    def by_name(self, image: Image, name: str, *, force: bool, prune: bool) -> None:
        references = self.state.references_of(image.id)
        user = _user(self.state, image.id)
        if not force and user is not None and is_single_reference(references):
            raise Conflict(
                f'conflict: unable to remove repository reference "{name}" (must force) - '
                f"container {short_id(user.id)} is using its referenced image "
                f"{short_id(image.id)}")
        gone = parse_reference(name).with_default_tag()
        self._untag(image, gone)
        if gone.tag:
            self._untag_lone_digests(image, gone.name)
        if not self.state.references_of(image.id):
            self._delete(image.id, force=force, prune=prune, quiet=True)

    def by_id(self, image: Image, *, force: bool, prune: bool) -> None:
        references = self.state.references_of(image.id)
        if is_single_reference(references):
            self._check(image, _HARD if force else _HARD | _Kind.STOPPED)
            for reference in references:
                self._untag(image, reference)
        self._delete(image.id, force=force, prune=prune, quiet=False)

    def _untag_lone_digests(self, image: Image, repository: str) -> None:
        """The last tag of a repository takes the repository's digests along."""
        rest = [ref for ref in self.state.references_of(image.id) if ref.name == repository]
        if not any(ref.tag for ref in rest):
            for reference in rest:
                self._untag(image, reference)

    def _untag(self, image: Image, reference: Reference) -> None:
        self.state = self.state.without_references(reference)
        self.records.append(Record("Untagged", str(reference)))
        self.untagged.append(reference)
        self.events.append(image_event(image, "untag", self.now))

    def _delete(self, image_id: str, *, force: bool, prune: bool, quiet: bool) -> None:
        """Delete an image and then, if nothing holds them, its parents one by one."""
        while True:
            image = self.state.images.get(image_id)
            if image is None:
                return
            try:
                self._check(image, _HARD if force else _HARD | _SOFT)
            except _ImageConflict as conflict:
                if quiet and (conflict.used or not is_dangling(self.state, image_id)):
                    return
                raise
            for reference in self.state.references_of(image_id):
                self._untag(image, reference)
            self._drop(image)
            if not prune or not image.parent:
                return
            image_id, force, quiet = image.parent, False, True

    def _drop(self, image: Image) -> None:
        """Take an image out of the store, with the layers that nothing else needs."""
        self.state = self.state.without_image(image.id)
        self.images.append(image.id)
        self.records.append(Record("Deleted", image.id))
        self.events.append(image_event(image, "delete", self.now))
        self.state, freed = release_layers(self.state, self.state.layer_of(image))
        for layer in freed:
            self.layers.append(layer)
            self.records.append(Record("Deleted", layer.chain_id))
            self.events.append(layer_event(layer, "delete", self.now))

    def _check(self, image: Image, mask: _Kind) -> None:
        """Raise the first conflict of the kinds asked for."""
        running = _user(self.state, image.id, running=True)
        stopped = _user(self.state, image.id, running=False)
        if _Kind.CHILD in mask and self.state.images.having("parent", image.id):
            raise _ImageConflict(image, True, "image has dependent child images")
        if _Kind.RUNNING in mask and running is not None:
            raise _ImageConflict(
                image, True, f"image is being used by running container {short_id(running.id)}",
                used=True)
        if _Kind.REFERENCES in mask and self.state.references_of(image.id):
            raise _ImageConflict(image, False, "image is referenced in multiple repositories")
        if _Kind.STOPPED in mask and stopped is not None:
            raise _ImageConflict(
                image, False, f"image is being used by stopped container {short_id(stopped.id)}",
                used=True)


class _ImageConflict(Conflict):
    """A conflict about an image; ``used`` when a container holds it."""

    def __init__(self, image: Image, hard: bool, reason: str, used: bool = False) -> None:
        forced = "cannot be forced" if hard else "must be forced"
        super().__init__(
            f"conflict: unable to delete {short_id(image.id)} ({forced}) - {reason}")
        self.used = used


def _user(state: State, image_id: str, running: bool | None = None) -> Container | None:
    """Return the first container of an image: any, a running one, or one that is not."""
    for container in state.containers.values():
        if container.image_id == image_id and running in (None, container.is_active):
            return container
    return None


def is_single_reference(references: tuple[Reference, ...]) -> bool:
    """Whether an image has at most one tag and all its names are of one repository."""
    tags = [reference for reference in references if not reference.digest]
    return len(tags) <= 1 and len({reference.name for reference in references}) <= 1


def is_dangling(state: State, image_id: str) -> bool:
    """Whether an image has neither a name nor a child."""
    return not state.references_of(image_id) and not state.images.having("parent", image_id)


def release_layers(state: State, top: Layer | None) -> tuple[State, tuple[Layer, ...]]:
    """Drop the layers from one downwards that no image, layer or container needs any more.

    Returns:
        The state, and the layers that went, topmost first.
    """
    freed: list[Layer] = []
    layer = top
    while layer is not None and not is_layer_needed(state, layer.chain_id):
        state = state.without_layer(layer)
        freed.append(layer)
        layer = layer.parent
    return state, tuple(freed)
