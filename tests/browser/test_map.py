"""The layer map in a browser: clicked, typed into, and looked at."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.widgets.map import MapPane, Scene
from tests.browser.hostile import hostile_lab
from tests.browser.looks import looks
from tests.browser.stage import Stage


def flow() -> Lab:
    """Return a lab with the chapter's images, one of them dangling."""
    lab = Lab()
    for line in (
        "pull ubuntu:14.04",
        "run --name commit_test ubuntu:14.04 touch /first",
        "commit -a alicek106 -m 'my first commit' commit_test commit_test:first",
        "run --name commit_test2 commit_test:first touch /second",
        "commit -a alicek106 -m 'my second commit' commit_test2 commit_test:second",
        "commit commit_test2",
    ):
        assert lab.docker(line).exit_code == 0
    return lab


def large(images: int) -> Lab:
    """Return a lab with many images: on two bases, some on each other, some with containers."""
    lab = Lab()
    lab.docker("pull ubuntu:14.04")
    lab.docker("pull busybox")
    for at in range(2, images):
        base = ("ubuntu:14.04", "busybox", f"app:{at - 1}" if at > 3 else "busybox")[at % 3]
        lab.docker(f"run --name c{at} {base} touch /f{at}")
        lab.docker(f"commit c{at} app:{at}")
        if at % 7:
            lab.docker(f"rm c{at}")
    return lab


def mounted(stage: Stage, lab: Lab, language: str = "en", theme: str = "light") -> Any:
    pane = MapPane(lambda: Scene(lab.daemon.state), lambda: language)
    return stage.mount(pane, lab.daemon, language=lambda: language, theme=theme)


def nodes(root: Any) -> Any:
    return root.locator("svg g.node")


def test_a_box_that_is_clicked_shows_its_details_and_leads_on(stage: Stage) -> None:
    root = mounted(stage, flow())
    box = root.locator("svg").get_by_role("button", name=re.compile("^name commit_test:first"))
    box.click()
    stage.settle()
    assert box.get_attribute("aria-pressed") == "true"
    side = root.locator(".il-side")
    assert side.get_by_role("heading", name="name commit_test:first").is_visible()
    side.get_by_role("button", name=re.compile("^image")).or_(
        side.locator("button.il-go").first).first.click()
    stage.settle()
    assert side.get_by_role("heading", name="docker history").is_visible()
    assert "my first commit" in side.inner_text()
    side.locator("summary", has_text="Config").first.click()
    assert side.get_by_text('"Hostname"').first.is_visible()
    side.locator(".il-go", has_text="touch /first").first.click()
    stage.settle()
    assert "DiffID" in side.inner_text()
    assert "/first" in side.locator(".il-map-files").inner_text()
    stage.keep("map-detail")


def test_a_box_answers_to_the_keyboard_and_keeps_the_focus(stage: Stage) -> None:
    root = mounted(stage, flow())
    box = nodes(root).first
    box.focus()
    stage.page.keyboard.press("Enter")
    stage.settle()
    assert box.get_attribute("aria-pressed") == "true"
    assert box.evaluate("node => node === document.activeElement")
    stage.page.keyboard.press(" ")
    stage.settle()
    assert box.get_attribute("aria-pressed") == "false"


def test_it_follows_what_is_typed_elsewhere(stage: Stage) -> None:
    lab = flow()
    root = mounted(stage, lab)
    count = nodes(root).count()
    lab.docker("tag commit_test:first other:1")
    stage.settle()
    assert nodes(root).count() == count + 1
    assert "other:1" in (root.locator("svg").text_content() or "").replace("\xa0", " ")


def test_search_and_filters_mark_what_they_find(stage: Stage) -> None:
    root = mounted(stage, flow())
    root.get_by_label("Search the map").fill("second")
    stage.settle()
    assert root.get_by_role("status").first.inner_text().startswith("found: ")
    found = root.locator("svg .il-found")
    assert found.count() >= 2
    assert root.locator("svg .il-flag").count() == found.count()
    stage.keep("map-search")
    aside = root.locator("svg .il-aside").first
    aside.click()
    stage.settle()
    assert aside.get_attribute("aria-pressed") == "true"
    root.get_by_role("button", name="Clear").click()
    stage.settle()
    assert root.get_by_label("Search the map").input_value() == ""
    assert root.locator("svg .il-found").count() == 0
    root.get_by_label("dangling images").check()
    stage.settle()
    assert found.count() == 1
    assert "dangling" in (found.get_attribute("aria-label") or "")


def test_a_fold_opens(stage: Stage) -> None:
    root = mounted(stage, large(50))
    fold = root.locator("svg g.fold", has_text="more\xa0images").first
    fold.click()
    stage.settle()
    side = root.locator(".il-side")
    wanted = side.locator("button.il-go").last
    key = wanted.get_attribute("data-value")
    wanted.click()
    stage.settle()
    assert root.locator(f'svg g[data-value="{key}"]').get_attribute("aria-pressed") == "true"
    assert nodes(root).count() <= 60
    root.get_by_role("button", name="Fold again").click()
    stage.settle()
    assert nodes(root).count() <= 60


def test_a_large_map_scrolls_to_what_was_searched_for_and_chosen(stage: Stage) -> None:
    root = mounted(stage, large(50))
    canvas = root.locator("[id$=map-canvas]")

    def is_seen(box: Any) -> bool:
        outer, inner = canvas.bounding_box(), box.bounding_box()
        middle = (inner["x"] + inner["width"] / 2, inner["y"] + inner["height"] / 2)
        return bool(outer["x"] <= middle[0] <= outer["x"] + outer["width"]
                    and outer["y"] <= middle[1] <= outer["y"] + outer["height"])

    root.get_by_label("Search the map").fill("app:33")
    stage.settle()
    assert is_seen(root.locator("svg .il-found").first)
    root.locator(".il-side button.il-go", has_text="app:33").first.click()
    stage.settle()
    assert is_seen(root.locator('svg [aria-pressed="true"]'))
    assert root.locator(".il-side h3").inner_text() == "name app:33"


@looks
def test_nothing_stands_in_the_way_of_anyone(stage: Stage, language: str, theme: str) -> None:
    lab = flow()
    root = mounted(stage, lab, language, theme)
    nodes(root).nth(4).click()
    stage.settle()
    stage.keep(f"map-{language}-{theme}")
    assert stage.violations() == []
    assert root.locator("svg [aria-hidden='true'].edge").count() > 5


def test_without_a_renderer_there_is_text_and_the_boxes_are_a_list(
    stage: Stage, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.views.map.svg._rendered", lambda dot: None)
    root = mounted(stage, flow())
    assert root.locator("svg").count() == 0
    assert "shared by" in root.locator("pre").inner_text()
    root.locator(".il-map-list button").first.click()
    stage.settle()
    assert root.locator(".il-side h3").count() == 1
    assert stage.violations() == []


@pytest.mark.parametrize(("images", "most"), [(50, 0.3), (300, 1.0)])
def test_it_is_drawn_anew_in_time(stage: Stage, images: int, most: float) -> None:
    lab = large(images)
    root = mounted(stage, lab)
    start = time.perf_counter()
    lab.docker("tag busybox another:1")  # the stage draws at once
    took = time.perf_counter() - start
    print(f"map of {images} images drawn anew in {took * 1000:.0f} ms")
    stage.settle()
    stage.keep(f"map-{images}")
    assert nodes(root).count() <= 60
    assert took < most * 3, "on a machine with other things to do, three times as long"


def test_what_an_image_says_stays_text(stage: Stage) -> None:
    lab = hostile_lab()
    root = mounted(stage, lab)
    count = nodes(root).count()
    assert count > 6
    for at in range(count):
        nodes(root).nth(at).press("Enter")
        stage.settle()
        assert root.locator(".il-side h3").count() == 1
        root.locator(".il-side details").evaluate_all(
            "all => all.forEach(each => each.open = true)")
    root.get_by_label("Search the map").fill('"><img src=x onerror="window.hit=1">')
    stage.settle()
    assert stage.page.evaluate("window.hit") is None
    assert root.locator("img, script, iframe, a").count() == 0
