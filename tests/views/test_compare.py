from __future__ import annotations

import json

import pytest

from imagelab.engine import pull, tag
from imagelab.model.image import Image, short_id
from imagelab.model.node import Node, file
from imagelab.model.outcome import NotFound
from imagelab.model.state import State
from imagelab.views.compare.aligned import MAX_ROWS, aligned, compare
from imagelab.views.grid import Grid, Look, picture
from tests.views import labs

NAMES = ["ubuntu:14.04", "commit_test:first", "commit_test:second"]


def image(*diff_ids: str) -> Image:
    return Image(json.dumps({"rootfs": {"diff_ids": diff_ids}, "x": diff_ids}).encode())


def table(*arrays: str) -> list[str]:
    """Return aligned arrays of one-letter entries, a string a row, ``.`` for an empty place."""
    rows = aligned([image(*array) for array in arrays])
    return ["".join(entry.diff_id if entry else "." for entry in row) for row in rows]


def marks(grid: Grid) -> list[list[str]]:
    return [[each.lines[0].split()[0] if each.lines else "." for each in row]
            for row in grid.rows[1:]]


def test_equal_entries_meet_in_a_row() -> None:
    assert table("abc", "abcd", "ab") == ["aaa", "bbb", "cc.", ".d."]
    assert table("ab", "xb") == ["a.", ".x", "bb"]
    assert table("xab", "ab") == ["x.", "aa", "bb"]
    assert table("ab", "cd") == ["a.", "b.", ".c", ".d"]
    # The third has its b below what it shares with the second.
    assert table("ab", "cd", "cb") == ["a..", "b..", ".cc", ".d.", "..b"]


@pytest.mark.parametrize("arrays", [
    ("abc", "cab", "bca"), ("aaa", "aa", "a"), ("abab", "baba"), ("", "a", ""), ("", ""),
    ("abcdef", "fedcba", "afbecd"),
])
def test_every_array_stands_whole_and_in_its_order(arrays: tuple[str, ...]) -> None:
    rows = table(*arrays)
    for column, array in enumerate(arrays):
        assert "".join(row[column] for row in rows).replace(".", "") == array
    assert all(len(set(row) - {"."}) == 1 for row in rows)


def test_the_chapters_three_images() -> None:
    grid = compare(labs.second(), NAMES, "en")
    # As `inspect` lists them, the first layer first: five of ubuntu, then first, then second.
    assert marks(grid) == [
        *[[letter] * 3 for letter in "ABCDE"], [".", "F", "F"], [".", ".", "*"]]
    diff_ids = labs.image_of(labs.second(), NAMES[2]).diff_ids
    assert [row[2].lines[0].split()[1] for row in grid.rows[1:]] == list(map(short_id, diff_ids))
    assert [row[2].lines[0].split()[2] for row in grid.rows[-2:]] == ["12B", "13B"]
    assert "6 of 7 rows are in more than one image" in picture(grid).text


def test_equal_entries_look_equal_and_lone_ones_do_not() -> None:
    grid = compare(labs.second(), NAMES, "en")
    for row in grid.rows[1:6]:
        assert len({(each.look, each.tint) for each in row}) == 1
    assert len({row[0].tint for row in grid.rows[1:6]}) == 5
    assert grid.rows[7][2].look is Look.THICK
    assert grid.rows[1][0].look is not Look.THICK


def test_heads_tell_name_id_and_size() -> None:
    head = compare(labs.second(), NAMES, "ko").rows[0][1]
    first = labs.image_of(labs.second(), NAMES[1])
    assert head.lines == (NAMES[1], short_id(first.id), "레이어 6개 · 188MB")


def test_two_names_of_one_image() -> None:
    state = tag.tag_image(labs.pulled(), "ubuntu:14.04", "mine:1", now=1).state
    grid = compare(state, ["ubuntu:14.04", "mine:1"], "en")
    assert marks(grid) == [[letter] * 2 for letter in "ABCDE"]
    assert "ubuntu:14.04, mine:1 are names of one image." in grid.notes
    for refs in (["mine:1", "mine:1"], ["mine:1", "ubuntu:14.04"]):
        told = "names of one image" in picture(compare(state, refs, "en")).text
        assert told == (len(set(refs)) == 2)
    assert "names of one image" not in picture(compare(labs.second(), NAMES, "en")).text


def with_busybox() -> State:
    state = pull.pull(labs.second(), "busybox", now=labs.NOW).state
    state = labs.with_container(state, "b", "busybox", labs.FIRST, digit="d")
    return labs.committed(state, "b", "b:1")


def test_images_that_share_nothing() -> None:
    grid = compare(with_busybox(), ["busybox", "ubuntu:14.04"], "en")
    assert {mark for row in marks(grid) for mark in row} == {"*", "."}
    assert "These images have no layer in common." in grid.notes


def test_equal_content_on_other_layers_is_another_layer() -> None:
    state = with_busybox()
    grid = compare(state, ["b:1", "commit_test:first"], "en")
    one, other = (labs.image_of(state, ref) for ref in ("b:1", "commit_test:first"))
    assert one.diff_ids[-1] == other.diff_ids[-1]
    assert marks(grid)[-1] == ["A", "A′"]
    assert len({each.tint for each in grid.rows[-1]}) == 1
    (note,) = [note for note in grid.notes if "ChainID" in note]
    assert f"{short_id(one.chain_id)} ≠ {short_id(other.chain_id)}" in note
    assert short_id(one.diff_ids[-1]) in note
    # They share content, not a layer.
    assert "These images have no layer in common." in grid.notes


def test_an_image_without_layers() -> None:
    empty = image()
    state = labs.second().with_image(empty)
    grid = compare(state, [empty.id, "ubuntu:14.04"], "en")
    assert grid.rows[0][0].lines[-1] == "no Layers"
    assert marks(grid) == [[".", "*"]] * 5
    both = compare(state, [empty.id, empty.id], "en")
    assert len(both.rows) == 1
    assert "These images have no layer in common." in both.notes


def test_many_layers_are_folded_where_nothing_differs() -> None:
    state = labs.first()
    for at in range(MAX_ROWS):
        base = f"app:{at - 1}" if at else "commit_test:first"
        changes: dict[str, Node] = {f"f{at}": file(b"x" * at)}
        state = labs.with_container(state, "c", base, changes, digit="d")
        state = labs.without_container(labs.committed(state, "c", f"app:{at}"), "c")
    grid = compare(state, ["commit_test:first", f"app:{MAX_ROWS - 1}"], "en")
    assert len(grid.rows) == 1 + 5 + 5
    assert grid.rows[3][0].lines == ("⋮ 2 more",)
    assert grid.rows[8][0].lines == ()
    assert grid.rows[8][1].lines == (f"⋮ {MAX_ROWS - 4} more",)


def test_one_image_is_no_comparison() -> None:
    with pytest.raises(ValueError, match="two images or more"):
        compare(labs.second(), ["ubuntu:14.04"], "en")
    with pytest.raises(NotFound, match="No such image: nothing:latest"):
        compare(labs.second(), ["ubuntu:14.04", "nothing"], "en")
