from __future__ import annotations

import json

import pytest

from imagelab.model.image import Image, short_id
from imagelab.model.node import WHITEOUT, Node, file
from imagelab.model.outcome import NotFound
from imagelab.model.state import State
from imagelab.views.grid import picture
from imagelab.views.layers.picture import MAX_FILES, MAX_LAYERS, layers
from tests.views import labs


def committed(changes: dict[str, Node], base: str = "commit_test:first") -> State:
    state = labs.with_container(labs.first(), "c", base, changes, digit="d")
    return labs.committed(state, "c", "app:1")


def test_the_topmost_layer_stands_first() -> None:
    grid = layers(labs.second(), "commit_test:second", "en")
    diff_ids = labs.image_of(labs.second(), "commit_test:second").diff_ids
    assert [row[0].lines[0] for row in grid.rows] == [short_id(each) for each in diff_ids[::-1]]
    assert [row[0].lines[1] for row in grid.rows[:2]] == ["13B", "12B"]
    assert [row[1].lines for row in grid.rows[:2]] == [("+ /second",), ("+ /first",)]


def test_added_changed_and_hidden_files_are_told_apart() -> None:
    state = committed({"first": WHITEOUT, "etc/passwd": file(b"x"), "new": file(b"y")})
    top = layers(state, "app:1", "en").rows[0]
    # What hides and what changes something comes first.
    assert top[1].lines[0] == "- /first"
    assert set(top[1].lines) == {"- /first", "~ /etc/passwd", "+ /new"}
    # The file that is hidden is still in its layer.
    assert "+ /first" in layers(state, "app:1", "en").rows[1][1].lines
    assert "stays in the layer below" in picture(layers(state, "app:1", "en")).text


def test_many_files_are_folded() -> None:
    grid = layers(labs.pulled(), "ubuntu:14.04", "ko")
    base = grid.rows[-1][1].lines
    assert len(base) == MAX_FILES + 1
    assert base[-1].startswith("… 외 ")


def test_many_layers_are_folded() -> None:
    state = labs.first()
    for at in range(MAX_LAYERS):
        base = f"app:{at - 1}" if at else "commit_test:first"
        changes: dict[str, Node] = {f"f{at}": file(b"x")}
        state = labs.with_container(state, "c", base, changes, digit="d")
        state = labs.without_container(labs.committed(state, "c", f"app:{at}"), "c")
    grid = layers(state, f"app:{MAX_LAYERS - 1}", "en")
    assert len(grid.rows) == MAX_LAYERS + 1
    assert grid.rows[-1][0].lines == ("⋮ 6 layers", "188MB")


def test_an_image_without_layers_says_so() -> None:
    empty = Image(json.dumps({"rootfs": {"type": "layers"}}).encode())
    text = picture(layers(State().with_image(empty), empty.id, "en")).text
    assert "no layers" in text


def test_a_missing_image_is_an_error() -> None:
    with pytest.raises(NotFound):
        layers(State(), "nothing", "en")
