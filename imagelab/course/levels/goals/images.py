"""What an image is made of: layers, size, configuration, history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagelab.course.levels.goals.case import Case, Difference, base_of, differs, image_and
from imagelab.formats.units import human_size
from imagelab.model.image import Image
from imagelab.model.state import State
from imagelab.views.plan.who import image_of

#: Settings of which an image may have more than what counts.
_OPEN = ("Env", "Labels", "ExposedPorts", "Volumes")


def layers(case: Case) -> Iterator[Difference]:
    """The layers of ``image``: ``more`` of them on those of ``on``; or at ``most`` so many."""
    image, missing = image_and(case)
    yield from missing
    if image is None:
        return
    name, count = case.keys["image"], len(image.diff_ids)
    if "most" in case.keys:
        if count > case.keys["most"]:
            yield differs("many_layers", image=name, count=count, most=case.keys["most"])
        return
    base = base_of(case, case.keys["on"]) if "on" in case.keys else None
    own = base.diff_ids if base else ()
    if "on" in case.keys and (base is None or image.diff_ids[:len(own)] != own):
        yield differs("not_on", image=name, base=case.keys["on"])
        return
    more = case.wanted("more", lambda solved: _count(solved, name) - len(own))
    if count - len(own) != more:
        key = "layers_on" if "on" in case.keys else "layers"
        yield differs(key, image=name, base=case.keys.get("on", ""), count=count - len(own),
                      wanted=more)


def _count(state: State, name: str) -> int:
    image = image_of(state, name)
    return len(image.diff_ids) if image else 0


def size(case: Case) -> Iterator[Difference]:
    """The size of ``image``, as ``docker images`` counts it: at ``most`` so many bytes."""
    image, missing = image_and(case)
    yield from missing
    layer = case.now.layer_of(image) if image else None
    found = layer.total_size if layer else 0
    if found > case.keys["most"]:
        yield differs("too_big", image=case.keys["image"], size=human_size(found, 3),
                      most=human_size(case.keys["most"], 3))


def config(case: Case) -> Iterator[Difference]:
    """A setting ``key`` of ``image``: ``value``, or with that among others."""
    image, missing = image_and(case)
    yield from missing
    if image is None:
        return
    name, key = case.keys["image"], case.keys["key"]
    wanted = case.wanted("value", lambda solved: _setting(image_of(solved, name), key))
    found = _setting(image, key)
    if not (_holds(found, wanted) if key in _OPEN else (found or None) == (wanted or None)):
        yield differs("config", image=name, setting=key, value=_shown(wanted), found=_shown(found))


def _setting(image: Image | None, key: str) -> Any:
    return image.config.to_json().get(key) if image else None


def _holds(found: Any, wanted: Any) -> bool:
    """Whether a list or mapping has all of another; of a list, the names of a mapping."""
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return found.items() >= wanted.items()
    return set(wanted or ()) <= set(found or ())


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={each}" if each else key for key, each in value.items())
    if isinstance(value, str):
        return value
    return "[" + ", ".join(map(str, value or ())) + "]"


def history(case: Case) -> Iterator[Difference]:
    """The ``author`` and ``comment`` of ``image`` (``*`` for any), or ``more`` rows than ``on``."""
    image, missing = image_and(case)
    yield from missing
    if image is None:
        return
    name = case.keys["image"]
    for key, found in (("author", image.author), ("comment", image.comment)):
        wanted = case.keys.get(key)
        if wanted is not None and (found != wanted if wanted != "*" else not found):
            yield differs(f"no_{key}" if wanted == "*" else key, image=name, value=wanted,
                          found=found)
    if "more" in case.keys:
        base = base_of(case, case.keys["on"])
        rows, more = len(image.history), case.keys["more"]
        wanted = more + (len(base.history) if base else 0)
        if rows != wanted:
            yield differs("rows", image=name, base=case.keys["on"], count=rows, wanted=wanted,
                          more=more)
