import itertools
import re
from xml.etree import ElementTree

import pytest

from imagelab.model.state import State
from imagelab.views import render
from imagelab.views.html import Html
from imagelab.views.map import Map, layer_map
from imagelab.views.map import svg as map_svg
from imagelab.views.map.fold import folded
from imagelab.views.map.svg import interactive_svg, map_heading, node_buttons
from imagelab.widgets.drawing import zoomable
from tests.views import labs
from tests.views.pictures import SVG, nodes
from tests.views.test_pictures import hostile


def drawn(drawing: Map, selected: str = "", found: tuple[str, ...] | None = None) -> Html:
    svg = interactive_svg(drawing, "en", "what it is of", selected, found)
    if svg is None:
        pytest.skip("no renderer")
    return svg


def test_every_box_is_a_button_that_tells_its_key() -> None:
    drawing = layer_map(labs.second())
    boxes = nodes(drawn(drawing, selected="name commit_test:first"))
    assert {each.get("data-value") for each in boxes} == {node.key for node in drawing.nodes}
    for each in boxes:
        assert (each.get("role"), each.get("tabindex"), each.get("data-click")) == (
            "button", "0", "select")
    pressed = [each.get("data-value") for each in boxes if each.get("aria-pressed") == "true"]
    assert pressed == ["name commit_test:first"]
    labels = {each.get("data-value"): each.get("aria-label") or "" for each in boxes}
    assert labels["name commit_test:first"] == "name commit_test:first"
    image = f"image {labs.image_of(labs.second(), 'commit_test:first').id}"
    assert "names: 1 · children: 1 · containers: 1" in labels[image]


def test_a_box_tells_the_key_of_what_it_shows() -> None:
    drawing = layer_map(labs.second())
    for each in nodes(drawn(drawing)):
        said = " ".join(text.text or "" for text in each.iter(f"{SVG}text")).replace("\xa0", " ")
        kind, _, name = (each.get("data-value") or "").partition(" ")
        if kind == "name":
            assert name in said
        if kind == "image":
            assert name[7:19] in said


def test_arrows_are_not_read_out_and_the_picture_is_no_image_of_its_own() -> None:
    root = ElementTree.fromstring(drawn(layer_map(labs.second())))
    assert root.get("role") == "group"
    assert "what it is of. images: 3" in (root.get("aria-label") or "")
    edges = [each for each in root.iter(f"{SVG}g") if "edge" in each.get("class", "").split()]
    assert edges
    assert all(each.get("aria-hidden") == "true" for each in edges)
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids)) == len(nodes(drawn(layer_map(labs.second()))))


def test_what_was_found_is_marked_without_colour_and_in_words() -> None:
    drawing = layer_map(labs.second())
    key = drawing.images[1].key
    svg = drawn(drawing, found=(key,))
    for each in nodes(svg):
        hit = each.get("data-value") == key
        assert (("il-found" if hit else "il-aside") in each.get("class", "")) is True
        assert (each.get("aria-label") or "").endswith(", found") is hit
        assert any(text.text == "◆" for text in each.iter(f"{SVG}text")) is hit
    assert "◆" not in drawn(drawing)


def test_it_is_rendered_once_whatever_is_selected(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counting(source: str) -> str | None:
        calls.append(source)
        return render.render(source)

    map_svg._kept.cache_clear()
    monkeypatch.setattr(map_svg, "render", counting)
    drawing = layer_map(labs.second_alone())
    for selected in ("", drawing.images[0].key, drawing.images[1].key):
        drawn(drawing, selected)
    drawn(layer_map(labs.second_alone()), found=())
    assert len(calls) == 1
    drawn(layer_map(labs.first()))
    assert len(calls) == 2


def test_hostile_names_are_text_in_attributes_too() -> None:
    drawing = layer_map(hostile(), State())
    root = ElementTree.fromstring(drawn(drawing, found=(drawing.nodes[0].key,)))
    assert {each.tag for each in root.iter()} == {
        f"{SVG}{name}" for name in ("svg", "g", "polygon", "path", "text")}
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
    buttons = node_buttons(drawing, "en")
    assert "<script" not in buttons
    assert "<script" not in map_heading(drawing, "en", "<script>alert(1)</script>")


def test_without_a_renderer_there_is_nothing_to_click_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "renderers", lambda: iter(()))
    map_svg._kept.cache_clear()
    drawing = folded(layer_map(labs.many(50)))
    assert interactive_svg(drawing, "en") is None
    listed = node_buttons(drawing, "en", drawing.images[0].key, [drawing.images[1].key])
    assert listed.count("<button") == len(drawing.nodes)
    assert listed.count('aria-pressed="true"') == 1
    assert listed.count(", found") == 1


def test_what_could_not_be_drawn_once_is_drawn_the_next_time() -> None:
    drawing = layer_map(labs.second())
    map_svg._kept.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "renderers", lambda: iter(()))
        assert "<pre" in zoomable(drawing, "en", "heading", "said <b>")
    shown = zoomable(drawing, "en", "heading", "said <b>")
    if "<pre" in shown:
        pytest.skip("no renderer")
    assert 'role="img" aria-label="said &lt;b&gt;" class="il-map"' in shown


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_heading_says_what_the_picture_says_above_the_boxes(language: str) -> None:
    before = labs.second_alone()
    drawing = layer_map(labs.without_image(before, "commit_test:first"), before)
    plain = map_heading(drawing, language)
    assert plain.startswith("<h3>")
    assert "188MB" in plain
    assert "Untagged" in plain
    assert map_heading(drawing, language, "Step 3").startswith("<h3>Step 3</h3>")


def test_the_dark_palette_contrasts_as_wcag_aa_asks() -> None:
    """Every colour that text has, on every colour that boxes have, in the dark theme's style."""
    from imagelab.views import ink
    from imagelab.views.map import boxes, dot
    from imagelab.widgets.assets import style
    from tests.views.test_pictures import contrast

    dark = dict(re.findall(r'svg\.il-map \[fill="(#\w{6})" i\] \{\s*fill: (#\w{6});', style()))
    inks = {ink.INK, ink.FAINT, *boxes.COLOURS.values()}
    for text, ground in itertools.product(inks, {ink.BACKGROUND, *dot._FILLS.values()}):
        assert contrast(dark[text.lower()], dark[ground.lower()]) >= 4.5, (text, ground)
