"""What a view shows where: text, picture, and the widget in a kernel only."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.messages import languages, text
from imagelab.views import render
from imagelab.views.html import Html, tag
from imagelab.views.map import layer_map
from imagelab.views.map import svg as map_svg
from imagelab.views.picture import Picture, Words
from imagelab.widgets.drawing import zoomable
from imagelab.widgets.map import MapPane, Scene
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import KIND, View

WIDGET = "application/vnd.jupyter.widget-view+json"


class Empty(Pane):
    def draw(self) -> Mapping[str, Html]:
        return {}

    def act(self, action: str, value: Any) -> None:
        pass


def view() -> View:
    return View(Picture("digraph { a }", "the text", "a node"), Empty, Daemon(), lambda: "en")


def test_outside_a_kernel_it_is_a_picture() -> None:
    shown = view()
    assert str(shown) == repr(shown) == shown.text == "the text"
    assert shown._repr_mimebundle_()[0].keys() <= {"text/plain", "image/svg+xml"}


def in_kernel(monkeypatch: pytest.MonkeyPatch, **request: Any) -> None:
    pytest.importorskip("anywidget", reason="install imagelab[lab]")
    kernel = SimpleNamespace(get_parent=lambda _: {"content": request})
    monkeypatch.setattr(
        "IPython.core.getipython.get_ipython", lambda: SimpleNamespace(kernel=kernel))


@pytest.mark.parametrize("request_", [{}, {"allow_stdin": True}])
def test_in_a_kernel_the_widget_comes_with_its_twins(
    monkeypatch: pytest.MonkeyPatch, request_: dict[str, bool],
) -> None:
    in_kernel(monkeypatch, **request_)
    shown = view()
    (first, _), (second, _) = shown._repr_mimebundle_(), shown._repr_mimebundle_()
    assert first["text/plain"] == "the text"
    assert first[WIDGET]["model_id"] == second[WIDGET]["model_id"] == shown.live.model_id


def test_where_nobody_sits_at_the_kernel_it_is_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    in_kernel(monkeypatch, allow_stdin=False)
    assert WIDGET not in view()._repr_mimebundle_()[0]


@pytest.mark.parametrize("missing", ["anywidget", "traitlets"])
@pytest.mark.parametrize("language", languages)
def test_without_widgets_a_line_below_the_picture_says_so(
    monkeypatch: pytest.MonkeyPatch, language: str, missing: str,
) -> None:
    in_kernel(monkeypatch)
    monkeypatch.delitem(sys.modules, "imagelab.widgets.live", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    shown = View(Picture("digraph { a }", "the <text>", "a node", language), Empty, Daemon(),
                 lambda: language)
    bundle, _ = shown._repr_mimebundle_()
    assert WIDGET not in bundle
    assert KIND not in bundle
    assert bundle["text/html"].count(str(tag("figcaption", text("live.no_widget", language)))) == 1
    assert ("<img" in bundle["text/html"]) == ("image/svg+xml" in bundle)


def test_without_widgets_words_are_shown_as_html(monkeypatch: pytest.MonkeyPatch) -> None:
    in_kernel(monkeypatch)
    monkeypatch.delitem(sys.modules, "imagelab.widgets.live", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    words = Words(tag("b", "a & b"), "a & b")
    html = View(words, Empty, Daemon(), lambda: "en")._repr_mimebundle_()[0]["text/html"]
    assert html.startswith('<figure style="margin:0"><b>a &amp; b</b><figcaption>')


@pytest.mark.parametrize("language", languages)
def test_a_picture_that_nothing_can_draw_is_text_and_says_why(
    monkeypatch: pytest.MonkeyPatch, language: str,
) -> None:
    monkeypatch.setattr(render, "renderers", lambda: iter(()))
    map_svg._kept.cache_clear()  # another test may have had the same map drawn
    lab = Lab(language=language)
    lab.docker("pull hello-world")
    show = lab.show
    why = text("live.no_picture", language)
    for shown in (show.map(), show.plan("rmi hello-world"), show.plan("nothing"), show.hub(),
                  show.layers("hello-world"), show.name("a/b"), show.sharing(),
                  show.compare("hello-world", "hello-world"), lab.predict("rmi hello-world")):
        still = shown.still if isinstance(shown, View) else shown
        assert still._repr_mimebundle_() == {"text/plain": f"{shown.text}\n\n{why}"}
        assert why not in str(shown)
    for drawn in (show.timeline(), show.space()):
        assert drawn.svg is not None
    assert why in MapPane(lambda: Scene(lab.state), lambda: language).draw()["main"]
    drawing = layer_map(lab.state)
    map_svg._kept.cache_clear()
    assert why in zoomable(drawing, language, "the map", "a map")
