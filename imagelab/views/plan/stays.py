"""What a command touches and leaves, and why: names, children, containers, layers on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imagelab.docker.complete import Line
from imagelab.engine.usage import Need, needs_of_image, needs_of_layer
from imagelab.engine.volumes import users
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.node import size_of
from imagelab.model.state import State
from imagelab.views.change import Change
from imagelab.views.map import Reason
from imagelab.views.plan.who import container_of, image_of, names_of, short_name

_PRUNES_IMAGES = ("image prune", "system prune")
_PRUNES_CONTAINERS = ("container prune", "system prune")


@dataclass(frozen=True)
class Stay:
    """Something that stays.

    Attributes:
        kind: ``image``, ``layer``, ``container`` or ``volume``.
        id: image ID, ChainID, container ID or the volume's name.
        label: what a user calls it; the name it had, if it has none now.
        size: bytes, of an image all its layers.
        reasons: why. The kinds: ``reference``, ``child``, ``running`` or ``stopped`` (a
            container made from the image), ``image``, ``layer``, ``stands`` (a container on the
            layer), ``runs``, ``image_gone``, ``mounted``, ``rm_keeps``,
            ``prune_keeps``, ``no_prune``, ``filter`` and ``nothing``.
        below: how many layers below it stay for it.
        below_size: bytes of those.
    """

    kind: str
    id: str
    label: str
    size: int
    reasons: tuple[Reason, ...]
    below: int = 0
    below_size: int = 0


def stays(change: Change, line: Line) -> tuple[Stay, ...]:
    """Return what a command touches and leaves.

    Args:
        change: what it does.
        line: the command line, understood.
    """
    return (*_images(change, line), *_layers(change), *_containers(change, line),
            *_volumes(change, line))


# --- images --------------------------------------------------------------------------------


def _images(change: Change, line: Line) -> Iterator[Stay]:
    for image_id in dict.fromkeys(_touched_images(change, line)):
        image = change.after.images.get(image_id)
        if image is not None:
            yield Stay("image", image_id, _label(change, image_id), _size(change.after, image),
                       why_image(change.after, image_id, line))


def _touched_images(change: Change, line: Line) -> Iterator[str]:
    before = change.before
    if line.name == "rmi":
        yield from (found.id for name in line.arguments if (found := image_of(before, name)))
    yield from (before.references[each] for each in change.untagged)
    yield from (each.before for each in change.moved)
    for image in change.deleted_images:
        yield image.parent
    yield from (each.image_id for each in change.removed_containers)
    if line.name in _PRUNES_IMAGES:
        yield from change.after.images


def _label(change: Change, image_id: str) -> str:
    state = change.after if change.after.references_of(image_id) else change.before
    return names_of(state, image_id)[0]


def _size(state: State, image: Image) -> int:
    top = state.layer_of(image)
    return top.total_size if top else 0


def why_image(state: State, image_id: str, line: Line) -> tuple[Reason, ...]:
    """Return what an image stays for, after a command line."""
    needs = needs_of_image(state, image_id)
    if line.name in _PRUNES_IMAGES and "all" in line.given:
        needs = tuple(need for need in needs if need.kind != "reference")  # no name keeps it
    tagged = any(need.kind == "reference" and "@" not in need.id for need in needs)
    # A digest that came with a tag would say the same again.
    found = tuple(_reason_of_image(state, need) for need in needs
                  if not (tagged and need.kind == "reference" and "@" in need.id))
    return found or (Reason(_why_unneeded(line), ""),)


def _why_unneeded(line: Line) -> str:
    if "filter" in line.given:
        return "filter"
    return "no_prune" if "no-prune" in line.given else "nothing"


def _reason_of_image(state: State, need: Need) -> Reason:
    if need.kind == "container":
        return Reason("running" if need.running else "stopped", state.containers[need.id].name)
    who = names_of(state, need.id)[0] if need.kind == "child" else need.id
    return Reason(need.kind, who)


# --- layers --------------------------------------------------------------------------------


def _layers(change: Change) -> Iterator[Stay]:
    """Yield the topmost layer that stays of each deleted image, and of removed containers."""
    state = change.after
    seen: set[str] = set()
    for top in _lost_tops(change):
        left = [layer for layer in reversed(top.stack) if layer.chain_id in state.layers]
        if not left or left[0].chain_id in seen:
            continue
        first, *rest = left
        seen.update(layer.chain_id for layer in left)
        reasons = (_reason_of_layer(state, need)
                   for need in needs_of_layer(state, first.chain_id))
        yield Stay("layer", first.chain_id, short_id(first.diff_id), first.size, tuple(reasons),
                   len(rest), sum(layer.size for layer in rest))


def _lost_tops(change: Change) -> Iterator[Layer]:
    for image in change.deleted_images:
        if (top := change.before.layer_of(image)) is not None:
            yield top
    for container in change.removed_containers:
        if container.layer is not None and container.image_id not in change.before.images:
            yield container.layer


def _reason_of_layer(state: State, need: Need) -> Reason:
    if need.kind == "layer":
        return Reason("layer", short_id(state.layers[need.id].diff_id))
    if need.kind == "container":
        return Reason("stands", state.containers[need.id].name)
    return Reason("image", names_of(state, need.id)[0])


# --- containers and volumes ----------------------------------------------------------------


def _containers(change: Change, line: Line) -> Iterator[Stay]:
    state = change.after
    gone = {image.id for image in change.deleted_images}
    named = line.arguments if line.name == "rm" else ()
    asked = {found.id for name in named if (found := container_of(state, name))}
    for each in state.containers.values():
        if each.id in asked or line.name in _PRUNES_CONTAINERS:
            kind = "runs" if each.is_active else _why_unneeded(line)
        elif each.image_id in gone:
            kind = "image_gone"
        else:
            continue
        yield Stay("container", each.id, each.name, size_of(each.changes), (Reason(kind, ""),))


def _volumes(change: Change, line: Line) -> Iterator[Stay]:
    state = change.after
    for name in dict.fromkeys(_touched_volumes(change, line)):
        if name not in state.volumes:
            continue
        users_ = [Reason("mounted", state.containers[each].name) for each in users(state, name)]
        reasons = users_ or [Reason(_why_no_volume(line), "")]
        yield Stay("volume", name, short_name(name), size_of(state.volumes[name].changes),
                   tuple(reasons))


def _touched_volumes(change: Change, line: Line) -> Iterable[str]:
    if line.name == "volume rm":
        return line.arguments
    if line.name == "volume prune" or (line.name == "system prune" and "volumes" in line.given):
        return change.after.volumes
    return [name for each in change.removed_containers for name in each.volumes.values()]


def _why_no_volume(line: Line) -> str:
    if "filter" in line.given and line.name != "rm":
        return "filter"
    if "volumes" in line.given:
        return "nothing"
    return "rm_keeps" if line.name == "rm" else "prune_keeps"
