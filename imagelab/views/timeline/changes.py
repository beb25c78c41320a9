"""What a command changed, in a few words: ``+ image commit_test:first, + layers: 1 (43B)``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from imagelab.daemon.journal import Step
from imagelab.messages import text
from imagelab.model.container import Container
from imagelab.model.image import short_id
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.files import REMOVED, file_changes
from imagelab.views.map import Mark

#: Things of one kind that are named before "… more".
MAX_NAMES = 3


@dataclass(frozen=True)
class Change:
    """Things of one kind that one thing happened to.

    Attributes:
        mark: what happened to them; ``KEPT`` for something else, which ``kind`` says.
        kind: ``image``, ``name``, ``layer``, ``container``, ``files``, ``settings``, ``volume``,
            ``volume_files``, ``login`` or ``hub``.
        names: what they are called; of ``files``, what happened to each; untrusted.
        owner: of ``files``, the container's name; untrusted.
        size: bytes of layers.
        statuses: of a container, its states with exit codes: the one now, or before and after.
    """

    mark: Mark
    kind: str
    names: tuple[str, ...]
    owner: str = ""
    size: int = 0
    statuses: tuple[tuple[str, int | str], ...] = ()


class Teller:
    """Tells what each step of a journal changed, and remembers it: steps stay as they are."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[int, tuple[Change, ...]] = {}

    def __call__(self, step: Step) -> tuple[Change, ...]:
        """Return what a step changed."""
        if step.index not in self._known:
            self._known[step.index] = changes(step.before, step.after)
        return self._known[step.index]


def changes(before: State, after: State) -> tuple[Change, ...]:
    """Compare two states; nothing if they differ in time only."""
    return (*_images(before, after), *_layers(before, after), *_containers(before, after),
            *_beside(before, after))


def say(change: Change, language: str) -> str:
    """Return a change as one line of printable text, its symbol first."""
    return f"{words.SYMBOLS[change.mark].strip() or '~'} {_said(change, language)}"


def summary(found: Sequence[Change], language: str) -> str:
    """Return all changes as one line of printable text."""
    if not found:
        return text("timeline.nothing", language)
    return ", ".join(say(change, language) for change in found)


def _said(change: Change, language: str) -> str:
    if change.kind == "layer":
        return text("timeline.layer", language, count=len(change.names),
                    size=words.size(change.size))
    named = list(map(words.printable, change.names[:MAX_NAMES]))
    if len(change.names) > MAX_NAMES:
        more = len(change.names) - MAX_NAMES
        named.append(text("map.more_files", language, count=more))
    special = change.mark in (Mark.DANGLING, Mark.MOVED, Mark.UNTAGGED)
    key = change.mark.value if special else change.kind
    statuses = " → ".join(text(f"map.status_{status}", language, code=code)
                          for status, code in change.statuses)
    said = text(f"timeline.{key}", language, what=", ".join(named),
                owner=words.printable(change.owner))
    return f"{said}: {statuses}" if statuses else said


# --- images --------------------------------------------------------------------------------

#: Where a name pointed before and where it points now; None for nowhere.
_Targets = tuple[str | None, str | None]


def _images(before: State, after: State) -> Iterator[Change]:
    names = _names(before, after)
    came = [each for each in after.images if each not in before.images]
    # As docker prints them: what stood on another first.
    went = [each for each in reversed(list(before.images)) if each not in after.images]
    if came:
        yield Change(Mark.NEW, "image", tuple(_label(each, names, 1) for each in came))
    if went:
        yield Change(Mark.DELETED, "image", tuple(_label(each, names, 0) for each in went))
    found: dict[Mark, list[str]] = {}
    for reference, (old, new) in names.items():
        if old is None and new not in came:
            found.setdefault(Mark.NEW, []).append(str(reference))
        elif new is None and old not in went:
            found.setdefault(Mark.UNTAGGED, []).append(str(reference))
        elif old is not None and new is not None:
            found.setdefault(Mark.MOVED, []).append(str(reference))
    for mark, said in found.items():
        yield Change(mark, "name", tuple(said))
    lost = {old for old, _ in names.values() if old} | {before.images[each].parent for each in went}
    dangling = [short_id(each) for each in before.images
                if each in lost and _is_dangling(after, each) and not _is_dangling(before, each)]
    if dangling:
        yield Change(Mark.DANGLING, "image", tuple(dangling))


def _names(before: State, after: State) -> dict[Reference, _Targets]:
    """Return the names that point elsewhere now; one by digest that goes with a tag is left out."""
    if before.references is after.references:
        return {}
    both = dict.fromkeys((*before.references, *after.references))
    found = {each: (before.references.get(each), after.references.get(each)) for each in both}
    changed = {each: targets for each, targets in found.items() if targets[0] != targets[1]}
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


def _layers(before: State, after: State) -> Iterator[Change]:
    for mark, old, new in ((Mark.NEW, before, after), (Mark.DELETED, after, before)):
        found = [layer for key, layer in new.layers.items() if key not in old.layers]
        if found:
            yield Change(mark, "layer", tuple(layer.diff_id for layer in found),
                         size=sum(layer.size for layer in found))


# --- containers, volumes and the rest ------------------------------------------------------


def _containers(before: State, after: State) -> Iterator[Change]:
    old, new = before.containers, after.containers
    came = [each for key, each in new.items() if key not in old]
    if came:
        alone = ((came[0].status, came[0].exit_code),) if len(came) == 1 else ()
        yield Change(Mark.NEW, "container", tuple(each.name for each in came), statuses=alone)
    if went := tuple(each.name for key, each in old.items() if key not in new):
        yield Change(Mark.DELETED, "container", went)
    for key, container in new.items():
        if key in old and old[key] is not container:
            yield from _container(old[key], container)


def _container(old: Container, new: Container) -> Iterator[Change]:
    if old.status != new.status:
        # The exit code belongs to the later state only.
        yield Change(Mark.KEPT, "container", (new.name,),
                     statuses=((old.status, "…"), (new.status, new.exit_code)))
    if old.name != new.name:
        yield Change(Mark.KEPT, "container", (f"{old.name} → {new.name}",))
    if old.host_config != new.host_config:
        yield Change(Mark.KEPT, "settings", (new.name,))
    if old.changes is not new.changes and (found := _files(old, new)):
        yield Change(Mark.KEPT, "files", found, new.name)


def _files(old: Container, new: Container) -> tuple[str, ...]:
    """Say what one step did to the files of a writable layer."""
    changed = {path: node for path, node in new.changes.items() if old.changes.get(path) != node}
    found = [f"{each.kind} {each.path}" for each in file_changes(changed, new.layer)]
    undone = [f"{REMOVED} /{path}" for path in old.changes if path and path not in new.changes]
    return (*found, *undone)


def _beside(before: State, after: State) -> Iterator[Change]:
    """Tell of what the map does not show."""
    yield from _presence("volume", before.volumes, after.volumes)
    written = tuple(
        name for name, volume in after.volumes.items()
        if name in before.volumes and before.volumes[name].changes != volume.changes)
    if written:
        yield Change(Mark.KEPT, "volume_files", written)
    yield from _presence("login", _accounts(before), _accounts(after))
    if before.hub != after.hub:
        yield Change(Mark.NEW, "hub", ())


def _presence(kind: str, old: Collection[str], new: Collection[str]) -> Iterator[Change]:
    if came := tuple(each for each in new if each not in old):
        yield Change(Mark.NEW, kind, came)
    if went := tuple(each for each in old if each not in new):
        yield Change(Mark.DELETED, kind, went)


def _accounts(state: State) -> list[str]:
    return [f"{user} @ {host}" for host, user in state.logins.items()]
