"""Hints about images that were to be deleted: who holds them, what went, what stayed."""

from __future__ import annotations

from collections.abc import Iterator

from imagelab.course.hints_base import (
    MOST_LISTED,
    Done,
    Hint,
    command,
    hint,
    intermediate,
    listed,
    parents,
    some,
)
from imagelab.model.image import Image
from imagelab.model.state import State
from imagelab.views.plan.ways import Obstacle, obstacles
from imagelab.views.plan.who import leaves, names_of, users_of


def removal_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for ``rmi`` and for prunes."""
    yield from _refused(done)
    if done.name == "rmi":
        yield from _after_rmi(done)
    if done.name == "image prune":
        yield from _after_prune(done)
    if done.name in ("system prune", "container prune", "volume prune"):
        yield from _after_other_prune(done)


# --- what the daemon refused ---------------------------------------------------------------


def _refused(done: Done) -> Iterator[Hint]:
    """Say what is in the way, and the commands that clear it."""
    for obstacle in obstacles(done.after, done.complaints):
        if key := _KEYS.get(obstacle.kind):
            line = " && ".join(command(*words) for words in obstacle.commands(MOST_LISTED))
            key = "rmi_used_running" if obstacle.running else key
            yield hint(key, command=line, **_values(obstacle))


def _values(obstacle: Obstacle) -> dict[str, str]:
    if obstacle.kind == "names":
        return {"count": str(len(obstacle.who))}
    return {obstacle.kind: listed(obstacle.who)}


#: Hints about an image, by what is in the way of its removal.
_KEYS = {"containers": "rmi_used_stopped", "names": "rmi_several_names",
         "children": "rmi_has_children"}


# --- rmi -----------------------------------------------------------------------------------


def _after_rmi(done: Done) -> Iterator[Hint]:
    gone = [each for key, each in done.before.images.items() if key not in done.after.images]
    for reference, image_id in done.before.references.items():
        if reference not in done.after.references and image_id in done.after.images:
            yield _only_untagged(done.after, done.after.images[image_id])
    for image in gone:
        if found := _why_layers_stay(done.after, image):
            yield found
    if done.exit_code == 0 and len(gone) > len(done.arguments):
        yield hint("rmi_parents_too", count=str(len(gone)))


def _only_untagged(state: State, image: Image) -> Hint:
    """Say who needs an image that lost a name and is still there."""
    if state.references_of(image.id):
        return hint("untagged_has_names", names=listed(names_of(state, image.id)))
    if children := leaves(state, image.id):
        return hint("untagged_has_children", children=listed(children))
    users = users_of(state, image.id)
    names = some(each.name for each in users)
    return hint("untagged_is_used", containers=listed(each.name for each in users),
                command=f"{command('rm', '-f', *names)} && {command('image', 'prune')}")


def _why_layers_stay(state: State, image: Image) -> Hint | None:
    """Say why a deleted image's own layer is still there, if it is."""
    if image.chain_id not in state.layers:
        return None
    users = users_of(state, image.id)
    if users:
        return hint("deleted_under_container", containers=listed(each.name for each in users),
                    command=command("rm", *some(each.name for each in users)))
    others = [names_of(state, each.id)[0] for each in state.images.values()
              if image.chain_id in each.chain_ids]
    return hint("deleted_layers_shared", names=listed(others)) if others else None


# --- image prune ---------------------------------------------------------------------------


def _after_prune(done: Done) -> Iterator[Hint]:
    if done.exit_code or not done.line:
        return
    state, everything = done.after, done.given("all")
    if not done.given("force", "filter") and _would_prune(done, everything):
        yield hint("prune_not_confirmed", command=command("image", "prune", "-f", *(
            ["-a"] if everything else [])))
        return
    used = [each for each in _unheld(state, everything) if users_of(state, each.id)]
    if used:
        users = [user.name for each in used for user in users_of(state, each.id)]
        yield hint("prune_keeps_used", containers=listed(users))
    nothing_done = done.before.images == state.images
    unused = [each for each in _unheld(state, True) if not users_of(state, each.id)]
    if nothing_done and not everything and unused:
        yield hint("prune_keeps_named", names=listed(names_of(state, unused[0].id)),
                   command=command("image", "prune", "-a"))
    if count := len(intermediate(state)):
        yield hint("prune_keeps_intermediate", count=str(count))


def _after_other_prune(done: Done) -> Iterator[Hint]:
    """Say why nothing went, or what a prune of the whole system leaves."""
    if done.exit_code or done.given("filter"):
        return
    if "Total reclaimed space" not in done.stdout:
        yield hint("prune_not_confirmed", command=command(*done.words, "-f"))
    elif done.name == "system prune":
        running = [each.name for each in done.after.containers.values() if each.is_active]
        if running:
            yield hint("system_prune_keeps_running", containers=listed(running))
        unused = [each for each in _unheld(done.after, True) if not users_of(done.after, each.id)]
        if unused and not done.given("all"):
            yield hint("prune_keeps_named", names=listed(names_of(done.after, unused[0].id)),
                       command=command("system", "prune", "-a"))


def _would_prune(done: Done, everything: bool) -> bool:
    """Whether something is still there that a confirmed prune would have removed."""
    return done.before.images == done.after.images and any(
        not users_of(done.after, each.id) for each in _unheld(done.after, everything))


def _unheld(state: State, everything: bool) -> list[Image]:
    """Return the images that a prune looks at: the dangling, or all that no image stands on."""
    inner, named = parents(state), set(state.references.values())
    return [each for each in state.images.values()
            if each.id not in inner and (everything or each.id not in named)]
