"""What a view shows where: text, picture, and the widget in a kernel only."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.views.html import Html
from imagelab.views.picture import Picture
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import View

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


def test_without_anywidget_it_stays_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    in_kernel(monkeypatch)
    monkeypatch.setattr("imagelab.widgets.view.find_spec", lambda name: None)
    assert WIDGET not in view()._repr_mimebundle_()[0]
