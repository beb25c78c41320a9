import re
from html.parser import HTMLParser

import pytest

from imagelab.model.state import State
from imagelab.views.html import Html
from imagelab.views.map import FoldNode, Map, layer_map
from imagelab.views.map.detail import detail
from imagelab.views.map.detail.json_tree import MAX_ALL, MAX_ENTRIES, json_tree
from imagelab.views.map.detail.parts import MAX_BUTTONS, MAX_FILES
from imagelab.views.map.fold import folded
from tests.views import labs
from tests.views.test_pictures import hostile


class _Reader(HTMLParser):
    """Collects text, tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def read(html: Html) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def shown(drawing: Map, key: str, after: State, before: State | None = None) -> _Reader:
    return read(detail(drawing.by_key[key], drawing, after, before, "en"))


def said(reader: _Reader) -> str:
    return " ".join(" ".join(reader.said).split())


def leads_to(reader: _Reader) -> set[str | None]:
    return {each.get("data-value") for _, each in reader.tags if each.get("data-click") == "select"}


def test_an_image_tells_its_family_history_and_configuration() -> None:
    state = labs.second()
    drawing = layer_map(state)
    ids = {name: labs.image_of(state, name) for name in (
        "ubuntu:14.04", "commit_test:first", "commit_test:second")}
    first = ids["commit_test:first"]
    reader = shown(drawing, f"image {first.id}", state)
    assert {
        "name commit_test:first", f"image {ids['ubuntu:14.04'].id}",
        f"image {ids['commit_test:second'].id}", f"container {'b' * 64}",
        f"layer {first.chain_id}", f"layer {ids['ubuntu:14.04'].chain_id}",
    } <= leads_to(reader)
    text = said(reader)
    assert first.id in text
    assert "Layers, topmost first: 6" in text
    assert "docker history IMAGE CREATED CREATED BY SIZE COMMENT" in text
    assert text.count("<missing>") == 5  # as docker history says of a pulled base
    for diff_id in first.diff_ids:
        assert diff_id in text
    assert [each.get("scope") for tag, each in reader.tags if tag == "th"] == ["col"] * 5


def test_dangling_and_intermediate_images_say_what_that_means() -> None:
    state = labs.committed(labs.second(), "commit_test")
    drawing = layer_map(state)
    nameless = next(each for each in drawing.images if each.dangling)
    assert "docker image prune" in said(shown(drawing, nameless.key, state))
    before = labs.second_alone()
    after = labs.without_image(before, "commit_test:first")
    drawing = layer_map(after, before)
    nameless = next(each for each in drawing.images if each.intermediate)
    text = said(shown(drawing, nameless.key, after, before))
    assert "Intermediate" in text
    assert "~ Untagged" in text
    assert "Stays for child commit_test:second" in text


def test_a_layer_tells_its_two_digests_files_and_users() -> None:
    state = labs.second()
    drawing = layer_map(state)
    layer = state.layers[labs.image_of(state, "commit_test:first").chain_id]
    reader = shown(drawing, f"layer {layer.chain_id}", state)
    text = said(reader)
    assert layer.diff_id in text
    assert layer.chain_id in text
    assert "+ added: 1" in text
    assert "/first" in text
    assert "Reference count: 3" in text
    assert layer.parent is not None
    assert {
        f"image {labs.image_of(state, 'commit_test:first').id}",
        f"image {labs.image_of(state, 'commit_test:second').id}",
        f"layer {labs.image_of(state, 'commit_test:second').chain_id}",
        f"container {'b' * 64}", f"layer {layer.parent.chain_id}",
    } == leads_to(reader)


def test_a_layer_with_many_files_shows_some_and_counts_all() -> None:
    state = labs.second()
    drawing = layer_map(state)
    text = said(shown(drawing, drawing.layers[0].key, state))
    added = int(re.search(r"\+ added: (\d+)", text)[1])  # type: ignore[index]
    assert added > 100
    assert f"… {added - MAX_FILES} more" in text


def test_a_name_tells_where_it_points_and_what_else_does() -> None:
    state = labs.many(50)
    drawing = layer_map(state)
    reader = shown(drawing, "name extra:22", state)
    assert leads_to(reader) == {f"image {labs.image_of(state, 'app:22').id}", "name app:22"}
    assert "sha256:" in said(shown(drawing, "name ubuntu:14.04", state))


def test_a_container_tells_its_state_changes_and_image() -> None:
    state = labs.second()
    drawing = layer_map(state)
    reader = shown(drawing, f"container {'b' * 64}", state)
    text = said(reader)
    assert "● Running" in text
    assert "+ added: 1" in text
    assert "/second" in text
    assert {f"image {labs.image_of(state, 'commit_test:first').id}",
            f"layer {labs.image_of(state, 'commit_test:first').chain_id}",
            f"layer {labs.image_of(state, 'commit_test:second').chain_id}"} == leads_to(reader)


def test_a_container_whose_image_is_gone_says_so() -> None:
    before = labs.with_container(labs.first(), "user", "commit_test:first", {}, digit="c")
    after = labs.without_image(before, "commit_test:first", force=True)
    text = said(shown(layer_map(after), f"container {'c' * 64}", after))
    assert "is gone" in text


def test_what_is_deleted_is_told_from_the_state_before() -> None:
    before = labs.without_image(labs.second_alone(), "commit_test:first")
    after = labs.without_image(before, "commit_test:second")
    drawing = layer_map(after, before)
    for node in drawing.nodes:
        reader = shown(drawing, node.key, after, before)
        assert ("- Deleted" in said(reader)) is (node.mark.value == "deleted")


def test_a_fold_lists_what_is_in_it() -> None:
    state = labs.many(300)
    whole = layer_map(state)
    drawing = folded(whole)
    for node in drawing.nodes:
        if isinstance(node, FoldNode):
            reader = read(detail(node, whole, state, None, "en"))
            assert leads_to(reader) == set(node.members[:MAX_BUTTONS])
            assert ("open", node.key) in [
                (each.get("data-click"), each.get("data-value")) for _, each in reader.tags]
            assert str(node.count) in said(reader)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_hostile_texts_stay_texts(language: str) -> None:
    state = hostile()
    drawing = layer_map(state)
    known = {"h3", "h4", "p", "dl", "dt", "dd", "code", "ul", "li", "button", "span", "div",
             "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
    for node in drawing.nodes:
        reader = read(detail(node, drawing, state, None, language))
        assert {tag for tag, _ in reader.tags} <= known
        assert not [name for _, each in reader.tags for name in each if name.startswith("on")]
        assert all(char.isprintable() or char == "\n" for char in "".join(reader.said))


def test_ids_are_unique() -> None:
    state = labs.second()
    drawing = layer_map(state)
    for node in drawing.nodes:
        reader = shown(drawing, node.key, state)
        ids = [each["id"] for _, each in reader.tags if "id" in each]
        assert len(ids) == len(set(ids))


def test_json_folds_and_is_bounded() -> None:
    deep: object = "end"
    for _ in range(40):
        deep = {"a": deep}
    reader = read(json_tree({"deep": deep, "long": "x" * 5000, "many": list(range(1000)),
                             "empty": {}, "none": None, "yes": True}, "en"))
    text = said(reader)
    assert len(text) < 3000
    assert f"… {1000 - MAX_ENTRIES} more" in text
    assert '"none" : null' in text
    assert '"empty" : {}' in text
    opened = [each for tag, each in reader.tags if tag == "details" and "open" in each]
    assert 0 < len(opened) < len([tag for tag, _ in reader.tags if tag == "details"])


def test_json_of_objects_in_objects_is_bounded_in_all() -> None:
    wide: object = 1
    for _ in range(4):
        wide = dict.fromkeys("abcdefghijklmnop", wide)
    html = json_tree({"wide": wide, "last": "seen"}, "en")
    assert html.count("il-json-leaf") <= 2 * MAX_ALL
    assert '"last"' in said(read(html))
