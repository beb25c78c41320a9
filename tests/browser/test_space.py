"""The live view of what takes the room."""

from __future__ import annotations

import re

import pytest

from imagelab.daemon import Daemon
from imagelab.formats.units import human_size
from imagelab.lab import Lab
from imagelab.model.image import short_id
from imagelab.widgets.space import SpacePane
from tests.browser.hostile import hostile_lab
from tests.browser.looks import looks
from tests.browser.stage import Stage
from tests.deadline import within
from tests.views import labs
from tests.views.test_space import UBUNTU, lab_with_everything


@pytest.fixture
def lab() -> Lab:
    return lab_with_everything()


def mounted(stage: Stage, daemon: Daemon, language: str = "en", theme: str = "light") -> None:
    stage.mount(SpacePane(daemon, lambda: language), daemon, language=lambda: language,
                theme=theme)


def column(stage: Stage, number: int) -> list[str]:
    cells = stage.page.locator(f"#stage table.il-space-table tbody tr > :nth-child({number})")
    return [str(each) for each in cells.all_inner_texts()]


def test_the_table_is_sorted_by_its_heads(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    head = page.get_by_role("columnheader", name="UNIQUE SIZE")
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").click()
    stage.settle()
    assert head.get_attribute("aria-sort") == "descending"
    assert column(stage, 1)[0].startswith("busybox:latest")
    head.get_by_role("button").click()
    stage.settle()
    assert head.get_attribute("aria-sort") == "ascending"
    assert column(stage, 1)[-1].startswith("busybox:latest")
    page.get_by_role("button", name="image", exact=True).click()
    stage.settle()
    assert [text.split()[0] for text in column(stage, 1)] == [
        "again:1", "busybox:latest", "commit_test:first", "ubuntu:14.04", "<none>:<none>"]


def test_numbers_are_those_of_docker_and_all_digits_on_demand(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    rows = lab.docker("system df --format '{{.Size}} {{.Reclaimable}}'").stdout.splitlines()
    table = page.get_by_role("table", name="docker system df")
    for row in rows:
        for said in row.split(maxsplit=1):
            assert table.get_by_text(said, exact=True).count() >= 1
    text = "{{range .Images}}{{.Size}} {{.SharedSize}} {{.UniqueSize}} {{.Containers}}\n{{end}}"
    printed = lab.docker(f"system df -v --format '{text}'").stdout.splitlines()
    shown = [" ".join(cells) for cells in zip(*(column(stage, at) for at in (3, 4, 5, 6)),
                                             strict=True)]
    assert sorted(shown) == sorted(printed)
    page.get_by_label("All digits").check()
    stage.settle()
    assert f"{UBUNTU:,}" in column(stage, 3)


def test_bars_and_table_are_switched(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    row = page.get_by_role("row", name="ubuntu:14.04")
    assert row.get_by_role("img", name=f"A {UBUNTU:,}").is_visible()
    page.get_by_role("button", name="Table").click()
    stage.settle()
    assert page.get_by_role("img").count() == 0
    assert page.get_by_role("button", name="Table").get_attribute("aria-pressed") == "true"


def test_an_image_says_whom_it_shares_with_and_what_it_would_free(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    page.get_by_role("button", name=re.compile("again:1")).focus()
    page.keyboard.press("Enter")
    stage.settle()
    side = page.locator(".il-side")
    assert side.get_by_text("again:1, commit_test:second", exact=True).is_visible()
    assert side.get_by_text("docker rmi again:1 commit_test:second").is_visible()
    assert side.get_by_text("Comes free: 0 bytes").is_visible()
    assert "ubuntu:14.04" in side.inner_text()
    page.get_by_role("button", name=re.compile("busybox")).click()
    stage.settle()
    assert side.get_by_text("Docker refuses").is_visible()
    assert "must force" in side.inner_text()
    page.get_by_role("button", name="Close").click()
    stage.settle()
    assert side.get_by_text("Choose an image").is_visible()


def test_it_follows_the_lab(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    lab.docker("pull hello-world")
    stage.settle()
    assert stage.page.get_by_role("row", name="hello-world:latest").is_visible()
    disk = lab.daemon.disk_usage()["LayersSize"]
    assert stage.page.get_by_text(f"= {disk:,} bytes ({human_size(disk)}) on disk").is_visible()


def test_an_empty_lab(stage: Stage) -> None:
    mounted(stage, Daemon())
    assert stage.page.get_by_text("There are no images yet.").is_visible()
    assert stage.violations() == []


@looks
def test_it_can_be_seen_and_read_by_all(
    stage: Stage, lab: Lab, language: str, theme: str,
) -> None:
    mounted(stage, lab.daemon, language, theme)
    stage.page.get_by_role("button", name=re.compile("commit_test:first")).click()
    stage.settle()
    stage.keep(f"space-{language}-{theme}")
    assert stage.violations() == []


def test_hundreds_of_images_are_drawn_soon() -> None:
    state = labs.first()
    for at in range(300):
        state = labs.with_container(state, "c", "commit_test:first", labs.SECOND, digit="d")
        state = labs.without_container(labs.committed(state, "c", f"app:{at}"), "c")
    daemon = Daemon(state=state)
    pane = SpacePane(daemon, lambda: "en")
    with within(1):
        drawn = pane.draw()
    assert drawn["main"].count("il-space-image") == 100
    assert "… 202 more" in drawn["main"]


@pytest.mark.parametrize("value", [None, 7, "x", ["size"], {"a": 1}, True])
def test_whatever_a_page_sends_is_taken(value: object) -> None:
    daemon = Daemon(state=labs.second())
    pane = SpacePane(daemon, lambda: "ko")
    for action in ("sort", "view", "exact", "choose", "unknown"):
        pane.act(action, value)
    assert short_id(next(iter(daemon.state.images))) in pane.draw()["main"]


def test_hostile_images_are_text(stage: Stage) -> None:
    lab = hostile_lab()
    mounted(stage, lab.daemon)
    page = stage.page
    buttons = page.locator(".il-space-image")
    for at in range(buttons.count()):
        buttons.nth(at).click()
        stage.settle()
    page.locator("summary").first.click()
    assert page.evaluate("window.hit") is None
    assert page.locator(".imagelab :is(img, script, iframe, svg)").count() == 0
    assert stage.violations() == []
