"""Predicting what a deletion does: the questions, and the judgement of a guess.

The truth is the plan of the command; here it is only asked and compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from imagelab.docker.complete import Line
from imagelab.engine.lookup import parse_reference
from imagelab.model.image import Image, short_id
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.views.plan.dry_run import DELETING, LineError
from imagelab.views.plan.plan import Plan
from imagelab.views.plan.who import container_of, image_of, names_of, short_name

#: What can become of a thing, by its kind.
FATES = {"name": ("untagged", "kept"), "image": ("deleted", "kept"),
         "container": ("deleted", "kept"), "volume": ("deleted", "kept")}
#: Things of one kind that are asked about, and those among them that have nothing to do with it.
MOST_ASKED, _BYSTANDERS = 12, 2
_UNITS = {"": 0, "B": 0, "KB": 1, "MB": 2, "GB": 3, "TB": 4}
_SIZE = re.compile(r"(\d{1,20}(?:\.\d{1,12})?)\s*(B|KB|MB|GB|TB|)(?:YTES?)?|(\d{1,20})\s*바이트",
                   re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """Something whose fate is asked.

    Attributes:
        kind: ``name``, ``image``, ``container`` or ``volume``.
        id: the name as Docker shows it, or the ID.
        label: how it is called in the question.
        fate: what becomes of it: ``untagged``, ``deleted`` or ``kept``.
    """

    kind: str
    id: str
    label: str
    fate: str

    @property
    def key(self) -> str:
        """Unique among the items."""
        return f"{self.kind} {self.id}"


@dataclass(frozen=True)
class Answer:
    """A guess of one fate.

    Attributes:
        item: whose.
        guessed: the fate that was guessed; empty for none.
    """

    item: Item
    guessed: str

    @property
    def right(self) -> bool:
        """Whether that is what becomes of it."""
        return self.guessed == self.item.fate


@dataclass(frozen=True)
class Judged:
    """A guess beside the truth.

    Attributes:
        answers: about each thing.
        freed: bytes that were guessed to come free, as typed.
        true_freed: those that do.
    """

    answers: tuple[Answer, ...]
    freed: str
    true_freed: int

    @property
    def freed_right(self) -> bool:
        """Whether the bytes are right, exactly or in the digits that were given."""
        return is_size(self.freed, self.true_freed)

    @property
    def right(self) -> int:
        """How many answers are right, the bytes among them."""
        return sum(each.right for each in self.answers) + self.freed_right

    @property
    def total(self) -> int:
        """How many answers there are."""
        return len(self.answers) + 1

    @property
    def passed(self) -> bool:
        """Whether all are right."""
        return self.right == self.total


def questions(plan: Plan) -> tuple[Item, ...]:
    """Return what is asked about a command: what it concerns, and a few things besides.

    Raises:
        LineError: there is nothing to predict: the command deletes nothing, or the lab has
            nothing that it concerns.
    """
    if plan.line.name not in DELETING:
        raise LineError("no_deletion", plan.line.name)
    before = plan.before
    images = _chosen(_concerned_images(plan), before.images)
    items = [_item(plan, "name", each) for image_id in images
             for each in _names(plan, image_id)]
    items += [_item(plan, "image", image_id) for image_id in images]
    items += [_item(plan, "container", each) for each in
              _chosen(_concerned_containers(plan), before.containers)]
    items += [_item(plan, "volume", each) for each in
              _chosen(_concerned_volumes(plan), before.volumes)]
    if not items:
        raise LineError("no_questions", plan.line.name)
    return tuple(items)


def judge(
    items: Iterable[Item], guessed: Callable[[Item], str], freed: str, plan: Plan,
) -> Judged:
    """Put a guess beside the truth.

    Args:
        items: the questions.
        guessed: gives the fate guessed for an item.
        freed: bytes guessed, as typed: ``15B``, ``188MB``.
        plan: the truth.
    """
    return Judged(tuple(Answer(each, guessed(each)) for each in items), freed.strip(),
                  plan.change.freed)


def is_size(typed: str, size: int) -> bool:
    """Whether a size as typed is the one meant: exactly, or rounded to three digits or more.

    Docker prints three digits of an image's size, so ``188MB`` is right for 187,971,548 bytes,
    and so is ``187.97MB``; ``190MB`` and ``187MB`` are not.
    """
    match = _SIZE.fullmatch(typed.strip().replace(",", ""))
    if match is None:
        return False
    number = match[1] or match[3]
    try:
        scale = Decimal(1000) ** _UNITS[(match[2] or "").upper()]
        value = Decimal(number) * scale
        last_digit = scale.scaleb(-len(number.partition(".")[2]))
    except InvalidOperation:
        return False
    if value == size:
        return True
    digits = len(number.replace(".", "").lstrip("0"))
    return digits >= 3 and abs(value - size) * 2 <= last_digit


def named(plan: Plan, items: Iterable[Item], texts: Iterable[str]) -> set[str]:
    """Return the keys of the items that texts name, as in a command line; a lone text is one.

    Raises:
        ValueError: one names nothing that is asked about.
    """
    known = {each.key for each in items}
    found = set()
    for text in (texts,) if isinstance(texts, str) else texts:
        keys = [key for key in _keys(plan.before, str(text)) if key in known]
        if not keys:
            raise ValueError(text)
        found.update(keys)
    return found


def _keys(state: State, text: str) -> Iterator[str]:
    if (image := image_of(state, text)) is not None:
        yield f"image {image.id}"
    if (container := container_of(state, text)) is not None:
        yield f"container {container.id}"
    yield f"volume {text}"
    try:
        yield f"name {parse_reference(text).with_default_tag()}"
    except EngineError:
        return


def _item(plan: Plan, kind: str, key: str) -> Item:
    before, change = plan.before, plan.change
    if kind == "name":
        gone = any(str(each) == key for each in change.untagged)
        return Item(kind, key, key, "untagged" if gone else "kept")
    if kind == "image":
        return Item(kind, key, _image_label(before, key), _fate(key in plan.state.images))
    if kind == "container":
        return Item(kind, key, before.containers[key].name, _fate(key in plan.state.containers))
    return Item(kind, key, short_name(key), _fate(key in plan.state.volumes))


def _fate(is_there: bool) -> str:
    return "kept" if is_there else "deleted"


def _image_label(state: State, image_id: str) -> str:
    name, short = names_of(state, image_id)[0], short_id(image_id)
    return short if name == short else f"{short} ({name})"


# --- what is concerned ---------------------------------------------------------------------


def _chosen(concerned: Iterable[str], everything: Iterable[str]) -> list[str]:
    """Return what is concerned and a few that are not, in the order they came to the lab."""
    found = list(dict.fromkeys(concerned))[:MOST_ASKED]
    if not found:
        return []
    rest = [each for each in everything if each not in found]
    wanted = {*found, *rest[:min(_BYSTANDERS, MOST_ASKED - len(found))]}
    return [each for each in everything if each in wanted]


def _names(plan: Plan, image_id: str) -> list[str]:
    """Return the names of an image that are asked about: those that go, and a few that stay."""
    names = plan.before.references_of(image_id)
    asked = [str(each) for each in names if each.tag] or [str(each) for each in names]
    if len(asked) <= MOST_ASKED:
        return asked
    gone = set(map(str, plan.change.untagged))
    return _chosen([each for each in asked if each in gone] or asked[:1], asked)


def _concerned_images(plan: Plan) -> Iterator[str]:
    """Yield the IDs of what is named and goes, then parents, children, and siblings."""
    before, change = plan.before, plan.change
    core = [image.id for image in _named_images(plan.line, before)]
    core += [before.references[each] for each in change.untagged]
    core += [image.id for image in change.deleted_images]
    core += [each.image_id for each in change.removed_containers]
    if plan.line.name in ("image prune", "system prune"):
        core += before.images
    core = [each for each in dict.fromkeys(core) if each in before.images]
    yield from core
    for image_id in core:
        yield from _parents(before, image_id)
        yield from (child.id for child in before.children_of(image_id))
    layers = {chain for image_id in core for chain in before.images[image_id].chain_ids}
    yield from (image.id for image in before.images.values()
                if layers.intersection(image.chain_ids))


def _named_images(line: Line, state: State) -> Iterator[Image]:
    if line.name == "rmi":
        for name in line.arguments:
            if (image := image_of(state, name)) is not None:
                yield image


def _parents(state: State, image_id: str) -> Iterator[str]:
    parent = state.images[image_id].parent
    while parent in state.images:
        yield parent
        parent = state.images[parent].parent


def _concerned_containers(plan: Plan) -> Iterator[str]:
    if plan.line.name == "rm":
        for name in plan.line.arguments:
            if (found := container_of(plan.before, name)) is not None:
                yield found.id
    if plan.line.name in ("container prune", "system prune"):
        yield from plan.before.containers


def _concerned_volumes(plan: Plan) -> Iterator[str]:
    if plan.line.name.startswith("volume"):
        yield from plan.before.volumes
    yield from (each.name for each in plan.change.removed_volumes)
