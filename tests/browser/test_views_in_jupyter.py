"""Every live view in Jupyter: opened, clicked, typed into, and what that does to the lab.

One notebook holds them all, each over a lab of its own that has the view's name.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.jupyter import Notebook, Server, keep
from tests.browser.looks import STRESS

VIEWS = {
    "map": "map.show.map()",
    "timeline": "timeline.show.timeline()",
    "plan": 'plan.show.plan("rmi commit_test:first")',
    "layers": 'layers.show.layers("commit_test:second")',
    "space": "space.show.space()",
    "compare": 'compare.show.compare("commit_test:first", "commit_test:second")',
    "terminal": "terminal.terminal()",
    "predict": 'predict.predict("rmi commit_test:second")',
}
PLACES = {name: place for place, name in enumerate(VIEWS)}
LANGUAGES = ("ko", "en")
THEMES = ("light", "dark")


def cell(name: str, expression: str, language: str) -> str:
    return "\n".join([
        "from imagelab import Lab",
        f'{name} = Lab.start("04-rmi", language="{language}")',
        f'ran = {name}.docker("tag commit_test:first mine:1")',
        expression])


@pytest.fixture(scope="module", params=LANGUAGES if STRESS else ("ko",))
def views(page: Any, jupyter: Server, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """The notebook, all of it run, in a window that is as high as the highest view."""
    usual = page.viewport_size
    page.set_viewport_size({"width": 1400, "height": 1800})
    language: str = request.param
    cells = [cell(*view, language) for view in VIEWS.items()]
    notebook = Notebook(page, jupyter, jupyter.write(f"views-{language}", cells))
    notebook.run_all()
    yield notebook
    page.set_viewport_size(usual)


def find(notebook: Notebook, name: str) -> Any:
    """The live view of a name, in sight."""
    view = notebook.cell(PLACES[name]).locator(".imagelab")
    view.wait_for()
    view.scroll_into_view_if_needed()
    return view


def names(notebook: Notebook, name: str) -> list[str]:
    """The names of images that the lab of a view has."""
    return notebook.ask(f"print(*{name}.state.references)").split()


def press(view: Any, action: str, value: str = "") -> None:
    """Click what tells of an action."""
    wanted = f"[data-value={value!r}]" if value else ""
    view.locator(f"[data-click={action!r}]{wanted}").first.click()


def test_map(views: Notebook) -> None:
    view = find(views, "map")
    image = view.locator("[data-click='select'][aria-label*='e4b2077965a5']").first
    image.click()
    view.locator(".il-side").get_by_text("my second commit").first.wait_for()
    image.press("Enter")  # and by keyboard, away again
    view.locator(".il-side").get_by_text("my second commit").first.wait_for(state="detached")
    view.locator("[data-input='search']").fill("mine")
    view.locator("[data-click='clear']").click()


def test_timeline(views: Notebook) -> None:
    view = find(views, "timeline")
    press(view, "go", "0")
    view.locator("[data-click='go'][data-value='0'][aria-current='step']").wait_for()
    assert "mine:1" in names(views, "timeline")
    press(view, "continue")
    assert views.becomes(lambda: "mine:1" not in names(views, "timeline"), seconds=5)


def test_plan(views: Notebook) -> None:
    view = find(views, "plan")
    view.locator("[data-input='line']").fill("rmi mine:1")
    view.locator("h3").get_by_text("rmi mine:1").wait_for()
    assert "mine:1" in names(views, "plan")
    press(view, "carry")
    assert views.becomes(lambda: "mine:1" not in names(views, "plan"), seconds=5)
    press(view, "undo")
    assert views.becomes(lambda: "mine:1" in names(views, "plan"), seconds=5)


def test_layers(views: Notebook) -> None:
    view = find(views, "layers")
    press(view, "layer", "6")
    view.locator("[data-click='layer'][data-value='6'][aria-pressed='true']").wait_for()
    view.locator("[data-click='file']").first.click()
    view.locator(".il-side pre").first.wait_for()
    view.locator("[data-input='image']").select_option("ubuntu:14.04")
    view.locator("h3").get_by_text("ubuntu:14.04").wait_for()


def test_space(views: Notebook) -> None:
    view = find(views, "space")
    press(view, "view", "table")
    view.locator("[data-click='view'][data-value='table'][aria-pressed='true']").wait_for()
    view.locator("[data-input='exact']").check()
    view.get_by_text("187,971,405").first.wait_for()


def test_compare(views: Notebook) -> None:
    view = find(views, "compare")
    view.locator("[data-input='second']").select_option("ubuntu:14.04")
    view.locator("h3").get_by_text("ubuntu:14.04").wait_for()
    press(view, "file")
    view.locator(".il-side").get_by_role("heading").first.wait_for()


def test_terminal(views: Notebook) -> None:
    view = find(views, "terminal")
    line = view.locator("[data-input='typed']")
    line.fill("docker tag mine:1 typed:1")
    line.press("Enter")
    assert views.becomes(lambda: "typed:1" in names(views, "terminal"), seconds=5)
    line.press("ArrowUp")
    assert views.becomes(lambda: line.input_value() == "docker tag mine:1 typed:1", seconds=5)


def test_predict(views: Notebook) -> None:
    view = find(views, "predict")
    for question in view.locator("fieldset").all():
        question.get_by_role("radio").first.check()
    view.locator("[data-input='freed']").fill("97")
    view.locator("[data-submit='check'] button[type='submit']").click()
    press(view, "carry")
    assert views.becomes(lambda: "commit_test:second" not in names(views, "predict"), seconds=5)


@pytest.mark.parametrize("name", ["map", "timeline", "plan", "space", "compare"])
def test_a_command_typed_elsewhere_shows(views: Notebook, name: str) -> None:
    view = find(views, name)
    if name == "plan":
        view.locator("[data-input='line']").fill("rmi elsewhere:1")
    views.ask(f"{name}.docker('tag ubuntu:14.04 elsewhere:1')")
    assert views.becomes(lambda: "elsewhere:1" in (view.text_content() or ""), seconds=5)


@pytest.mark.parametrize("name", VIEWS)
def test_it_has_room_and_is_kept_for_looking_at(views: Notebook, name: str) -> None:
    for theme in THEMES if STRESS else THEMES[:1]:
        views.theme(theme)
        view = find(views, name)
        box = view.bounding_box()
        assert box is not None
        assert box["width"] > 400
        assert box["height"] > 100
        assert view.evaluate("view => view.scrollWidth - view.clientWidth") <= 1
        language = view.get_attribute("lang")
        keep(view, f"{views.server.front.name}-{name}-{language}-{theme}")


def test_after_a_restart_all_are_pictures_and_after_run_all_alive(views: Notebook) -> None:
    views.restart_kernel()
    for place in PLACES.values():
        views.cell(place).locator("figcaption").filter(visible=True).wait_for()
    assert not views.page.locator(".imagelab").count()
    views.run_all()
    for name in VIEWS:
        find(views, name)
    assert not views.page.locator(".imagelab-still").filter(visible=True).count()


def test_none_of_them_frightens(views: Notebook) -> None:
    words = ("Traceback (most recent call last)", "Error displaying widget", "Javascript Error")
    for name, word in itertools.product(VIEWS, words):
        assert not views.cell(PLACES[name]).get_by_text(word).count()
