"""Hints about images: names, commits, lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from imagelab.course.hints_base import (
    Done,
    Hint,
    command,
    hint,
    intermediate,
    listed,
    nearest,
    references,
    refusals,
    rule,
    tags_of,
)
from imagelab.engine.history import MISSING, history
from imagelab.engine.images import familiar_match
from imagelab.model.image import short_id
from imagelab.model.outcome import EngineError
from imagelab.model.reference import Reference, ReferenceError, parse
from imagelab.model.state import State
from imagelab.registry.search import public_tags
from imagelab.views.plan.who import container_of, image_of, leaves


def image_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for what was done to images."""
    yield from refusals(done, _RULES)
    if check := _AFTER.get(done.name):
        yield from check(done)


# --- what the daemon refused ---------------------------------------------------------------


def _no_image(done: Done, match: re.Match[str]) -> Hint:
    """Say what there is in the place of an image that is not there."""
    name = match["name"]
    typed = next((each for each in done.arguments if name in (each, f"{each}:latest")), name)
    if done.name == "push":
        typed = done.arguments[0]
    if other := _other_tag(done, typed):
        return other
    if (found := container_of(done.after, typed)) and found.name == typed:
        return _is_container(done, typed)
    if done.name == "push" and (local := _without_account(done.after, typed)):
        return hint("push_untagged", name=typed, local=local, command=command("tag", local, typed))
    if meant := nearest(typed, (*references(done.after), *_bare_latest(done.after))):
        return hint("image_nearest", name=typed, command=done.mended(typed, meant))
    return hint("image_missing", name=typed)


def _is_container(done: Done, name: str) -> Hint:
    """Say what a command for images is to a container."""
    if done.name == "rmi":
        return hint("image_is_container", name=name, command=command("rm", name))
    if done.name == "save":
        return hint("save_is_container", name=name,
                    command=command("export", "-o", f"{name}.tar", name))
    return hint("container_not_image", name=name, command=command("commit", name, f"{name}:1"))


def _without_account(state: State, typed: str) -> str:
    """Return the image that has a name like one to push, without what stands in front of it."""
    last = typed.rpartition("/")[2]
    wanted = (last, f"{last}:latest")
    return next((each for each in references(state) if each.rpartition("/")[2] in wanted), "")


def _other_tag(done: Done, typed: str) -> Hint | None:
    """Notice that a repository is there, only not with the tag that was typed or assumed."""
    try:
        reference = parse(typed)
    except ReferenceError:
        return None
    tags = tags_of(done.after, reference)
    if not tags or reference.digest:
        return None
    meant = nearest(typed, tags) or tags[0]
    key = "tag_other" if reference.tag else "tag_assumed"
    return hint(key, name=str(reference.with_default_tag()), names=listed(tags),
                command=done.mended(typed, meant))


def _bare_latest(state: State) -> list[str]:
    return [each.familiar_name for each in state.references if each.tag == "latest"]


def _denied(done: Done, match: re.Match[str]) -> Hint:
    """Say what may have been meant by a repository that the Hub does not give."""
    name = match["name"]
    typed = next((each for each in done.arguments if _is_of(each, name)), name)
    if image_of(done.after, typed) is None:  # of what is here, the name was no slip
        if other := _other_tag(done, typed):
            return other
        if meant := nearest(typed, references(done.after)):
            return hint("image_nearest", name=typed, command=done.mended(typed, meant))
        if meant := nearest(name, public_tags()):
            tag = parse(typed).tag
            return hint("hub_nearest", name=name,
                        command=done.mended(typed, f"{meant}:{tag}" if tag else meant))
    return hint("hub_denied", name=name, command=command("search", name.rpartition("/")[2]))


def _is_of(word: str, name: str) -> bool:
    try:
        return parse(word).familiar_name == name
    except ReferenceError:
        return False


def _no_tag(done: Done, match: re.Match[str]) -> Hint | None:
    name, _, tag = match["name"].rpartition(":")
    tags = public_tags().get(name, ())
    if not tags:
        return None
    typed = next((each for each in done.arguments if _is_of(each, name)), name)
    meant = nearest(tag, tags) or ("latest" if "latest" in tags else tags[0])
    return hint("hub_other_tags", name=name, tag=tag, tags=listed(tags),
                command=done.mended(typed, f"{name}:{meant}"))


def _image_gone(done: Done, match: re.Match[str]) -> Hint:
    container = container_of(done.after, done.arguments[0]) if done.arguments else None
    return hint("commit_image_gone", image=container.config.image if container else match["image"])


_RULES = (
    rule(r"No such image: (?P<name>.+)$", _no_image),
    rule(r"An image does not exist locally with the tag: (?P<name>.+)$", _no_image),
    rule(r"^tag does not exist: (?P<name>.+)$", _no_image),
    rule(r"pull access denied for (?P<name>[^,\s]+), repository does not exist", _denied),
    rule(r"manifest for (?P<name>\S+) not found: manifest unknown", _no_tag),
    rule(r"failed to get digest (?P<image>\S+): open .*: no such file or directory", _image_gone),
)


# --- commit and tag ------------------------------------------------------------------------


def _after_commit(done: Done) -> Iterator[Hint]:
    container = container_of(done.after, done.arguments[0]) if done.arguments else None
    if done.exit_code or container is None:
        return
    yield from moved_names(done)
    new = next((each for key, each in done.after.images.items() if key not in done.before.images),
               None)
    volumes = [f"/{point}" for point in container.volumes if container.mounts[point].keys() - {""}]
    if volumes:
        yield hint("commit_volumes", volumes=listed(volumes))
    elif new and new.chain_id == (container.layer.chain_id if container.layer else ""):
        yield hint("commit_no_changes", container=container.name)


def nameless(done: Done, pattern: str) -> Iterator[Hint]:
    """Notice that an image has been made without a name; the pattern finds its ID in the output."""
    match = re.search(pattern, done.stdout, re.MULTILINE)
    image = image_of(done.after, match[1]) if match else None
    if image and image.id not in done.before.images and not done.after.references_of(image.id):
        yield hint("image_nameless", command=command("tag", short_id(image.id), "mine:1"))


def moved_names(done: Done) -> Iterator[Hint]:
    """Notice images whose last name another image has now."""
    for reference, image_id in done.before.references.items():
        moved = done.after.references.get(reference, image_id) != image_id
        if not moved or image_id not in done.after.images or done.after.references_of(image_id):
            continue
        children = leaves(done.after, image_id)
        if children:
            yield hint("name_moved_has_children", name=str(reference), image=short_id(image_id),
                       children=listed(children))
        else:
            yield hint("name_moved", name=str(reference), image=short_id(image_id))


# --- lists -----------------------------------------------------------------------------


def _after_images(done: Done) -> Iterator[Hint]:
    if done.exit_code or not done.line:
        return
    hidden = len(intermediate(done.after))
    if done.arguments and not any(_fits(done.arguments[0], each) for each in done.after.references):
        if meant := nearest(done.arguments[0], (*references(done.after), *{
                each.familiar_name for each in done.after.references})):
            yield hint("images_nearest", name=done.arguments[0],
                       command=done.with_word(done.arguments[0], meant))
    elif hidden and any("dangling=" in word for word in done.words):
        yield hint("images_not_dangling", count=str(hidden))
    elif hidden and done.given("all"):
        yield hint("images_intermediate", count=str(hidden))


def _fits(pattern: str, reference: Reference) -> bool:
    try:
        return familiar_match(pattern, reference)
    except EngineError:
        return True  # a pattern that cannot be read is complained of already


def _after_history(done: Done) -> Iterator[Hint]:
    if done.exit_code or not done.arguments or done.given("quiet", "format"):
        return
    image = image_of(done.after, done.arguments[0])
    if image and any(row["Id"] == MISSING for row in history(done.after, image.id)):
        yield hint("history_missing")


_AFTER: dict[str, Callable[[Done], Iterator[Hint]]] = {
    "commit": _after_commit, "tag": moved_names, "images": _after_images,
    "history": _after_history,
}
