"""What a goal is held against, and what a learner's lab lacks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagelab.model.image import Image
from imagelab.model.state import State
from imagelab.model.tree import Tree
from imagelab.views.plan.who import image_of


@dataclass(frozen=True)
class Case:
    """A goal and the labs that it is about.

    Attributes:
        keys: what the goal says; see :class:`imagelab.course.levels.level.Goal`.
        start: the lab as the level began.
        now: the learner's lab.
        solved: the lab after the model solution.
    """

    keys: Mapping[str, Any]
    start: State
    now: State
    solved: State

    def wanted(self, key: str, of: Callable[[State], Any]) -> Any:
        """Return the value that counts: the goal's own, else the model solution's."""
        return self.keys[key] if key in self.keys else of(self.solved)


@dataclass(frozen=True)
class Difference:
    """Something that a learner's lab lacks.

    Attributes:
        key: of the text that says it, in the room ``goal`` of the messages.
        values: what the text's places stand for.
        goal: number of the goal that it belongs to.
        of: what it is about where the goal is about many things; what lacks another is not alike.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    goal: int = -1
    of: str = ""


Kind = Callable[[Case], Iterator[Difference]]


def differs(key: str, **values: Any) -> Difference:
    """Return a difference, to be given its goal's number later."""
    return Difference(key, values)


def image_and(case: Case, key: str = "image") -> tuple[Image | None, list[Difference]]:
    """Return the image that a key of the goal names, or what to say if it is not there."""
    name = case.keys[key]
    image = image_of(case.now, name)
    return image, [] if image else [differs("no_image", image=name)]


def tree_of(state: State, image: Image | None) -> Tree:
    """Return what an image's containers begin with."""
    layer = state.layer_of(image) if image else None
    return layer.tree if layer else Tree()


def image_meant(case: Case, name: str) -> Image | None:
    """Return the image with a name; the one that had it at the start if the name is gone."""
    return image_of(case.now, name) or image_of(case.start, name)


def base_of(case: Case, name: str) -> Image | None:
    """Return the image that another is to stand on, as it was named when the level began."""
    return image_of(case.start, name) or image_of(case.now, name)
