"""Which repositories of registries a daemon knows a layer to be in.

It learns that from pulls and pushes, forgets nothing with an image, and tries to
save uploads by it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from imagelab.model.reference import Reference
from imagelab.model.state import State

#: Most repositories that are remembered of one layer, as a daemon does.
_MAX = 50


def remember(state: State, diff_id: str, reference: Reference) -> State:
    """Note that a layer is in a repository."""
    known = [each for each in state.sources.get(diff_id, ()) if each != reference.name]
    names = (*known, reference.name)[-_MAX:]
    return replace(state, sources={**state.sources, diff_id: names})


def candidates(state: State, diff_id: str, reference: Reference) -> list[str]:
    """Return paths of other repositories in the same registry that a layer is known to be in.

    Those that share the beginning of the name come first, then those heard of last.
    """
    front = f"{reference.domain}/"
    paths = [name.removeprefix(front) for name in reversed(state.sources.get(diff_id, ()))
             if name.startswith(front) and name != reference.name]
    return sorted(paths, key=lambda path: -_alike(path, reference.path))


def _alike(path: str, other: str) -> int:
    """Return how many parts two paths begin with alike."""
    pairs = zip(path.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
