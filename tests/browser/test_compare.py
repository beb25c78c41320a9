"""The live comparison of images."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.model.content import Zeros
from imagelab.model.node import Node, directory, file
from imagelab.widgets.compare import ComparePane
from tests.browser.hostile import hostile_lab
from tests.browser.looks import looks
from tests.browser.stage import Stage
from tests.deadline import within
from tests.views import labs

PAIR = ("ubuntu:14.04", "commit_test:second")


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    for line in (
        "pull ubuntu:14.04",
        "run --name one ubuntu:14.04 sh -c 'echo test_first! > /first; rm -r /etc/apt'",
        "commit -a alicek106 one commit_test:first",
        "run --name two commit_test:first sh -c 'echo hello > /second; chmod 600 /etc/group; "
        "echo me:x:1000:1000::/:/bin/sh >> /etc/passwd'",
        "commit two commit_test:second",
    ):
        assert lab.docker(line).exit_code == 0, line
    return lab


def mounted(
    stage: Stage, daemon: Daemon, refs: Sequence[str] = PAIR, language: str = "en",
    theme: str = "light",
) -> None:
    stage.mount(ComparePane(daemon, lambda: language, refs), daemon, language=lambda: language,
                theme=theme)


def files(stage: Stage) -> list[str]:
    table = stage.page.get_by_role("region", name="Files that differ")
    return [str(each) for each in table.locator("tbody th").all_inner_texts()]


def test_files_are_listed_and_filtered(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    assert files(stage) == ["/etc/apt/", "/etc/group", "/etc/passwd", "/first", "/second"]
    table = page.get_by_role("region", name="Files that differ")
    row = table.get_by_role("row").filter(has_text="/second")
    assert "only in commit_test:second" in row.inner_text()
    assert "7 / 7" in row.inner_text()
    page.get_by_role("button", name=re.compile(r"only in commit_test:second \(2\)")).click()
    stage.settle()
    assert files(stage) == ["/first", "/second"]
    page.get_by_role("button", name="only metadata differs (1)").click()
    stage.settle()
    assert files(stage) == ["/etc/group"]
    page.get_by_role("button", name="all (5)").click()
    stage.settle()
    assert len(files(stage)) == 5


def test_a_file_shows_the_lines_that_differ(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    side = page.locator(".il-side")
    page.get_by_role("button", name="/etc/passwd").focus()
    page.keyboard.press("Enter")
    stage.settle()
    assert side.get_by_text("+me:x:1000:1000::/:/bin/sh").is_visible()
    assert side.get_by_text("sha256:").count() == 2
    page.get_by_role("button", name="/first").click()
    stage.settle()
    assert side.get_by_text("test_first!", exact=True).is_visible()
    page.get_by_role("button", name="/etc/apt/").click()
    stage.settle()
    assert side.get_by_text("/etc/apt/sources.list", exact=True).is_visible()
    page.get_by_role("button", name="Close").click()
    stage.settle()
    assert side.get_by_text("Choose a path").is_visible()


def test_what_is_no_text_is_shown_as_bytes(stage: Stage) -> None:
    state = labs.with_container(labs.pulled(), "c", "ubuntu:14.04", {
        "bin/bash": file(b"\x7fELF\0" * 9), "new": file(Zeros(17 << 20))}, digit="d")
    daemon = Daemon(state=labs.committed(state, "c", "new:1"))
    mounted(stage, daemon, ("ubuntu:14.04", "new:1"))
    side = stage.page.locator(".il-side")
    stage.page.get_by_role("button", name="/bin/bash").click()
    stage.settle()
    assert side.get_by_text("7f 45 4c 46").count() == 2
    stage.page.get_by_role("button", name="/new").click()
    stage.settle()
    assert side.get_by_text("not worked out: too large").is_visible()
    assert side.get_by_text("the first 256 of 17,825,792 bytes").is_visible()


def test_layers_that_all_have_fold(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    table = page.get_by_role("region", name="Layers")
    assert table.locator("tbody tr").count() == 3
    fold = page.get_by_role("button", name="layers that all of these have: 5")
    assert fold.get_attribute("aria-expanded") == "false"
    fold.click()
    stage.settle()
    assert table.locator("tbody tr").count() == 8
    assert table.get_by_text("the same layer").count() == 5


def test_images_are_chosen(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    page = stage.page
    page.get_by_label("First image").select_option("commit_test:first")
    stage.settle()
    assert files(stage) == ["/etc/group", "/etc/passwd", "/second"]
    lab.docker("pull alpine")
    stage.settle()
    page.get_by_label("Compare with").select_option("alpine:latest")
    stage.settle()
    assert "/etc/alpine-release" in files(stage)
    page.get_by_label("Compare with").select_option("commit_test:first")
    stage.settle()
    assert page.get_by_text("No file differs.").is_visible()
    assert page.get_by_text("No setting differs.").is_visible()


def test_more_images_are_columns_and_one_is_compared(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon, ("ubuntu:14.04", "commit_test:first", "commit_test:second"))
    page = stage.page
    heads = page.get_by_role("region", name="Layers").locator("thead th")
    assert heads.count() == 5
    assert "/second" not in files(stage)
    page.get_by_label("Compare with").select_option("commit_test:second")
    stage.settle()
    assert heads.count() == 5
    assert "/second" in files(stage)


def test_an_image_that_is_deleted_meanwhile(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab.daemon)
    lab.docker("rm two")
    lab.docker("rmi commit_test:second")
    stage.settle()
    page = stage.page
    assert page.get_by_text("No such image: commit_test:second").is_visible()
    page.get_by_label("Compare with").select_option("commit_test:first")
    stage.settle()
    assert "/first" in files(stage)


@looks
def test_it_can_be_seen_and_read_by_all(
    stage: Stage, lab: Lab, language: str, theme: str,
) -> None:
    mounted(stage, lab.daemon, language=language, theme=theme)
    stage.page.get_by_role("button", name="/etc/passwd").click()
    stage.settle()
    stage.keep(f"compare-{language}-{theme}")
    assert stage.violations() == []


def test_folders_with_very_many_files_are_shown_in_parts(stage: Stage) -> None:
    daemon = Daemon(state=labs.pulled())
    changes: dict[str, Node] = {f"new{at:04}": file(b"x") for at in range(450)}
    state = labs.with_container(daemon.state, "c", "ubuntu:14.04", changes, digit="d")
    daemon = Daemon(state=labs.committed(state, "c", "many:1"))
    mounted(stage, daemon, ("ubuntu:14.04", "many:1"))
    assert len(files(stage)) == 200
    stage.page.get_by_role("button", name="Show more (250)").click()
    stage.settle()
    assert len(files(stage)) == 400


def test_a_large_base_is_compared_and_redrawn_at_once() -> None:
    changes: dict[str, Node] = {}
    for folder in range(1000):
        changes[f"usr/d{folder}"] = directory()
        changes |= {f"usr/d{folder}/f{at}": file(b"x") for at in range(100)}
    state = labs.pulled()
    state = labs.with_container(state, "c", "ubuntu:14.04", changes, digit="d")
    state = labs.committed(state, "c", "base:1")
    for at in (1, 2):
        state = labs.with_container(state, "d", "base:1", {f"f{at}": file(b"1")}, digit="e")
        state = labs.committed(state, "d", f"app:{at}")
    pane = ComparePane(Daemon(state=state), lambda: "en", ("app:1", "app:2"))
    with within(1):
        assert "/f1" in pane.draw()["main"]
    with within(0.1):
        pane.draw()
    (base,) = (layer for layer in state.layers.values() if len(layer.changes) > 100_000)
    assert "tree" not in vars(base)


@pytest.mark.parametrize("value", [None, 7, "x", "-1", "9" * 30, "²", ["a"], {"a": 1}, True])
def test_whatever_a_page_sends_is_taken(value: object) -> None:
    pane = ComparePane(Daemon(state=labs.second()), lambda: "ko", PAIR)
    pane.draw()
    for action in ("first", "second", "fold", "filter", "more", "file", "unknown"):
        pane.act(action, value)
    assert "/second" in pane.draw()["main"]


def test_hostile_images_are_text(stage: Stage) -> None:
    lab = hostile_lab()
    mounted(stage, lab.daemon, ("evil:1", "evil:3"))
    page = stage.page
    buttons = page.get_by_role("region", name="Files that differ").locator("tbody button")
    for at in range(buttons.count()):
        buttons.nth(at).click()
        stage.settle()
        assert page.locator(".il-side h4").count() >= 1
    assert page.evaluate("window.hit") is None
    assert page.locator(".imagelab :is(img, script, iframe, svg)").count() == 0
    assert stage.violations() == []
