"""The picture as real renderers draw it."""

import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from imagelab.engine import commit
from imagelab.messages import text as message
from imagelab.model.config import Config
from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import file
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.views import render
from imagelab.views.ink import fit, text_width
from imagelab.views.map import Map, Mark, layer_map
from imagelab.views.map.dot import dot
from imagelab.views.picture import Picture
from tests.views import labs
from tests.views.pictures import SVG, box, nodes, text_areas, texts

EVIL = ('<script>alert(1)</script>"\\"]; x [label="\' onload="x\n\t\x00\x1b\u202e</TABLE>>'
        "&amp;\\N\\l]]>&#60;--> ")
SHOWN = '<script>alert(1)</script>"\\"]; x [label="\' onload="x'


def hostile() -> State:
    """Return a lab in which everything that an image or user can name is an attack."""
    layer = Layer("sha256:" + "e" * 64, {EVIL: file(b"1"), f"b/{EVIL}": file(b"\xff")})
    config = {
        "author": EVIL, "config": {"Cmd": [EVIL]}, "rootfs": {"diff_ids": [layer.diff_id]},
        "history": [{"created_by": EVIL, "author": EVIL, "comment": EVIL}],
    }
    image = Image(json.dumps(config).encode())
    container = Container(
        "f" * 64, EVIL, image.id, Config(image=EVIL, cmd=(EVIL,)), 1, layer=layer,
        changes={EVIL: file(b"2")})
    state = State().with_layer(layer).with_image(image).with_container(container)
    state = state.with_reference(Reference("docker.io", f"library/{EVIL}", EVIL), image.id)
    return state.with_reference(
        Reference("docker.io", f"library/{'w' * 240}", "m" * 128), image.id)


def first_removed() -> Map:
    before = labs.second_alone()
    return layer_map(labs.without_image(before, "commit_test:first"), before)


def both_removed() -> Map:
    before = labs.without_image(labs.second_alone(), "commit_test:first")
    return layer_map(labs.without_image(before, "commit_test:second"), before)


def moved() -> Map:
    before = labs.second()
    return layer_map(labs.committed(before, "commit_test", "commit_test:second"), before)


MAPS: dict[str, Callable[[], Map]] = {
    "now": lambda: layer_map(labs.second()),
    "new": lambda: layer_map(labs.second(), State()),
    "first removed": first_removed,
    "both removed": both_removed,
    "moved": moved,
    "hostile": lambda: layer_map(hostile()),
}


def drawn(drawing: Map, language: str = "en", caption: str = "") -> str:
    svg = render.render(dot(drawing, language, caption))
    assert svg is not None
    return svg


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", MAPS)
def test_boxes_are_apart_and_hold_their_texts(name: str, language: str) -> None:
    drawing = MAPS[name]()
    found = nodes(drawn(drawing, language))
    assert len(found) == len(drawing.nodes)
    for one, other in itertools.combinations(map(box, found), 2):
        assert not one.overlaps(other)
    for node in found:
        areas = text_areas(node)
        assert areas
        for at, area in enumerate(areas):
            assert box(node).holds(area), texts(node)[at]
        for area, after in itertools.pairwise(areas):
            assert not area.overlaps(after), texts(node)


@pytest.mark.usefixtures("renderer")
def test_what_an_image_says_is_text_and_nothing_else() -> None:
    svg = drawn(layer_map(hostile(), State()), caption=EVIL)
    root = ElementTree.fromstring(svg)
    assert {each.tag for each in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "g", "polygon", "path", "text")}
    attributes = {name for each in root.iter() for name in each.attrib}
    assert attributes <= {
        "aria-label", "class", "d", "fill", "font-family", "font-size", "font-weight", "height",
        "id", "points", "role", "stroke", "stroke-dasharray", "stroke-width", "style",
        "text-anchor", "transform", "viewBox", "width", "x", "y",
        "{http://www.w3.org/XML/1998/namespace}space",
    }
    values = [value for each in root.iter() for value in each.attrib.values()]
    assert not [value for value in values if "alert" in value or "onload" in value]
    said = [each.text or "" for each in root.iter(f"{SVG}text")]
    assert any(SHOWN in text.replace("\xa0", " ") for text in said)
    assert any(text.startswith("<script>") for text in said)
    assert all(char.isprintable() or char == "\xa0" for text in said for char in text)


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize(("language", "said"), [
    ("ko", ["~ 이름 삭제 (Untagged)", "남은 이유: 자식 이미지 commit_test:second",
            "<none> · 중간 이미지", "이미지 3개가 공유", "참조 1"]),
    ("en", ["~ Untagged", "Stays for child commit_test:second",
            "<none> · intermediate image", "shared by 3 images", "refs: 1"]),
])
def test_a_picture_says_in_words_what_happened(language: str, said: list[str]) -> None:
    found = [text.replace("\xa0", " ") for node in nodes(drawn(first_removed(), language))
             for text in texts(node)]
    assert set(said) <= set(found)


@pytest.mark.usefixtures("renderer")
def test_marks_differ_without_colour() -> None:
    svg = drawn(moved())
    looks: dict[str, set[tuple[bool, float]]] = {}
    for node in nodes(svg):
        shape = node.find(f"{SVG}polygon")
        if shape is None:
            shape = node.find(f"{SVG}path")
        assert shape is not None
        mark = node.get("class", "").split()[-1]
        looks.setdefault(mark, set()).add(
            (bool(shape.get("stroke-dasharray")), float(shape.get("stroke-width", "1"))))
    assert looks.keys() == {"kept", "new", "moved", "dangling"}
    assert not looks["kept"] & (looks["new"] | looks["moved"] | looks["dangling"])
    deleted = [node for node in nodes(drawn(both_removed()))
               if "deleted" in node.get("class", "").split()]
    assert len(deleted) == 4
    assert all("stroke-dasharray" in ElementTree.tostring(node, "unicode") for node in deleted)


@pytest.mark.usefixtures("renderer")
def test_svg_stands_alone_and_has_its_own_ground() -> None:
    svg = render.render(dot(layer_map(labs.second()), "ko"), 'three "images" & more')
    assert svg is not None
    assert svg.startswith("<svg ")
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", 'three "images" & more')
    ground = root.find(f"{SVG}g/{SVG}polygon")
    assert ground is not None
    assert ground.get("fill") == "#ffffff"
    assert "title" not in svg
    assert "Generated" not in svg


def test_text_and_ground_contrast_as_wcag_aa_asks() -> None:
    from imagelab.views import ink
    from imagelab.views.map import boxes
    from imagelab.views.map import dot as module

    inks = {ink.INK, ink.FAINT, *boxes.COLOURS.values()}
    grounds = {ink.BACKGROUND, *module._FILLS.values()}
    for text, ground in itertools.product(inks, grounds):
        assert contrast(text, ground) >= 4.5, (text, ground)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                  for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("name", ["now", "new", "first removed", "both removed"])
def test_images_are_left_and_containers_right_of_the_layers(name: str) -> None:
    places: dict[str, list[float]] = {}
    for node in nodes(drawn(MAPS[name]())):
        area = box(node)
        kind = next(each for each in node.get("class", "").split() if each != "node")
        places.setdefault(kind, []).append((area.left + area.right) / 2)
    middle = max(places["layer"])
    assert max(places["image"]) <= middle + 1
    assert min(places["container"]) > middle


@pytest.mark.usefixtures("renderer")
def test_a_layer_names_the_container_it_came_from() -> None:
    svg = drawn(layer_map(labs.second()))
    said = [text.replace("\xa0", " ") for node in nodes(svg) for text in texts(node)]
    assert {"← docker commit commit_test", "← docker commit commit_test2"} <= set(said)
    assert "diamond arrow: docker commit" in svg.replace("\xa0", " ")


def test_no_id_is_cut_that_has_room() -> None:
    source = dot(layer_map(labs.second()), "ko")
    for image in labs.second().images.values():
        assert image.id[7:19] in source


def test_dot_has_every_width_given() -> None:
    source = dot(layer_map(labs.second()), "ko")
    boxes = [line for line in source.splitlines() if re.match(r"n\d+ \[", line)]
    assert len(boxes) == 3 + 3 + 7 + 2
    assert all(" width=" in line and " height=" in line for line in boxes)


@pytest.mark.parametrize("data", ["short", "w" * 300, "이미지" * 90, "a" * 40 + "가" * 40, ""])
def test_fit_cuts_in_the_middle_and_only_what_is_too_long(data: str) -> None:
    cut = fit(data, 100, 9)
    assert text_width(cut, 9) <= 100
    if text_width(data, 9) <= 100:
        assert cut == data
    else:
        front, tail = cut.split("…")
        assert data.startswith(front)
        assert data.endswith(tail)
        assert tail
        assert text_width(cut, 9) > 75


class TestWithoutRenderer:
    def test_there_is_text_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(render, "renderers", lambda: iter(()))
        picture = Picture("digraph {}", "the twin")
        assert picture.svg is None
        assert picture._repr_mimebundle_() == {
            "text/plain": "the twin\n\n" + message("live.no_picture", "en")}

    @pytest.mark.skipif(shutil.which("sh") is None, reason="no sh")
    @pytest.mark.parametrize("script", [
        "exit 1", "echo no svg at all", "sleep 30", "printf '<svg'", "kill -9 $$", ""])
    def test_a_program_that_fails_is_passed_over(
        self, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        program = tmp_path / "dot"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(render, "TIMEOUT", 0.3)
        monkeypatch.setattr(
            render, "renderers", lambda: iter((str(program), str(tmp_path / "missing"))))
        assert render.render("digraph {}") is None

    def test_the_next_program_is_tried(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        found = list(render.renderers())
        if not found:
            pytest.skip("no renderer")
        missing = str(tmp_path / "missing")
        monkeypatch.setattr(render, "renderers", lambda: iter((missing, *found)))
        assert render.render("digraph {a}") is not None


def test_a_picture_has_both_faces() -> None:
    picture = Picture(dot(layer_map(labs.first()), "en"), "the twin", "an alternative")
    if picture.svg is None:
        pytest.skip("no renderer")
    assert picture._repr_mimebundle_() == {
        "image/svg+xml": picture.svg, "text/plain": "the twin"}
    assert str(picture) == repr(picture) == picture.text == "the twin"


def test_every_mark_has_a_look_and_words() -> None:
    for language in ("ko", "en"):
        source = dot(moved(), language) + dot(both_removed(), language)
        for mark in Mark:
            assert f" {mark.value}" in source


@pytest.mark.usefixtures("renderer")
def test_author_and_message_are_shown_as_text() -> None:
    state = commit.commit(
        labs.first(), "commit_test", now=labs.NOW, reference="x:1",
        author="<script>alert(1)</script>", comment='a "message" & more').state
    svg = drawn(layer_map(state))
    said = [text.replace("\xa0", " ") for node in nodes(svg) for text in texts(node)]
    assert {"<script>alert(1)</script>", '“a "message" & more”'} <= set(said)
    assert "<script" not in svg
