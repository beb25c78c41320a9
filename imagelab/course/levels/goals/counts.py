"""How many there are of what has no name to ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from imagelab.course.levels.goals.case import Case, Difference, Kind, differs
from imagelab.engine.images import list_images
from imagelab.formats.units import human_size
from imagelab.model.state import State


def _running(state: State) -> int:
    return sum(each.is_running for each in state.containers.values())


def _dangling(state: State) -> int:
    """Count what ``docker images -f dangling=true`` lists."""
    return len(list_images(state, filters={"dangling": ("true",)}))


def _nameless(state: State) -> set[str]:
    return {each for each in state.images if not state.references_of(each)}


def _intermediate(state: State) -> int:
    return sum(bool(state.children_of(each)) for each in _nameless(state))


def _nameless_in_use(state: State) -> int:
    """Count running containers whose image has no name, or is gone."""
    return sum(each.is_running and not state.references_of(each.image_id)
               for each in state.containers.values())


def _counted(name: str, count: Callable[[State], int]) -> Kind:
    """Return the goal that a count is at ``least`` and at ``most`` something."""
    def kind(case: Case) -> Iterator[Difference]:
        found = count(case.now)
        if found < case.keys.get("least", 0):
            yield differs(f"few_{name}", count=found, least=case.keys["least"])
        most = case.keys.get("most", found)
        if found > most:
            yield differs(f"many_{name}" if most else f"some_{name}", count=found, most=most)

    return kind


running = _counted("running", _running)
dangling = _counted("dangling", _dangling)
intermediate = _counted("intermediate", _intermediate)
nameless_in_use = _counted("nameless_in_use", _nameless_in_use)


def freed(case: Case) -> Iterator[Difference]:
    """At least so many ``bytes`` of the layers gone that were there when the level began.

    A layer that a container alone still holds is not gone, and what was fetched since then does
    not count.
    """
    def gone(state: State) -> int:
        return sum(layer.size for chain_id, layer in case.start.layers.items()
                   if chain_id not in state.layers)

    wanted, found = case.wanted("bytes", gone), gone(case.now)
    if found < wanted:
        yield differs("little_freed", wanted=human_size(wanted, 3), found=human_size(found, 3))
