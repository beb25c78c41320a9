from __future__ import annotations

import json

import pytest

from imagelab.engine import tag
from imagelab.model.image import Image, short_id
from imagelab.model.node import Node, file
from imagelab.model.outcome import NotFound
from imagelab.model.state import State
from imagelab.views.grid import Grid, Look, picture
from imagelab.views.sharing import MAX_IMAGES, MAX_ROWS, measure, sharing
from tests.views import labs

NAMES = ["ubuntu:14.04", "commit_test:first", "commit_test:second"]
#: Size of ubuntu:14.04 as a real daemon shows it, in bytes.
UBUNTU = 187971405


def marks(grid: Grid) -> list[str]:
    """Return a string for each layer, a character for each image."""
    return ["".join(each.lines[0][0] for each in row[3:]) for row in grid.rows[1:-1]]


def test_shared_layers_are_on_one_line() -> None:
    grid = sharing(labs.second(), NAMES, "en")
    assert marks(grid) == [*["●●●"] * 5, "·●●", "··●"]
    diff_ids = labs.image_of(labs.second(), NAMES[2]).diff_ids
    assert [row[0].lines[0] for row in grid.rows[1:-1]] == list(map(short_id, diff_ids))
    assert [each.lines[0] for each in grid.rows[0][3:]] == NAMES


def test_sizes_of_a_few_bytes_are_exact_and_add_up() -> None:
    grid = sharing(labs.second(), NAMES, "en")
    assert [row[1].lines[0] for row in grid.rows[-3:-1]] == ["12B", "13B"]
    assert [each.lines[0] for each in grid.rows[-1][3:]] == ["188MB"] * 3
    text = " ".join(picture(grid).text.split())
    total, disk = 3 * UBUNTU + 12 + 12 + 13, UBUNTU + 12 + 13
    assert f"564MB ({total:,} bytes)" in text
    assert f"188MB ({disk:,} bytes)" in text
    assert "ubuntu:14.04 188MB + commit_test:first 12B + commit_test:second 13B" in text


def test_a_layer_tells_what_it_changes() -> None:
    grid = sharing(labs.second(), NAMES, "en")
    assert grid.rows[1][2].lines[0].startswith("ADD file:")
    assert grid.rows[7][2].lines == ("+ /second",)


def test_what_only_one_image_has_looks_different() -> None:
    grid = sharing(labs.second(), NAMES, "en")
    assert {each.look for each in grid.rows[6][4:]} == {Look.BOX}
    assert grid.rows[7][5].look is Look.THICK


def test_all_tags_are_taken_if_none_are_named() -> None:
    assert sharing(labs.second(), (), "ko") == sharing(labs.second(), NAMES, "ko")


def test_what_an_image_adds_depends_on_those_before() -> None:
    found = measure(labs.second(), ["commit_test:second", "ubuntu:14.04"])
    assert found.parts == (("ubuntu:14.04", UBUNTU), ("commit_test:second", 25))
    assert (found.total, found.disk) == (2 * UBUNTU + 25, UBUNTU + 25)


def test_a_second_name_adds_a_row_of_docker_images_and_no_bytes() -> None:
    state = tag.tag_image(labs.pulled(), "ubuntu:14.04", "mine:1", now=1).state
    found = measure(state, ["ubuntu:14.04", "mine:1"])
    assert (found.total, found.disk) == (2 * UBUNTU, UBUNTU)
    assert len(found.parts) == 1


def test_other_layers_are_mentioned() -> None:
    said = "other layers too"
    assert said in picture(sharing(labs.second(), ["ubuntu:14.04"], "en")).text
    assert said not in picture(sharing(labs.second(), (), "en")).text


def test_an_image_without_layers_and_a_lab_without_images() -> None:
    empty = Image(json.dumps({"rootfs": {"type": "layers"}}).encode())
    grid = sharing(labs.second().with_image(empty), ["ubuntu:14.04", empty.id], "en")
    assert marks(grid) == ["●·"] * 5
    assert grid.rows[-1][-1].lines == ("0B",)
    assert "no images" in picture(sharing(State(), (), "en")).text
    with pytest.raises(NotFound):
        sharing(State(), ["nothing"], "en")


def many(number: int) -> State:
    state = labs.first()
    for at in range(number):
        base = f"app:{at - 1}" if at else "commit_test:first"
        changes: dict[str, Node] = {f"f{at}": file(b"x" * at)}
        state = labs.with_container(state, "c", base, changes, digit="d")
        state = labs.without_container(labs.committed(state, "c", f"app:{at}"), "c")
    return state


def test_many_layers_are_folded() -> None:
    grid = sharing(many(MAX_ROWS), ["ubuntu:14.04", f"app:{MAX_ROWS - 1}"], "en")
    # ubuntu's five, then all others.
    assert marks(grid) == ["●●", "·●"]
    assert grid.rows[2][2].lines == (f"⋮ {MAX_ROWS + 1} layers",)


def test_many_images_are_cut_and_counted() -> None:
    state = many(MAX_IMAGES)
    grid = sharing(state, (), "en")
    assert len(grid.rows[0]) == 3 + MAX_IMAGES
    text = " ".join(picture(grid).text.split())
    assert f"images: {MAX_IMAGES + 2}, layers: {len(state.layers)}" in text
    disk = sum(layer.size for layer in state.layers.values())
    assert f"({disk:,} bytes)" in text
