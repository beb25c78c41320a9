"""Stacks of layers drawn by chance: few names, so that they meet in every way."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, Changes, Kind, Node, directory, file, symlink

_NUMBERS = itertools.count()
_NAMES = st.sampled_from("abc")
paths = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_files = st.builds(file, st.binary(max_size=9), st.sampled_from((0o644, 0o600)))
_folders = st.builds(directory, st.sampled_from((0o755, 0o700)))
_opaque = _folders.map(lambda node: replace(node, opaque=True))
_links = st.sampled_from(("a", "../b/c", "nowhere")).map(symlink)
nodes = st.one_of(
    _files, _folders, st.just(WHITEOUT), _opaque, _links, st.just(Node(Kind.FIFO)))


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    """What one layer changes, a file of it perhaps with several names."""
    found = draw(st.dictionaries(paths, nodes, max_size=8))
    names = draw(st.lists(paths, max_size=3, unique=True))
    linked = replace(draw(_files), inode=1)
    found |= dict.fromkeys(names, linked)
    if draw(st.integers(0, 9)) == 9:
        found[""] = replace(directory(), opaque=True)
    return found


def stack(layers: Sequence[Changes]) -> Layer:
    """Put layers on each other, the first at the bottom, each with a digest of its own."""
    top: Layer | None = None
    for each in layers:
        top = Layer(f"sha256:{next(_NUMBERS):064x}", each, top)
    assert top is not None
    return top


#: A top layer with those below it.
stacks = st.lists(changes(), min_size=1, max_size=5).map(stack)
