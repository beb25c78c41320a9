"""Images and containers as a user names them, and who stands on whom."""

from __future__ import annotations

from imagelab.engine.lookup import find_container, find_image
from imagelab.model.container import Container
from imagelab.model.image import Image, short_id
from imagelab.model.outcome import EngineError
from imagelab.model.state import State


def container_of(state: State, text: str) -> Container | None:
    """Return the container that a text names, if there is one."""
    try:
        return find_container(state, text)
    except EngineError:
        return None


def image_of(state: State, text: str) -> Image | None:
    """Return the image that a text names, if there is one."""
    try:
        return find_image(state, text)
    except EngineError:
        return None


def short_name(name: str) -> str:
    """Return a name as it is; the twelve digits that Docker prints of one that it chose."""
    return short_id(name) if len(name) == 64 else name


def names_of(state: State, image_id: str) -> list[str]:
    """Return an image's tags as a user types them; other names, then its ID, if it has none."""
    found = state.references_of(image_id)
    return [str(each) for each in found if each.tag or len(found) == 1] or [short_id(image_id)]


def leaves(state: State, image_id: str) -> list[str]:
    """Return the images that stand on one and have no children, by name, else by ID."""
    children: dict[str, list[str]] = {}
    for image in state.images.values():
        children.setdefault(image.parent, []).append(image.id)
    found: list[str] = []
    line = [image_id]
    for each in line:
        line += children.get(each, ())
        if each not in children and each != image_id:
            found.append(names_of(state, each)[0])
    return found


def users_of(state: State, image_id: str) -> list[Container]:
    """Return the containers made from an image."""
    return [each for each in state.containers.values() if each.image_id == image_id]
