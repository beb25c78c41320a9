"""The lessons' exercises: what the lab must look like when one is done.

A check looks at the state of the lab only, so any way that leads there will do. It gives the key
of what is still missing, from the messages' room ``exercise``, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imagelab.model.image import Image
from imagelab.model.state import State
from imagelab.model.tree import Tree
from imagelab.views.plan.who import image_of

_UBUNTU, _FIRST, _SECOND = "ubuntu:14.04", "commit_test:first", "commit_test:second"


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        missing: gives the key of what a lab still lacks, or nothing.
        answers: every key that ``missing`` can give. Each has a text in the messages.
    """

    missing: Callable[[State], str]
    answers: frozenset[str]


def _answers(*keys: str) -> Callable[[Callable[[State], str]], Exercise]:
    """Make a check an exercise, with the answers that it can give."""
    return lambda missing: Exercise(missing, frozenset(keys))


def check(state: State, lesson: str, number: int) -> str:
    """Return what is still missing of an exercise; nothing when it is done.

    Raises:
        ValueError: there is no such exercise.
        LookupError: the exercise gave an answer that it does not declare.
    """
    found = EXERCISES.get(lesson, ())
    if not 1 <= number <= len(found):
        raise ValueError(f"{lesson!r} has no exercise {number}; it has {len(found)}")
    exercise = found[number - 1]
    missing = exercise.missing(state)
    if missing and missing not in exercise.answers:
        raise LookupError(f"{lesson!r}, exercise {number}: {missing!r} is not declared")
    return missing


def _tree(state: State, image: Image) -> Tree:
    layer = state.layer_of(image)
    return layer.tree if layer else Tree()


def _stands_on(image: Image, base: Image | None, more: int) -> bool:
    """Whether an image has the layers of another one and so many more."""
    if base is None:
        return False
    count = len(base.diff_ids)
    return image.diff_ids[:count] == base.diff_ids and len(image.diff_ids) == count + more


def _dangling(state: State) -> list[Image]:
    return [image for image in state.images.values()
            if not state.references_of(image.id) and not state.children_of(image.id)]


# --- 01-commit -------------------------------------------------------------------------------


@_answers("no_practice", "practice_other_container")
def _default_tag(state: State) -> str:
    image = image_of(state, "practice:latest")
    if image is None:
        return "no_practice"
    return "" if _tree(state, image).get("first") else "practice_other_container"


@_answers("no_signed", "no_author", "no_message")
def _author(state: State) -> str:
    image = image_of(state, "signed:1")
    if image is None:
        return "no_signed"
    if not image.author:
        return "no_author"
    return "" if image.comment else "no_message"


@_answers("no_greeting", "greeting_not_on_ubuntu", "no_hello")
def _greeting(state: State) -> str:
    image = image_of(state, "greeting:1")
    if image is None:
        return "no_greeting"
    if not _stands_on(image, image_of(state, _UBUNTU), 1):
        return "greeting_not_on_ubuntu"
    entry = _tree(state, image).get("hello")
    return "" if entry and entry.node.size else "no_hello"


@_answers("no_same", "same_has_layer", "same_is_ubuntu")
def _unchanged(state: State) -> str:
    image, base = image_of(state, "same:1"), image_of(state, _UBUNTU)
    if image is None:
        return "no_same"
    if not _stands_on(image, base, 0):
        return "same_has_layer"
    assert base is not None, "it stands on it"
    return "" if len(image.history) == len(base.history) + 1 else "same_is_ubuntu"


# --- 02-inspect ------------------------------------------------------------------------------


@_answers("no_third", "third_not_on_second")
def _on_second(state: State) -> str:
    image = image_of(state, "third:1")
    if image is None:
        return "no_third"
    return "" if _stands_on(image, image_of(state, _SECOND), 1) else "third_not_on_second"


@_answers("no_clash_container", "no_clash_image")
def _clash(state: State) -> str:
    if not any(container.name == "clash" for container in state.containers.values()):
        return "no_clash_container"
    return "" if image_of(state, "clash:latest") else "no_clash_image"


@_answers("no_left_right", "not_on_first", "same_top_layer")
def _siblings(state: State) -> str:
    base, left, right = (image_of(state, name) for name in (_FIRST, "left:1", "right:1"))
    if left is None or right is None:
        return "no_left_right"
    if not (_stands_on(left, base, 1) and _stands_on(right, base, 1)):
        return "not_on_first"
    return "" if left.diff_ids[-1] != right.diff_ids[-1] else "same_top_layer"


# --- 03-history ------------------------------------------------------------------------------


@_answers("no_quiet", "quiet_has_layer", "quiet_no_row")
def _row_without_layer(state: State) -> str:
    image, base = image_of(state, "quiet:1"), image_of(state, _SECOND)
    if image is None:
        return "no_quiet"
    if not _stands_on(image, base, 0):
        return "quiet_has_layer"
    assert base is not None, "it stands on it"
    return "" if len(image.history) == len(base.history) + 1 else "quiet_no_row"


@_answers("no_smaller", "smaller_not_on_second", "first_still_there")
def _removed_file(state: State) -> str:
    image = image_of(state, "smaller:1")
    if image is None:
        return "no_smaller"
    if not _stands_on(image, image_of(state, _SECOND), 1):
        return "smaller_not_on_second"
    return "first_still_there" if _tree(state, image).get("first") else ""


@_answers("no_starter", "starter_other_command")
def _command(state: State) -> str:
    image = image_of(state, "starter:1")
    if image is None:
        return "no_starter"
    return "" if image.config.cmd == ("cat", "/first") else "starter_other_command"


# --- 04-rmi ----------------------------------------------------------------------------------


@_answers("containers_left", "ubuntu_gone", "images_left")
def _only_ubuntu(state: State) -> str:
    if state.containers:
        return "containers_left"
    base = image_of(state, _UBUNTU)
    if base is None:
        return "ubuntu_gone"
    return "" if set(state.images) == {base.id} else "images_left"


@_answers("no_dangling")
def _one_dangling(state: State) -> str:
    return "" if _dangling(state) else "no_dangling"


@_answers("no_intermediate")
def _one_intermediate(state: State) -> str:
    nameless = (image for image in state.images.values() if not state.references_of(image.id))
    return "" if any(state.children_of(image.id) for image in nameless) else "no_intermediate"


@_answers("nothing_runs", "running_image_has_name")
def _nameless_in_use(state: State) -> str:
    used = {each.image_id for each in state.containers.values() if each.is_running}
    if not used:
        return "nothing_runs"
    named = all(state.references_of(image_id) for image_id in used)
    return "running_image_has_name" if named else ""


#: The exercises of each lesson, in order.
EXERCISES: dict[str, tuple[Exercise, ...]] = {
    "01-commit": (_default_tag, _author, _greeting, _unchanged),
    "02-inspect": (_on_second, _clash, _siblings),
    "03-history": (_row_without_layer, _removed_file, _command),
    "04-rmi": (_one_dangling, _one_intermediate, _nameless_in_use, _only_ubuntu),
}
