from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, Changes, Node, directory, file, symlink
from imagelab.views.layers.overlay import Cause
from imagelab.views.layers.waste import MAX_SPOTS, Spot, waste
from tests.views.stacks import stack, stacks


def visible_bytes(top: Layer) -> int:
    """Bytes of the files of the merged tree, a layer's hard links once."""
    found = {}
    for path in top.tree.paths():
        entry = top.tree.get(path)
        assert entry is not None
        key = (entry.depth, entry.node.inode) if entry.node.inode else path
        found[key] = entry.node.size
    return sum(found.values())


@given(stacks)
def test_all_bytes_are_seen_or_wasted(top: Layer) -> None:
    found = waste(top)
    assert found.total == top.total_size == visible_bytes(top) + found.wasted
    assert all(0 <= each.wasted <= each.size for each in found.layers)
    assert found.layers[-1].wasted == 0 or has_own_shadow(top)


def has_own_shadow(layer: Layer) -> bool:
    """Whether a layer has a file and things below it, which no file system can make."""
    return any(
        not node.is_directory and other.startswith(f"{path}/")
        for path, node in layer.changes.items() if path for other in layer.changes)


@given(stacks)
def test_the_spots_add_up_to_the_waste(top: Layer) -> None:
    found = waste(top)
    assert found.more == 0
    assert sum(spot.size for spot in found.spots) == found.wasted
    for spot in found.spots:
        assert all(depth <= spot.hider.depth for depth in spot.depths)


def spots(*layers: Changes) -> list[Spot]:
    return list(waste(stack(layers)).spots)


def only(*layers: Changes) -> Spot:
    (found,) = spots(*layers)
    return found


FOLDER: Changes = {"d": directory(), "d/a": file(b"12345"), "d/b/c": file(b"123")}


def test_nothing_is_wasted_where_layers_only_add() -> None:
    found = waste(stack([FOLDER, {"e": file(b"1")}]))
    assert (found.wasted, found.efficiency, found.spots) == (0, 1.0, ())


def test_an_empty_stack_wastes_nothing() -> None:
    assert waste(stack([{"d": directory()}])).efficiency == 1.0


def test_a_changed_mode_copies_the_whole_file() -> None:
    content = file(b"x" * 100)
    found = waste(stack([{"f": content}, {"f": replace(content, mode=0o755)}]))
    assert (found.total, found.wasted, found.efficiency) == (200, 100, 0.5)
    assert found.spots[0].hider.cause is Cause.CHANGED


@pytest.mark.parametrize(("hiding", "cause"), [
    (WHITEOUT, Cause.WHITEOUT),
    (replace(directory(), opaque=True), Cause.OPAQUE),
    (symlink("x"), Cause.REPLACED),
])
def test_a_removed_folder_wastes_all_that_was_in_it(hiding: Node, cause: Cause) -> None:
    spot = only(FOLDER, {"d": hiding})
    assert (spot.hider.cause, spot.hider.path, spot.hider.depth) == (cause, "d", 2)
    assert (spot.files, spot.size, spot.depths) == (2, 8, (1,))


def test_a_copy_is_wasted_by_what_first_hid_it() -> None:
    first, second = spots(
        FOLDER, {"d/a": file(b"1")}, {"d": WHITEOUT}, {"d/a": file(b"2")})
    assert (first.hider.path, first.hider.depth, first.size) == ("d/a", 2, 5)
    assert (second.hider.path, second.hider.depth, second.size) == ("d", 3, 3 + 1)
    assert second.depths == (1, 2)


def test_a_file_is_wasted_with_the_last_of_its_names() -> None:
    linked = replace(file(b"12345"), inode=7)
    base = {"a": linked, "b": linked, "c": linked}
    assert waste(stack([base, {"a": WHITEOUT}, {"b": file(b"")}])).wasted == 0
    gone = waste(stack([base, {"a": WHITEOUT}, {"b": file(b"")}, {"c": WHITEOUT}]))
    assert gone.wasted == 5
    assert [spot.hider.path for spot in gone.spots] == ["a"]


def test_what_is_hidden_and_put_there_again_takes_its_room_twice() -> None:
    found = waste(stack([{"f": file(b"123")}, {"f": WHITEOUT}, {"f": file(b"123")}]))
    assert [each.wasted for each in found.layers] == [3, 0, 0]


def test_only_the_biggest_spots_are_kept() -> None:
    base = {f"f{at:03}": file(b"x" * at) for at in range(1, MAX_SPOTS + 11)}
    found = waste(stack([base, dict.fromkeys(base, WHITEOUT)]))
    assert (len(found.spots), found.more) == (MAX_SPOTS, 10)
    assert found.spots[0].size == MAX_SPOTS + 10
