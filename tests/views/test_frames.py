from dataclasses import replace
from typing import Any

import pytest

from imagelab.model.image import Image
from imagelab.model.outcome import NotFound
from imagelab.model.state import State
from tests.views import labs

pd = pytest.importorskip("pandas")

from imagelab.views import frames  # noqa: E402

TIME = "datetime64[ns, UTC]"


def dtypes(frame: Any) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("function", [frames.images, frames.containers, frames.layers])
def test_types_hold_for_an_empty_lab_too(function: Any) -> None:
    empty, full = function(State()), function(labs.second())
    assert len(empty) == 0
    assert len(full)
    assert dtypes(empty) == dtypes(full)
    assert list(empty.columns) == list(full.columns)


def test_images_are_rows_of_docker_images_with_raw_units() -> None:
    frame = frames.images(labs.second())
    assert list(frame["repository"] + ":" + frame["tag"]) == [
        "commit_test:second", "commit_test:first", "ubuntu:14.04"]
    ubuntu = frame.iloc[2]
    assert ubuntu["size"] == 187971405
    assert ubuntu["created"] == pd.Timestamp("2017-09-13T23:26:23.127186526Z")
    assert ubuntu["digest"].startswith("sha256:")
    assert list(frame["size"] - 187971405) == [25, 12, 0]
    assert list(frame["unique_size"]) == [13, 0, 0]
    assert list(frame["layers"]) == [7, 6, 5]
    assert list(frame["containers"]) == [0, 1, 1]
    assert list(frame["parent"]) == [*frame["image_id"][1:], ""]
    assert dtypes(frame)["size"] == "int64"
    assert dtypes(frame)["created"] == TIME


def test_images_without_a_name() -> None:
    before = labs.without_image(labs.second_alone(), "commit_test:first")
    frame = frames.images(labs.committed(before, "commit_test"))
    hidden = frame[frame["intermediate"]].iloc[0]
    assert list(hidden[["repository", "tag", "dangling"]]) == ["<none>", "<none>", False]
    assert list(frame["dangling"]) == [True, False, False, False]


def test_an_image_with_two_tags_has_two_rows() -> None:
    from imagelab.engine.tag import tag_image

    state = tag_image(labs.pulled(), "ubuntu:14.04", "mine:1", now=1).state
    frame = frames.images(state)
    assert sorted(frame["repository"]) == ["mine", "ubuntu"]
    assert frame["image_id"].nunique() == 1
    assert dict(zip(frame["repository"], frame["digest"] == "<none>", strict=True)) == {
        "mine": True, "ubuntu": False}


def test_containers() -> None:
    frame = frames.containers(labs.second()).set_index("name")
    assert list(frame.index) == ["commit_test2", "commit_test"]
    assert list(frame["status"]) == ["running", "exited"]
    assert list(frame["size"]) == [13, 12]
    assert frame.loc["commit_test", "root_size"] == 187971405 + 12
    assert frame.loc["commit_test2", "image"] == "commit_test:first"
    state = labs.second()
    (one, _) = state.containers.values()
    fresh = frames.containers(state.with_container(replace(one, finished=0)))
    assert fresh["finished"].isna().sum() == 1


def test_layers_stand_after_what_they_lie_on() -> None:
    frame = frames.layers(labs.second())
    assert list(frame["parent"]) == ["", *frame["chain_id"][:-1]]
    assert list(frame["depth"]) == [1, 2, 3, 4, 5, 6, 7]
    assert list(frame["images"]) == [3, 3, 3, 3, 3, 2, 1]
    assert frame["size"].sum() == 187971405 + 25
    assert str(frame.loc[0, "created_by"]).startswith("/bin/sh -c #(nop) ADD file:")


def test_history_knows_the_layer_of_each_step() -> None:
    state = labs.second()
    frame = frames.history(state, "commit_test:second")
    ids = [labs.image_of(state, name).id
           for name in ("commit_test:second", "commit_test:first", "ubuntu:14.04")]
    assert list(frame["image_id"]) == [*ids, *["<missing>"] * 5]
    assert list(frame["size"][:4]) == [13, 12, 0, 7]
    diff_ids = labs.image_of(state, "commit_test:second").diff_ids
    # The third step, CMD, made no layer.
    assert list(frame["layer"]) == [diff_ids[6], diff_ids[5], "", *reversed(diff_ids[:5])]
    with pytest.raises(NotFound):
        frames.history(state, "nothing")


def test_sharing_is_the_table_of_layers_and_images() -> None:
    names = ["ubuntu:14.04", "commit_test:first", "commit_test:second"]
    frame = frames.sharing(labs.second(), *names)
    assert list(frame.columns) == names
    assert frame.index.names == ["layer", "size"]
    assert list(frame.sum()) == [5, 6, 7]
    assert list(frame.iloc[-2]) == [False, True, True]
    weights = frame.mul(frame.index.get_level_values("size"), axis=0).sum()
    assert list(weights - 187971405) == [0, 12, 25]
    assert frame.equals(frames.sharing(labs.second()))  # all tags if none are given
    assert len(frames.sharing(labs.second(), "ubuntu:14.04")) == 5
    assert set(dtypes(frame).values()) == {"bool"}
    with pytest.raises(NotFound):
        frames.sharing(labs.second(), "nothing")


def test_sharing_of_nothing_is_an_empty_table() -> None:
    assert frames.sharing(State()).shape == (0, 0)


def test_text_that_is_no_unicode_and_times_out_of_range_can_be_shown() -> None:
    config = b'{"created": "9999-01-01T00:00:00Z", "history": [{"created_by": "\\ud800 <b>"}]}'
    state = State().with_image(Image(config))
    assert frames.images(state)["created"].isna().all()
    frame = frames.history(state, Image(config).id)
    assert frame.loc[0, "created_by"] == "? <b>"
    assert "&lt;b&gt;" in frame.to_html()


def test_a_command_in_a_table_is_no_formula() -> None:
    assert "mathjax_ignore" in frames.layers(State()).to_html()
