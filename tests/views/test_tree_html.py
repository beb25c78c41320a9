from __future__ import annotations

from imagelab.model.node import WHITEOUT, Changes, file
from imagelab.views.layers.file_tree import Mode, Selection
from imagelab.views.layers.overlay import folders
from imagelab.views.layers.path_history import path_history
from imagelab.views.layers.tree_counts import counts
from imagelab.views.layers.tree_html import MAX_LEVELS, Look, tree
from imagelab.views.layers.waste import waste
from tests.views.stacks import stack


def test_folders_in_folders_have_an_end() -> None:
    """A path may have some 2,000 folders, and a page and Python do not nest that deep."""
    path = "/".join("d" * 1500) + "/x"
    base: Changes = {path: file(b"deep")}
    look = Look(open=set(folders(path)))
    for top in (stack([base]), stack([base, {"d/d": WHITEOUT}]), stack([base, base])):
        for mode in Mode:
            drawn = tree(Selection(top, mode), look, "en")
            assert drawn.count("<details") <= MAX_LEVELS + 1
            shown = mode is Mode.MERGED or path in top.changes
            assert not shown or "lies too deep" in drawn
        assert waste(top).wasted == (4 if top.parent else 0)
        assert path_history(top, path)
    assert counts(Selection(stack([base])))[""].added == 1501
