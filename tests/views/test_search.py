import pytest

from imagelab.model.image import short_id
from imagelab.views.map import Map, layer_map
from imagelab.views.map.search import find
from tests.views import labs


@pytest.fixture
def drawing() -> Map:
    return layer_map(labs.committed(labs.second(), "commit_test"))


def kinds(keys: tuple[str, ...]) -> list[str]:
    return [key.partition(" ")[0] for key in keys]


def test_names_are_found_in_any_case_and_order(drawing: Map) -> None:
    assert find(drawing, "COMMIT_TEST:FIRST")[0] == "name commit_test:first"
    assert find(drawing, "second commit_") == find(drawing, " commit_ second ")
    assert "name commit_test:second" in find(drawing, "second commit_")
    assert find(drawing, "no such thing") == ()


def test_ids_are_found_short_and_long(drawing: Map) -> None:
    image = labs.image_of(labs.second(), "commit_test:first")
    assert find(drawing, short_id(image.id)) == (f"image {image.id}",)
    assert find(drawing, image.id) == (f"image {image.id}",)
    layer = drawing.layers[-1]
    assert f"layer {image.chain_id}" in find(drawing, image.chain_id)
    assert find(drawing, short_id(getattr(layer, "diff_id", ""))) == (layer.key,)


def test_commands_authors_and_files_are_found(drawing: Map) -> None:
    assert kinds(find(drawing, "alicek106")) == ["image"] * 3
    assert set(kinds(find(drawing, "/second"))) == {"layer", "container"}
    assert kinds(find(drawing, "ADD file:")) == ["layer"]


def test_files_of_large_layers_are_found_in_the_lab(drawing: Map) -> None:
    base = drawing.layers[0].key
    assert base not in find(drawing, "/bin/tar")
    layers = labs.second().layers
    assert base in find(drawing, "/bin/tar", layers=layers)
    assert find(drawing, "/bin/t", ["shared"], layers)[0] == base


def test_filters_choose_by_what_a_node_is(drawing: Map) -> None:
    (image,) = find(drawing, "", ["dangling"])
    assert getattr(drawing.by_key[image], "dangling", False)
    assert kinds(find(drawing, "", ["used"])) == ["image", "image", "container", "container"]
    assert set(kinds(find(drawing, "", ["shared"]))) == {"layer"}
    assert find(drawing, "", ["intermediate"]) == ()
    both = find(drawing, "", ["dangling", "shared"])
    assert set(both) == {*find(drawing, "", ["dangling"]), *find(drawing, "", ["shared"])}
    assert find(drawing, "commit_test2", ["used"]) == (drawing.containers[1].key,)


def test_what_changed_can_be_chosen() -> None:
    before = labs.second_alone()
    after = labs.without_image(before, "commit_test:first")
    drawing = layer_map(after, before)
    assert kinds(find(drawing, "", ["changed"])) == ["name", "image"]


def test_unknown_filters_and_endless_queries_do_no_harm(drawing: Map) -> None:
    assert find(drawing, "", ["nonsense"]) == tuple(node.key for node in drawing.nodes)
    assert find(drawing, "x" * 100_000) == ()
    assert find(drawing, "%s\x00\ud800 (") == ()
