"""What a command changed, in a few words: ``+ image commit_test:first, + layers: 1 (43B)``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from imagelab.daemon.journal import Step
from imagelab.messages import text
from imagelab.model.container import Container
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.files import REMOVED, file_changes
from imagelab.views.map import ContainerNode, ImageNode, LayerNode, Map, Mark, layer_map

#: Things of one kind that are named before "… more".
MAX_NAMES = 3


@dataclass(frozen=True)
class Change:
    """Things of one kind that one thing happened to.

    Attributes:
        mark: what happened to them; ``KEPT`` for something else, which ``kind`` says.
        kind: ``image``, ``name``, ``layer``, ``container``, ``status``, ``files``, ``renamed``,
            ``settings``, ``volume``, ``volume_files``, ``login`` or ``hub``.
        names: what they are called; of ``files``, what happened to each; untrusted.
        owner: of ``files``, the container's name; untrusted.
        size: bytes of layers.
        node: of ``status`` and ``container``, the container if it is one.
    """

    mark: Mark
    kind: str
    names: tuple[str, ...]
    owner: str = ""
    size: int = 0
    node: ContainerNode | None = None


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
    if _same_images(before, after) and before.containers is after.containers:
        return tuple(_beside(before, after))
    drawing = layer_map(after, before)
    return (*_images(drawing), *_names(drawing), *_layers(drawing),
            *_containers(drawing, before, after), *_beside(before, after))


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
    status = f": {words.status(change.node, language)}" if change.node else ""
    return text(f"timeline.{key}", language, what=", ".join(named),
                owner=words.printable(change.owner)) + status


def _same_images(before: State, after: State) -> bool:
    return (before.layers is after.layers and before.images is after.images
            and before.references is after.references)


def _images(drawing: Map) -> Iterator[Change]:
    named = {node.key: node.text for node in drawing.names}
    names: dict[tuple[str, Mark], list[str]] = {}
    for edge in drawing.edges:
        if edge.kind == "name":
            names.setdefault((edge.head, edge.mark), []).append(named[edge.tail])

    def label(image: ImageNode, mark: Mark) -> str:
        return ", ".join(names.get((image.key, mark), ())) or short_id(image.id)

    for mark, of_names in ((Mark.NEW, Mark.NEW), (Mark.DELETED, Mark.UNTAGGED)):
        found = tuple(label(image, of_names) for image in drawing.images if image.mark is mark)
        if found:
            yield Change(mark, "image", found)
    if lost := tuple(short_id(each.id) for each in drawing.images if each.mark is Mark.DANGLING):
        yield Change(Mark.DANGLING, "image", lost)


def _names(drawing: Map) -> Iterator[Change]:
    """Tell of names, those that came or went with their image left out."""
    images = {image.key: image.mark for image in drawing.images}
    gone_along = {edge.tail for edge in drawing.edges
                  if edge.kind == "name" and images[edge.head] in (Mark.NEW, Mark.DELETED)}
    for mark in (Mark.NEW, Mark.MOVED, Mark.UNTAGGED):
        found = tuple(node.text for node in drawing.names if node.mark is mark
                      and (mark is Mark.MOVED or node.key not in gone_along))
        if found:
            yield Change(mark, "name", found)


def _layers(drawing: Map) -> Iterator[Change]:
    for mark in (Mark.NEW, Mark.DELETED):
        found = [node for node in drawing.layers
                 if isinstance(node, LayerNode) and node.mark is mark]
        if found:
            yield Change(mark, "layer", tuple(node.diff_id for node in found),
                         size=sum(node.size for node in found))


def _containers(drawing: Map, before: State, after: State) -> Iterator[Change]:
    came = [each for each in drawing.containers if each.mark is Mark.NEW]
    if came:
        yield Change(Mark.NEW, "container", tuple(each.name for each in came),
                     node=came[0] if len(came) == 1 else None)
    if went := tuple(each.name for each in drawing.containers if each.mark is Mark.DELETED):
        yield Change(Mark.DELETED, "container", went)
    for node in drawing.containers:
        old, new = before.containers.get(node.id), after.containers.get(node.id)
        if old is not None and new is not None and old is not new:
            yield from _container(node, old, new)


def _container(node: ContainerNode, old: Container, new: Container) -> Iterator[Change]:
    if node.was:
        yield Change(Mark.KEPT, "status", (new.name,), node=node)
    if old.name != new.name:
        yield Change(Mark.KEPT, "renamed", (f"{old.name} → {new.name}",))
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
