"""Drawings that are tables, all of them, as real renderers draw them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from imagelab.docker.table import display_width
from imagelab.model.reference import parse
from imagelab.model.state import State
from imagelab.views import grid as grids
from imagelab.views import render
from imagelab.views.compare.aligned import compare
from imagelab.views.grid import Cell, Grid, Look, cell, picture
from imagelab.views.hub import hub
from imagelab.views.ink import FAINT, INK
from imagelab.views.layers.picture import layers
from imagelab.views.name import name
from imagelab.views.sharing import sharing
from tests.views import labs
from tests.views.pictures import SVG, Area, nodes, text_areas, texts
from tests.views.test_pictures import EVIL, SHOWN, contrast, hostile

NAMES = ("ubuntu:14.04", "commit_test:first", "commit_test:second")


def evil_name() -> str:
    """Return the widest name that can be typed."""
    return f"{'w' * 237}:{'m' * 128}"


def evil_state() -> State:
    """Return the hostile lab with names that can be typed."""
    (image_id,) = hostile().images
    state = hostile().with_reference(parse(evil_name()), image_id)
    return state.with_reference(parse("mine:latest"), image_id)


GRIDS: dict[str, Callable[[str], Grid]] = {
    "short name": lambda language: name(labs.second(), "ubuntu", language),
    "long name": lambda language: name(
        labs.second(), f"localhost:5000/team/app:1@sha256:{'ab' * 32}", language),
    "ID": lambda language: name(State(), "0" * 64, language),
    "no name": lambda language: name(State(), "http://UBUNTU:!4.04", language),
    "hostile name": lambda language: name(State(), EVIL, language),
    "compare": lambda language: compare(labs.second(), NAMES, language),
    "compare hostile": lambda language: compare(evil_state(), ["mine", evil_name()], language),
    "sharing": lambda language: sharing(labs.second(), (), language),
    "sharing hostile": lambda language: sharing(evil_state(), (), language),
    "sharing nothing": lambda language: sharing(State(), (), language),
    "layers": lambda language: layers(labs.second(), "commit_test:second", language),
    "layers hostile": lambda language: layers(evil_state(), "mine", language),
    "hub": lambda language: hub(labs.second(), language),
    "hub hostile": lambda language: hub(evil_state(), language),
    "hub empty": lambda language: hub(State(), language),
}


def cells(node: ElementTree.Element) -> list[Area]:
    """Return the areas of a table's cells; each has a fill of its own."""
    areas = []
    for polygon in node.findall(f"{SVG}polygon"):
        if polygon.get("fill", "none") == "none":
            continue
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", polygon.get("points", ""))]
        areas.append(Area(min(numbers[::2]), min(numbers[1::2]),
                          max(numbers[::2]), max(numbers[1::2])))
    return areas


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("which", GRIDS)
def test_texts_stay_in_their_cells_and_apart(which: str, language: str) -> None:
    svg = picture(GRIDS[which](language)).svg
    assert svg is not None
    (node,) = nodes(svg)
    width, height = map(float, ElementTree.fromstring(svg).get("viewBox", "").split()[2:])
    areas = text_areas(node)
    boxes = cells(node)
    assert areas
    for at, area in enumerate(areas):
        around = [box for box in boxes if box.left <= area.left < box.right
                  and box.top < (area.top + area.bottom) / 2 < box.bottom]
        for box in around:
            assert area.right <= box.right, texts(node)[at]
            assert box.top - 1 <= area.top, texts(node)[at]
            assert area.bottom <= box.bottom + 1, texts(node)[at]
        assert area.right <= width, texts(node)[at]
        assert area.bottom <= height
    for (at, one), (other_at, other) in itertools.combinations(enumerate(areas), 2):
        assert not one.overlaps(other), (texts(node)[at], texts(node)[other_at])


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("which", GRIDS)
def test_the_text_has_all_that_the_picture_has(which: str, language: str) -> None:
    grid = GRIDS[which](language)
    said = picture(grid).text
    lines = said.splitlines()
    assert all(char.isprintable() for line in lines for char in line)
    for row in grid.rows:
        for line in (line for each in row for line in each.lines):
            assert line[: grids.MAX_COLUMNS - 1].strip() in said
    flat = " ".join(said.split())
    for note in grid.notes:
        assert " ".join(note.split())[:60] in flat
    assert grid.title[:60] in flat


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("which", GRIDS)
def test_untrusted_text_is_text_and_nothing_else(which: str) -> None:
    svg = picture(GRIDS[which]("ko")).svg
    assert svg is not None
    root = ElementTree.fromstring(svg)
    assert {each.tag for each in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "g", "polygon", "polyline", "path", "text")}
    for each in root.iter():
        for key, value in each.attrib.items():
            assert not key.startswith("on")
            assert key == "aria-label" or "alert" not in value
    said = " ".join("".join(each.itertext()) for each in root.iter(f"{SVG}text"))
    assert all(char.isprintable() or char == "\xa0" for char in said)


@pytest.mark.usefixtures("renderer")
def test_hostile_cells_are_shown_as_they_are() -> None:
    grid = Grid(EVIL, ((cell(EVIL), cell("x")),), (EVIL,))
    svg = picture(grid).svg
    assert svg is not None
    (node,) = nodes(svg)
    assert any(text.replace("\xa0", " ").startswith("<script>") for text in texts(node))
    assert SHOWN in picture(grid).text


def test_columns_line_up_with_korean_in_them() -> None:
    grid = Grid("t", ((cell("레이어"), cell("x")), (cell("ab"), cell("y", "z"))))
    lines = picture(grid).text.splitlines()[2:]
    assert [line.rstrip()[-1] for line in lines] == ["x", "y", "z"]
    assert {display_width(line) for line in lines} == {len("layer  ") + 2}


def test_empty_lines_of_a_cell_take_no_room() -> None:
    assert cell("a", "", "b").lines == ("a", "b")
    assert cell("a\nb\x00").lines == ("a b\ufffd",)
    assert Cell().lines == ()


def test_long_notes_are_broken_at_spaces() -> None:
    lines = picture(Grid("t", (), ("word " * 60,))).text.splitlines()
    assert len(lines) > 4
    assert max(map(len, lines)) <= 96
    assert " ".join(lines[2:]) == ("word " * 60).strip()


def test_ink_is_readable_on_every_fill() -> None:
    for ink, fill in itertools.product((INK, FAINT), grids.TINTS):
        assert contrast(ink, fill) >= 4.5, (ink, fill)


@pytest.mark.usefixtures("renderer")
def test_looks_differ_without_colour() -> None:
    looks = [each for each in Look if each is not Look.HEAD]
    svg = picture(Grid("t", (tuple(cell(each.value, look=each) for each in looks),))).svg
    assert svg is not None
    (node,) = nodes(svg)
    # A border is an outline of its own; renderers draw dashes and widths as attributes.
    outlines = {
        (shape.get("stroke-dasharray") is not None, shape.get("stroke-width", "1"))
        for shape in [*node.iter(f"{SVG}polygon"), *node.iter(f"{SVG}polyline")]
        if shape.get("stroke", "none") not in ("none", "#ffffff")}
    assert len(outlines) == 3


def test_an_alternative_says_what_the_picture_is_for() -> None:
    drawn = picture(sharing(labs.second(), (), "en"))
    if drawn.svg is None:
        pytest.skip("no renderer")
    label = ElementTree.fromstring(drawn.svg).get("aria-label", "")
    assert label.startswith("Which image has which layer.")
    assert "188MB" in label


def test_without_a_renderer_there_is_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "renderers", lambda: iter(()))
    drawn = picture(compare(labs.second(), NAMES, "ko"), "ko")
    assert drawn.svg is None
    why = "그림을 그릴 Graphviz가 없어서 글로 보여 드립니다."
    assert drawn._repr_mimebundle_() == {"text/plain": f"{drawn.text}\n\n{why}"}
