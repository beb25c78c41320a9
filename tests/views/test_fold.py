"""Large maps: few nodes drawn, nothing lost, what matters first, no box on another."""

import itertools

import pytest

from imagelab.model.state import State
from imagelab.views import render
from imagelab.views.map import FoldNode, Map, Mark, layer_map
from imagelab.views.map.dot import dot
from imagelab.views.map.fold import MAX_NODES, folded
from imagelab.views.map.text import text
from imagelab.views.words import kind, title
from tests.views import labs
from tests.views.pictures import box, nodes

SIZES = (5, 50, 300)


def members(drawing: Map, what: str) -> list[str]:
    """Return the keys of all nodes of a kind, those in folds too."""
    keys: list[str] = []
    for node in drawing.nodes:
        if kind(node) == what:
            keys += node.members if isinstance(node, FoldNode) else [node.key]
    return keys


@pytest.mark.parametrize("images", SIZES)
def test_few_nodes_are_drawn_and_nothing_is_lost(images: int) -> None:
    whole = layer_map(labs.many(images))
    drawing = folded(whole)
    assert len(drawing.nodes) <= MAX_NODES
    for what in ("image", "layer", "container"):
        keys = members(drawing, what)
        assert len(keys) == len(set(keys))
        assert set(keys) == set(members(whole, what))
    names = sum(each.names for each in drawing.folds) + len(members(drawing, "name"))
    assert names == len(whole.names)
    for language in ("ko", "en"):
        assert title(drawing, language) == title(whole, language)
    assert (drawing.disk, drawing.total) == (whole.disk, whole.total)


@pytest.mark.parametrize("images", SIZES)
def test_arrows_lead_from_node_to_node_and_in_no_circle(images: int) -> None:
    drawing = folded(layer_map(labs.many(images)))
    keys = {node.key for node in drawing.nodes}
    assert len(keys) == len(drawing.nodes)
    ends = {(edge.kind, edge.tail, edge.head) for edge in drawing.edges}
    assert len(ends) == len(drawing.edges)
    heads: dict[str, set[str]] = {}
    for edge in drawing.edges:
        assert {edge.tail, edge.head} <= keys
        if edge.kind == "on":
            heads.setdefault(edge.tail, set()).add(edge.head)

    def below(key: str, above: tuple[str, ...] = ()) -> None:
        assert key not in above
        for head in heads.get(key, ()):
            below(head, (*above, key))

    for key in heads:
        below(key)


def test_what_is_drawn_is_much_of_what_may_be() -> None:
    for images in (50, 300):
        assert len(folded(layer_map(labs.many(images))).nodes) > MAX_NODES * 0.8


def test_no_fold_holds_just_one() -> None:
    for images in (50, 300):
        folds = [each for each in folded(layer_map(labs.many(images))).nodes
                 if isinstance(each, FoldNode)]
        assert folds
        assert all(each.count > 1 for each in folds)


def test_what_is_wanted_is_drawn_first() -> None:
    whole = layer_map(labs.many(300))
    for wanted in (whole.layers[150].key, whole.images[60].key, whole.names[100].key,
                   whole.containers[3].key, whole.layers[0].key):
        drawing = folded(whole, (wanted,))
        assert wanted in drawing.by_key
        assert len(drawing.nodes) <= MAX_NODES
    every = folded(whole, [each.key for each in whole.images])
    assert len(every.nodes) <= MAX_NODES
    assert whole.images[0].key in every.by_key


def test_what_is_unknown_is_not_wanted() -> None:
    whole = layer_map(labs.many(50))
    assert folded(whole, ("nothing", "fold image kept ")) == folded(whole)


def test_what_has_changed_is_drawn_first_and_counted_by_what_happened() -> None:
    before = labs.many(300)
    after = labs.without_image(before, "app:4", force=True)
    drawing = folded(layer_map(after, before))
    whole = layer_map(after, before)
    changed = {node.key for node in whole.nodes if node.mark is not Mark.KEPT}
    assert changed
    assert changed <= drawing.by_key.keys()
    begun = folded(layer_map(before, State()))
    assert len(begun.nodes) <= MAX_NODES
    assert title(begun, "en") == title(layer_map(before), "en")
    assert {each.mark for each in begun.folds} == {Mark.NEW}


def test_dangling_images_and_running_containers_are_drawn() -> None:
    state = labs.many(300)
    running = next(iter(state.containers.values()))
    state = labs.with_container(state, "still-on", "app:25", {}, status="running")
    drawing = folded(layer_map(state))
    assert {"still-on"} <= {each.name for each in drawing.containers}
    assert running.name not in {each.name for each in drawing.containers}
    assert sum(each.dangling for each in drawing.images) >= 4


def test_an_image_with_many_names_says_how_many_more() -> None:
    state = labs.many(50)
    from imagelab.engine import tag
    for at in range(30):
        state = tag.tag_image(state, "app:40", f"again:{at}", now=1).state
    drawing = folded(layer_map(state), [f"image {labs.image_of(state, 'app:40').id}"])
    fold = next(each for each in drawing.folds if each.kind == "name")
    assert fold.count > 20
    assert len(drawing.nodes) <= MAX_NODES


def test_a_long_line_of_images_stays_a_line() -> None:
    state = labs.first()
    from imagelab.engine.commit import commit
    for at in range(90):
        base = f"line:{at - 1}" if at else "commit_test:first"
        state = labs.with_container(
            state, "c", base, {f"f{at}": labs.FIRST["first"]}, digit="d")
        state = commit(state, "c", now=labs.NOW + at, reference=f"line:{at}").state
        state = labs.without_container(state, "c")
    drawing = folded(layer_map(state), ["layer " + labs.image_of(state, "line:40").chain_id])
    assert len(drawing.nodes) <= MAX_NODES
    # All layers are still one line: each lies on one other.
    tails = [edge.tail for edge in drawing.edges if edge.kind == "on"]
    assert len(tails) == len(set(tails)) == len(drawing.layers) - 1


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_text_twin_tells_the_folds(language: str) -> None:
    drawing = folded(layer_map(labs.many(300)))
    said = text(drawing, language)
    assert len(said.splitlines()) < 200
    for fold in drawing.folds:
        assert str(fold.count) in said


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("compared", [False, True])
@pytest.mark.parametrize("images", SIZES)
def test_no_two_boxes_overlap(images: int, compared: bool) -> None:
    drawing = folded(layer_map(labs.many(images), State() if compared else None))
    svg = render.render(dot(drawing, "ko"))
    assert svg is not None
    found = nodes(svg)
    assert len(found) == len(drawing.nodes) <= MAX_NODES
    for one, other in itertools.combinations(map(box, found), 2):
        assert not one.overlaps(other)
