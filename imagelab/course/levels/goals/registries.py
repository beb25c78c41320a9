"""What the lab's registries hold."""

from __future__ import annotations

from collections.abc import Iterator

from imagelab.course.levels.goals.case import Case, Difference, differs, image_meant
from imagelab.engine.lookup import parse_reference
from imagelab.engine.registries import open_registry
from imagelab.model.image import Image
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.registry.remote import RegistryError


def registry(case: Case) -> Iterator[Difference]:
    """An image ``name`` in its registry: there, the one that ``same_as`` names; or ``absent``."""
    name, other = case.keys["name"], case.keys.get("same_as")
    image_id = _image_id(case.now, name)
    if case.keys.get("absent"):
        if image_id:
            yield differs("registry_left", name=name)
        return
    if not image_id:
        yield differs("not_in_registry", name=name)
        return
    wanted = image_meant(case, other) if other else None
    if other and wanted is None:
        yield differs("no_reference", name=other)
    elif other and wanted and wanted.id != image_id:
        yield differs("other_in_registry", name=name, other=other)


def _image_id(state: State, name: str) -> str:
    """Return the ID of what a registry has under a name; empty for nothing."""
    try:
        wanted = parse_reference(name).with_default_tag()
        store = open_registry(state, wanted, state.clock).store
        return Image(store.image(wanted.path, wanted.tag, wanted.digest).config_json).id
    except (EngineError, RegistryError):
        return ""
