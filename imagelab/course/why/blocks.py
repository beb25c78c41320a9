"""What of the lab has to do with a failure: who is in the way, or what there is instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from imagelab.course.hints_base import (
    MOST_LISTED,
    Done,
    Hint,
    hint,
    listed,
    references,
    tags_of,
)
from imagelab.engine.lookup import containers_by_prefix
from imagelab.model.container import Container
from imagelab.model.image import short_id
from imagelab.model.reference import DEFAULT_DOMAIN, ReferenceError, parse
from imagelab.model.state import State
from imagelab.views.plan.ways import obstacles
from imagelab.views.plan.who import container_of, image_of, names_of

#: What stands in the places of the message.
Values = Mapping[str, str]


def found_in_lab(key: str, done: Done, values: Values) -> tuple[Hint, ...]:
    """Return what of the lab has to do with a message, as texts of the room ``why``.

    Args:
        key: of the entry that explains the message.
        done: the command.
        values: what stands in the places of the message.
    """
    find = _FINDERS.get(key)
    return tuple(find(done, values)) if find else ()


# --- containers ----------------------------------------------------------------------------


def _container_lines(state: State, containers: Iterable[Container]) -> Iterator[Hint]:
    each = list(containers)
    for container in each[:MOST_LISTED]:
        yield hint(f"in_{container.status}", name=container.name,
                   code=str(container.exit_code), image=_image_name(state, container))
    if len(each) > MOST_LISTED:
        yield hint("in_more_containers", count=str(len(each) - MOST_LISTED))


def _image_name(state: State, container: Container) -> str:
    known = container.image_id in state.images
    return names_of(state, container.image_id)[0] if known else container.config.image


def _container(done: Done, values: Values) -> Iterator[Hint]:
    """Name the container that the message speaks of, or else that the command line names."""
    words = (values.get("container", ""), *done.arguments)
    found = next((each for word in words if (each := container_of(done.after, word))), None)
    yield from _container_lines(done.after, [found] if found else ())


def _new_container(done: Done, values: Values) -> Iterator[Hint]:
    if done.new_containers:
        yield from _container_lines(done.after, done.new_containers[-1:])
    else:
        yield from _container(done, values)


def _containers(done: Done, _: Values) -> Iterator[Hint]:
    names = [each.name for each in done.after.containers.values()]
    yield hint("in_containers", names=listed(names)) if names else hint("in_no_containers")


def _program(done: Done, values: Values) -> Iterator[Hint]:
    named = container_of(done.after, done.arguments[0]) if done.arguments else None
    where = done.new_containers[-1] if done.new_containers else named
    if where:
        yield hint("in_program", program=values["program"], name=where.name,
                   image=_image_name(done.after, where))


def _ports(done: Done, values: Values) -> Iterator[Hint]:
    """Name the running containers that have the port."""
    port = values.get("address", "").rpartition(":")[2]
    for container in done.after.containers.values():
        bindings = container.published.values()
        if container.is_running and any(each.host_port == port for row in bindings for each in row):
            yield hint("in_port", name=container.name, port=port)


# --- images --------------------------------------------------------------------------------


def _obstacles(done: Done, _: Values) -> Iterator[Hint]:
    """Name what the removal of an image, a container or a volume runs into."""
    for obstacle in obstacles(done.after, done.complaints)[:MOST_LISTED]:
        if obstacle.kind == "names":
            yield hint("in_names", names=listed(obstacle.who), count=str(len(obstacle.who)),
                       image=short_id(obstacle.subject))
        elif obstacle.kind == "children":
            yield hint("in_children", names=listed(obstacle.who),
                       image=names_of(done.after, obstacle.subject)[0])
        else:
            found = (container_of(done.after, name) for name in obstacle.who)
            yield from _container_lines(done.after, [each for each in found if each])


def _images(done: Done, values: Values) -> Iterator[Hint]:
    """List the tags that a repository has, or all there is."""
    names = _tags(done.after, values.get("name", "")) or references(done.after)
    yield hint("in_images", names=listed(names)) if names else hint("in_no_images")


def _tags(state: State, name: str) -> list[str]:
    try:
        return tags_of(state, parse(name))
    except ReferenceError:
        return []


def _objects(done: Done, values: Values) -> Iterator[Hint]:
    yield from _containers(done, values)
    yield from _images(done, {})


def _ambiguous(done: Done, values: Values) -> Iterator[Hint]:
    found = [short_id(each.id) for each in containers_by_prefix(done.after, values["id"])]
    yield hint("in_ids", ids=listed(found), start=values["id"])


def _gone(done: Done, values: Values) -> Iterator[Hint]:
    container = container_of(done.after, done.arguments[0]) if done.arguments else None
    if container:
        yield hint("in_gone", name=container.name, image=container.config.image)


def _depth(done: Done, _: Values) -> Iterator[Hint]:
    container = container_of(done.after, done.arguments[0]) if done.arguments else None
    image = image_of(done.after, container.image_id) if container else None
    if container and image:
        yield hint("in_depth", name=container.name, image=_image_name(done.after, container),
                   count=str(len(image.chain_ids)))


# --- the rest ------------------------------------------------------------------------------


def _volumes(done: Done, _: Values) -> Iterator[Hint]:
    names = sorted(done.after.volumes)
    yield hint("in_volumes", names=listed(names)) if names else hint("in_no_volumes")


def _login(done: Done, _: Values) -> Iterator[Hint]:
    user = done.after.logins.get(DEFAULT_DOMAIN)
    yield hint("in_login", user=user) if user else hint("in_no_login")


def _step(done: Done, values: Values) -> Iterator[Hint]:
    yield hint("in_step", command=values["command"], code=values["code"])
    yield from _container_lines(done.after, done.new_containers[-1:])


_Find = Callable[[Done, Values], Iterator[Hint]]
#: Entries where what is found is in the way, and those where it shows what there is.
BLOCKING: dict[str, _Find] = {
    "rmi_name_used": _obstacles, "rmi_running": _obstacles, "rmi_stopped": _obstacles,
    "rmi_names": _obstacles, "rmi_children": _obstacles, "rm_alive": _obstacles,
    "volume_in_use": _obstacles, "name_taken": _container, "not_running": _container,
    "paused": _container, "restarting": _container, "port_taken": _ports, "max_depth": _depth,
}
_FINDERS: dict[str, _Find] = {
    **BLOCKING, "image_missing": _images, "object_missing": _objects,
    "container_missing": _containers,
    "volume_missing": _volumes, "not_paused": _container, "no_public_port": _container,
    "program_missing": _program, "program_not_executable": _program,
    "ambiguous_id": _ambiguous, "commit_image_gone": _gone,
    "pull_denied": _images, "push_denied": _login, "login_refused": _login,
    "build_step": _step,
    **{f"ended_{code}": _new_container for code in (126, 127, 130, 137, 143, "otherwise")},
}
