from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given

from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, Changes, Kind, directory, file, symlink
from imagelab.model.tree import Tree
from imagelab.views.files import ADDED, CHANGED, REMOVED
from imagelab.views.layers import overlay
from imagelab.views.layers.file_tree import Mode, Row, Selection, names, place, rows
from imagelab.views.layers.hidden import Hidden
from imagelab.views.layers.overlay import Cause
from imagelab.views.layers.tree_counts import NONE, Counts, counts
from tests.views.stacks import stack, stacks


def listed(selection: Selection, folder: str = "") -> list[Row]:
    """Return the rows of a folder."""
    here = place(selection, folder)
    return list(rows(selection, here, names(selection, here)))


def unfolded(selection: Selection, folder: str = "") -> list[Row]:
    """Return the rows of a folder and of all in it."""
    found = []
    for row in listed(selection, folder):
        found.append(row)
        if row.holds:
            found += unfolded(selection, row.path)
    return found


def marks(selection: Selection) -> dict[str, str]:
    return {row.path: row.mark for row in unfolded(selection)}


def mode_of(top: Layer, mode: Mode = Mode.LAYER) -> Selection:
    return Selection(top, mode)


# --- against the merged tree ---------------------------------------------------------------


@given(stacks)
def test_what_is_seen_is_what_the_merged_tree_shows(top: Layer) -> None:
    for mode in (Mode.MERGED, Mode.IMAGE):
        found = {row.path: row for row in unfolded(Selection(top, mode)) if row.mark != REMOVED}
        assert sorted(found) == sorted(top.tree.paths())
        for path, row in found.items():
            entry = top.tree.get(path)
            assert entry is not None
            assert (row.node, row.layer.depth - 1) == (entry.node, entry.depth)


@given(stacks)
def test_marks_tell_the_tree_before_from_the_one_after(top: Layer) -> None:
    before = top.parent.tree if top.parent else Tree()
    found = marks(Selection(top, Mode.MERGED))
    after = top.tree
    for path, mark in found.items():
        there, was = after.get(path), before.get(path)
        if mark == REMOVED:
            assert was is not None
            assert there is None
        elif mark == ADDED:
            assert was is None
        elif mark == "":
            assert was is not None
            assert there is not None
            assert there.node.kind is was.node.kind
    seen_no_more = {path for path in before.paths() if after.get(path) is None}
    gone = {path for path, mark in found.items() if mark == REMOVED}
    # What a file took the place of, folder and all, has no rows: there is no folder to open.
    assert gone == {path for path in seen_no_more if not under_file(after, path)}


def under_file(tree: Tree, path: str) -> bool:
    return any(
        (entry := tree.get(above)) is not None and not entry.node.is_directory
        for above in overlay.folders(path))


@given(stacks)
def test_counts_are_the_rows_below(top: Layer) -> None:
    for mode in (Mode.MERGED, Mode.IMAGE):
        selection = Selection(top, mode)
        found = unfolded(selection)
        counted = counts(selection)
        for folder in ("", *(row.path for row in found if row.holds)):
            below = Counter(
                row.mark for row in found
                if not folder or row.path.startswith(f"{folder}/"))
            said = counted.get(folder, NONE)
            assert (said.added, said.changed, said.removed) == (
                below[ADDED], below[CHANGED], below[REMOVED])


@given(stacks)
def test_a_layer_lists_its_own_entries(top: Layer) -> None:
    found = {row.path: row for row in unfolded(Selection(top))}
    for path, node in top.changes.items():
        if path and node.kind is not Kind.WHITEOUT and not overlay.makes(top, path):
            assert found[path].node == node
    assert set(found) <= {here for path in top.changes for here in (path, *overlay.folders(path))}


# --- by example ----------------------------------------------------------------------------

BASE: Changes = {
    "etc": directory(), "etc/hosts": file(b"1"), "etc/passwd": file(b"22"), "tmp": directory(),
    "var/log/a": file(b"333"), "var/log/b": file(b"4444"),
}


def test_a_layer_shows_whiteouts_and_what_they_hide() -> None:
    top = stack([BASE, {"etc/hosts": WHITEOUT, "var/log": WHITEOUT, "nothing": WHITEOUT}])
    found = {row.path: row for row in unfolded(Selection(top))}
    assert found["etc/hosts"].mark == found["var/log"].mark == REMOVED
    assert found["var/log"].node.kind is Kind.WHITEOUT
    assert found["var/log"].hidden == Hidden(Cause.WHITEOUT, 2, 2, 7, (1,), is_folder=True)
    assert (found["nothing"].mark, found["nothing"].hidden) == ("", None)
    assert counts(Selection(top))[""].whiteouts == 2


def test_the_merged_view_shows_what_is_gone_and_why() -> None:
    top = stack([BASE, {"var/log": WHITEOUT}])
    found = {row.path: row for row in unfolded(Selection(top, Mode.MERGED))}
    assert found["etc/hosts"].mark == ""
    log = found["var/log/a"]
    assert (log.mark, log.layer.depth) == (REMOVED, 1)
    assert log.hider == overlay.Hider(Cause.WHITEOUT, "var/log", 2)
    assert found["var/log"].hidden == Hidden(Cause.WHITEOUT, 2, 2, 7, (1,), is_folder=True)
    assert counts(Selection(top, Mode.MERGED))["var"] == Counts(removed=3, whiteouts=1)


def test_an_opaque_folder_is_changed_and_hides_all_below() -> None:
    top = stack([BASE, {"var/log": replace(directory(), opaque=True), "var/log/b": file(b"")}])
    found = {row.path: row for row in unfolded(Selection(top, Mode.MERGED))}
    assert found["var/log"].mark == CHANGED
    assert found["var/log"].hidden == Hidden(Cause.OPAQUE, 2, 2, 7, (1,), is_folder=True)
    assert found["var/log/a"].hider == overlay.Hider(Cause.OPAQUE, "var/log", 2)
    assert found["var/log/b"].mark == CHANGED


def test_a_folder_that_a_file_replaces_says_what_was_in_it() -> None:
    top = stack([BASE, {"var": symlink("/tmp")}])
    (var,) = (row for row in listed(Selection(top, Mode.MERGED)) if row.path == "var")
    assert (var.mark, var.holds) == (CHANGED, False)
    assert var.hidden == Hidden(Cause.REPLACED, 2, 2, 7, (1,), is_folder=True)


def test_a_folder_is_changed_by_its_mode_and_not_by_being_listed() -> None:
    top = stack([BASE, {"etc": directory(mtime=9), "tmp": directory(0o1777)}])
    assert marks(Selection(top)) == {"etc": "", "tmp": CHANGED}


def test_the_whole_image_is_compared_with_its_lowest_layer() -> None:
    new = {"new": file(b"1"), "etc/hosts": file(b"")}
    top = stack([BASE, new, {"new": WHITEOUT}, {"x": file(b"")}])
    found = {row.path: row for row in unfolded(Selection(top, Mode.IMAGE))}
    assert found["new"].mark == REMOVED
    assert found["new"].hider == overlay.Hider(Cause.WHITEOUT, "new", 3)
    assert (found["etc/hosts"].mark, found["etc/hosts"].layer.depth) == (CHANGED, 2)
    assert (found["etc/passwd"].mark, found["x"].mark) == ("", ADDED)


def test_names_stand_in_the_order_of_their_bytes() -> None:
    mixed = ["B", "a", "é", "\udcff", "𝒳", "가"]
    found = [row.path for row in listed(Selection(stack([dict.fromkeys(mixed, file(b""))])))]
    assert found == sorted(mixed, key=lambda name: name.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("folder", ["etc/hosts", "nowhere/at/all"])
def test_what_is_no_folder_has_no_rows(folder: str) -> None:
    for mode in Mode:
        assert listed(Selection(stack([BASE]), mode), folder) == []
