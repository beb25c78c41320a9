"""Graphviz in the page, where there are no programs: a stand-in for the page's own module."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from imagelab.views import render
from imagelab.views.map import layer_map
from imagelab.views.map.dot import dot
from tests.views import labs

Brings = Callable[[Callable[[str], Any]], None]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Brings:
    """Leave no program to be found; a call brings a page that draws."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)

    def bring(draw: Callable[[str], Any]) -> None:
        monkeypatch.setattr("imagelab.model.page._page", SimpleNamespace(draw=draw))
    return bring


def by(program: str) -> Callable[[str], str]:
    """Return what draws as a page does: a string out of a string."""
    return lambda source: subprocess.run(
        [program, "-Tsvg"], input=source, capture_output=True, encoding="utf-8",
        check=True).stdout


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_page_draws_the_picture_that_a_program_draws(
    language: str, renderer: str, page: Brings, monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = dot(layer_map(labs.second()), language)
    (program,) = render.renderers()
    drawn = render.render(source, "the map")
    monkeypatch.setattr(render, "renderers", lambda: iter(()))
    page(by(program))
    assert drawn
    assert 'aria-label="the map"' in drawn
    assert render.render(source, "the map") == drawn


def test_programs_are_asked_before_the_page(renderer: str, page: Brings) -> None:
    def fail(source: str) -> str:
        raise AssertionError("the page was asked")

    page(fail)
    assert render.render("digraph { a }")


def test_without_programs_no_process_is_tried(
    page: Brings, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a process was tried")

    monkeypatch.setattr(subprocess, "run", fail)
    for executable in ("", None):
        monkeypatch.setattr(sys, "executable", executable)
        assert render.render("digraph { a }") is None
    page(lambda source: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    assert "<svg" in (render.render("digraph { a }") or "")


@pytest.mark.parametrize("error", [ValueError("syntax error"), RecursionError(), MemoryError()])
def test_a_page_that_cannot_draw_leaves_the_text(page: Brings, error: Exception) -> None:
    def draw(source: str) -> str:
        raise error

    page(draw)
    assert render.render("digraph { a }") is None


@pytest.mark.parametrize("drawn", ["", "no svg", "<svg", None, 7, object()])
def test_what_is_no_drawing_leaves_the_text(page: Brings, drawn: Any) -> None:
    page(lambda source: drawn)
    assert render.render("digraph { a }") is None


def test_a_page_gets_text_that_it_can_hold(page: Brings) -> None:
    taken: list[str] = []
    page(taken.append)
    render.render('digraph { a [label="\udcff"] }')
    render.render("x" * (render.MOST_IN_PAGE + 1))
    assert taken == ['digraph { a [label="?"] }']
