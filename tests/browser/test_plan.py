"""The plan in a real browser: typed, carried out, taken back, and overtaken by the lab."""

from __future__ import annotations

import shlex

import pytest

from imagelab.lab import Lab
from imagelab.widgets.plan import PlanPane
from tests.browser.hostile import EVIL, hostile_lab
from tests.browser.looks import looks
from tests.browser.stage import Stage


def shown(stage: Stage, lab: Lab, line: str, theme: str = "light") -> None:
    pane = PlanPane(lab.daemon, lambda: lab.language, line)
    stage.mount(pane, lab.daemon, language=lambda: lab.language, theme=theme)


@pytest.fixture
def lab() -> Lab:
    return Lab.start("04-rmi", language="en")


def test_a_line_is_typed_carried_out_and_taken_back(stage: Stage, lab: Lab) -> None:
    shown(stage, lab, "")
    page, before = stage.page, lab.state
    assert page.get_by_text("Type a docker command").is_visible()
    page.get_by_label("Docker command").press_sequentially("rmi commit_test:second", delay=10)
    stage.settle()
    assert lab.state is before
    assert page.get_by_text("Docker carries it out (exit code 0).").is_visible()
    assert page.locator("svg g.node.deleted").count() == 2
    assert page.get_by_role("row", name="- Deleted layer").get_by_text("97B").is_visible()
    page.get_by_role("button", name="Carry it out").click()
    stage.settle()
    assert lab.journal[-1].command == "docker rmi commit_test:second"
    assert len(lab.state.images) == 2
    assert page.get_by_text("It came out as planned.").first.is_visible()
    assert page.evaluate("document.activeElement.textContent").startswith("Carried out as step 1")
    page.get_by_role("button", name="Undo").click()
    stage.settle()
    assert lab.state is before
    assert page.get_by_text("Undone (step 1)").is_visible()
    assert page.get_by_role("button", name="Carry it out").is_visible()


def test_the_commands_that_clear_the_way(stage: Stage, lab: Lab) -> None:
    shown(stage, lab, "docker rmi commit_test:first")
    page = stage.page
    assert page.get_by_text("Docker refuses it (exit code 1)").is_visible()
    assert page.get_by_role("button", name="Carry it out", exact=True).count() == 0
    page.get_by_role("button", name="Carry these out").focus()
    page.keyboard.press("Enter")
    stage.settle()
    assert [step.command for step in lab.journal] == [
        "docker rm commit_test2", "docker rmi commit_test:first"]
    assert page.get_by_text("It came out as planned.").first.is_visible()
    page.get_by_role("button", name="Undo").click()
    stage.settle()
    assert lab.journal.head == 0


def test_the_lab_changes_meanwhile(stage: Stage, lab: Lab) -> None:
    shown(stage, lab, "rmi commit_test:second")
    lab.docker("run --name new commit_test:second true")
    stage.settle()
    page = stage.page
    assert page.get_by_text("The command can no longer be carried out").is_visible()
    assert page.get_by_text("docker rm new").is_visible()
    lab.docker("rm new")
    stage.settle()
    assert page.get_by_role("button", name="Carry it out").is_visible()


def test_hostile_names_and_lines_are_inert(stage: Stage) -> None:
    lab = hostile_lab()
    for line in ("rmi evil:1", "rmi evil:2", "rm c1", "commit c1 evil:4", shlex.join(["rmi", EVIL]),
                 EVIL):
        shown(stage, lab, line)
        button = stage.page.locator("[data-click=carry]")
        if button.count():
            button.click()
            stage.settle()
        assert stage.page.evaluate("window.hit") is None
        assert stage.page.locator("img, script, iframe").count() == 0


@looks
def test_everybody_can_read_it(stage: Stage, lab: Lab, language: str, theme: str) -> None:
    lab.language = language
    for name, line in (("done", "system prune -a"), ("refused", "rmi commit_test:first"),
                       ("none", "run x")):
        shown(stage, lab, line, theme)
        assert stage.violations() == []
        stage.keep(f"plan-{name}-{language}-{theme}")
    page = stage.page
    page.get_by_role("textbox").fill("rmi commit_test:second")
    stage.settle()
    page.locator("[data-click=carry]").click()
    stage.settle()
    assert stage.violations() == []
    stage.keep(f"plan-carried-{language}-{theme}")
