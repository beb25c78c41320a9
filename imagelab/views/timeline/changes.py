"""What a command changed, in a few words: ``+ image commit_test:first, + layers: 1 (43B)``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imagelab.daemon.journal import Step
from imagelab.engine.networks import endpoints_of
from imagelab.messages import text
from imagelab.model.container import Container
from imagelab.model.image import short_id
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.change import Change
from imagelab.views.files import REMOVED, file_changes
from imagelab.views.map import Mark

#: Things of one kind that are named before "… more".
MAX_NAMES = 3


@dataclass(frozen=True)
class Finding:
    """Things of one kind that one thing happened to.

    Attributes:
        mark: what happened to them; ``KEPT`` for something else, which ``kind`` says.
        kind: ``image``, ``name``, ``layer``, ``container``, ``files``, ``settings``, ``volume``,
            ``volume_files``, ``network``, ``joined``, ``login`` or ``hub``.
        names: what the first few are called; of ``files``, what happened to each; untrusted.
        count: how many there are.
        owner: of ``files`` and ``joined``, the container's name; untrusted.
        size: bytes of layers.
        statuses: of a container, its states with exit codes: the one now, or before and after.
    """

    mark: Mark
    kind: str
    names: tuple[str, ...]
    count: int
    owner: str = ""
    size: int = 0
    statuses: tuple[tuple[str, int | str], ...] = ()


class Teller:
    """Tells what each step of a journal changed, and remembers it: steps stay as they are."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[int, tuple[Finding, ...]] = {}

    def __call__(self, step: Step) -> tuple[Finding, ...]:
        """Return what a step changed."""
        if step.index not in self._known:
            self._known[step.index] = changes(step.before, step.after)
        return self._known[step.index]


def changes(before: State, after: State) -> tuple[Finding, ...]:
    """Compare two states; nothing if they differ in time only."""
    change = Change(before, after)
    return (*_images(change), *_layers(change), *_containers(change), *_beside(change))


def _finding(
    mark: Mark, kind: str, names: Iterable[str], owner: str = "", size: int = 0,
    statuses: tuple[tuple[str, int | str], ...] = (),
) -> Finding:
    """Keep the names that are shown: a command may touch ten thousand files."""
    found = tuple(names)
    return Finding(mark, kind, found[:MAX_NAMES], len(found), owner, size, statuses)


def say(found: Finding, language: str) -> str:
    """Return a change as one line of printable text, its symbol first."""
    return f"{words.SYMBOLS[found.mark].strip() or '~'} {_said(found, language)}"


def summary(found: Sequence[Finding], language: str) -> str:
    """Return all changes as one line of printable text."""
    if not found:
        return text("timeline.nothing", language)
    return ", ".join(say(each, language) for each in found)


def _said(found: Finding, language: str) -> str:
    if found.kind == "layer":
        return text("timeline.layer", language, count=found.count, size=words.size(found.size))
    named = list(map(words.printable, found.names))
    if more := found.count - len(named):
        named.append(text("map.more_files", language, count=more))
    special = found.mark in (Mark.DANGLING, Mark.MOVED, Mark.UNTAGGED)
    key = found.mark.value if special else found.kind
    statuses = " → ".join(text(f"map.status_{status}", language, code=code)
                          for status, code in found.statuses)
    said = text(f"timeline.{key}", language, what=", ".join(named),
                owner=words.printable(found.owner))
    return f"{said}: {statuses}" if statuses else said


# --- images ----------------------------------------------------------------------------------

#: Where a name pointed before and where it points now; empty for nowhere.
_Targets = tuple[str, str]


def _images(change: Change) -> Iterator[Finding]:
    names = _names(change)
    came = {each.id for each in change.new_images}
    went = {each.id for each in change.deleted_images}
    if came:
        yield _finding(Mark.NEW, "image", (_label(each.id, names, 1) for each in change.new_images))
    if went:
        yield _finding(Mark.DELETED, "image",
                       (_label(each.id, names, 0) for each in change.deleted_images))
    found: dict[Mark, list[str]] = {}
    for reference, (old, new) in names.items():
        if old and new:
            found.setdefault(Mark.MOVED, []).append(str(reference))
        elif new and new not in came:
            found.setdefault(Mark.NEW, []).append(str(reference))
        elif old and old not in went:
            found.setdefault(Mark.UNTAGGED, []).append(str(reference))
    for mark, said in found.items():
        yield _finding(mark, "name", said)
    lost = {old for old, _ in names.values()} | {each.parent for each in change.deleted_images}
    before, after = change.before, change.after
    dangling = [short_id(each) for each in before.images
                if each in lost and _is_dangling(after, each) and not _is_dangling(before, each)]
    if dangling:
        yield _finding(Mark.DANGLING, "image", dangling)


def _names(change: Change) -> dict[Reference, _Targets]:
    """Return the names that point elsewhere now; one by digest that goes with a tag is left out."""
    before, after = change.before.references, change.after.references
    changed: dict[Reference, _Targets] = {
        **{each: (before[each], "") for each in change.untagged},
        **{each.reference: (each.before, each.after) for each in change.moved},
        **{each: ("", after[each]) for each in change.named}}
    tagged = {(each.name, targets) for each, targets in changed.items() if each.tag}
    return {each: targets for each, targets in changed.items()
            if each.tag or (each.name, targets) not in tagged}


def _label(image_id: str, names: Mapping[Reference, _Targets], side: int) -> str:
    """Return the names that an image came or went with, or its ID."""
    own = [str(each) for each, targets in names.items() if targets[side] == image_id]
    return ", ".join(own[:MAX_NAMES]) or short_id(image_id)


def _is_dangling(state: State, image_id: str) -> bool:
    """Whether ``docker images -f dangling=true`` lists an image."""
    tagged = any(each.tag for each in state.references_of(image_id))
    return image_id in state.images and not tagged and not state.children_of(image_id)


def _layers(change: Change) -> Iterator[Finding]:
    for mark, layers in ((Mark.NEW, change.new_layers), (Mark.DELETED, change.deleted_layers)):
        if layers:
            yield _finding(mark, "layer", (layer.diff_id for layer in layers),
                           size=sum(layer.size for layer in layers))


# --- containers, volumes and the rest ------------------------------------------------------


def _containers(change: Change) -> Iterator[Finding]:
    old = change.before.containers
    if came := change.new_containers:
        alone = ((came[0].status, came[0].exit_code),) if len(came) == 1 else ()
        yield _finding(Mark.NEW, "container", (each.name for each in came), statuses=alone)
    if went := change.removed_containers:
        yield _finding(Mark.DELETED, "container", (each.name for each in went))
    for key, container in change.after.containers.items():
        if key in old and old[key] is not container:
            yield from _container(old[key], container)


def _container(old: Container, new: Container) -> Iterator[Finding]:
    if old.status != new.status:
        # The exit code belongs to the later state only.
        yield _finding(Mark.KEPT, "container", (new.name,),
                     statuses=((old.status, "…"), (new.status, new.exit_code)))
    if old.name != new.name:
        yield _finding(Mark.KEPT, "container", (f"{old.name} → {new.name}",))
    if old.host_config != new.host_config:
        yield _finding(Mark.KEPT, "settings", (new.name,))
    if old.changes is not new.changes and (found := _files(old, new)):
        yield _finding(Mark.KEPT, "files", found, new.name)
    yield from _presence("joined", endpoints_of(old), endpoints_of(new), new.name)


def _files(old: Container, new: Container) -> tuple[str, ...]:
    """Say what one step did to the files of a writable layer."""
    changed = {path: node for path, node in new.changes.items() if old.changes.get(path) != node}
    found = [f"{each.kind} {each.path}" for each in file_changes(changed, new.layer)]
    undone = [f"{REMOVED} /{path}" for path in old.changes if path and path not in new.changes]
    return (*found, *undone)


def _beside(change: Change) -> Iterator[Finding]:
    """Tell of what the map does not show."""
    before, after = change.before, change.after
    yield from _presence("volume", before.volumes, after.volumes)
    written = tuple(
        name for name, volume in after.volumes.items()
        if name in before.volumes and before.volumes[name].changes != volume.changes)
    if written:
        yield _finding(Mark.KEPT, "volume_files", written)
    yield from _presence("network", before.networks, after.networks)
    yield from _presence("login", _accounts(before), _accounts(after))
    if before.hub != after.hub:
        yield _finding(Mark.NEW, "hub", ())


def _presence(
    kind: str, old: Collection[str], new: Collection[str], owner: str = "",
) -> Iterator[Finding]:
    if came := tuple(each for each in new if each not in old):
        yield _finding(Mark.NEW, kind, came, owner)
    if went := tuple(each for each in old if each not in new):
        yield _finding(Mark.DELETED, kind, went, owner)


def _accounts(state: State) -> list[str]:
    return [f"{user} @ {host}" for host, user in state.logins.items()]
