"""A prediction in a real browser: answered with the keyboard, checked, and seen to happen."""

from __future__ import annotations

from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.widgets.predict import Prediction
from tests.browser.looks import looks
from tests.browser.stage import Stage


def shown(stage: Stage, lab: Lab, line: str, theme: str = "light") -> Prediction:
    prediction = lab.predict(line)
    stage.mount(prediction.pane(), lab.daemon, language=lambda: lab.language, theme=theme)
    return prediction


def answer(page: Any, what: str, fate: str) -> None:
    page.get_by_role("group", name=what, exact=True).get_by_label(fate).check()


@pytest.fixture
def lab() -> Lab:
    return Lab.start("04-rmi", language="en")


def test_answers_are_checked_corrected_and_carried_out(stage: Stage, lab: Lab) -> None:
    prediction = shown(stage, lab, "rmi commit_test:second")
    page, before = stage.page, lab.state
    for image in lab.state.images:
        name = next(str(ref) for ref in lab.state.references_of(image) if ref.tag)
        answer(page, name, "untagged" if name == "commit_test:second" else "kept")
        answer(page, f"{image[7:19]} ({name})", "kept")
    page.get_by_label("How many bytes come free?").fill("97B")
    page.keyboard.press("Enter")
    stage.settle()
    assert page.get_by_text("6 of 7 are right.").is_visible()
    assert page.get_by_text("✘ wrong").count() == 1
    assert page.get_by_text("nothing needs it any more").is_visible()
    assert not prediction.passed
    assert lab.state is before
    answer(page, f"{list(lab.state.images)[-1][7:19]} (commit_test:second)", "deleted")
    stage.settle()
    assert page.get_by_text("✔ right").count() == 0  # the truth goes with the answers it was about
    page.get_by_role("button", name="Check").click()
    stage.settle()
    assert page.get_by_text("All 7 are right").is_visible()
    assert prediction.passed
    page.get_by_role("button", name="Carry it out").click()
    stage.settle()
    assert lab.journal[-1].command == "docker rmi commit_test:second"
    assert page.get_by_text("It came out as planned.").first.is_visible()
    page.get_by_role("button", name="Undo").click()
    stage.settle()
    assert lab.state is before


def test_radios_by_keyboard(stage: Stage, lab: Lab) -> None:
    shown(stage, lab, "rm commit_test2")
    page = stage.page
    group = page.get_by_role("group", name="commit_test2", exact=True)
    group.get_by_label("deleted").focus()
    page.keyboard.press(" ")
    stage.settle()
    assert group.get_by_label("deleted").is_checked()
    page.keyboard.press("ArrowRight")
    stage.settle()
    assert group.get_by_label("kept").is_checked()
    assert not group.get_by_label("deleted").is_checked()


def test_the_lab_changes_meanwhile(stage: Stage, lab: Lab) -> None:
    shown(stage, lab, "rmi commit_test:second")
    page = stage.page
    lab.docker("run --name new commit_test:second true")
    stage.settle()
    assert page.get_by_text("The lab has changed since").is_visible()
    page.get_by_role("button", name="Ask about the lab as it is now").click()
    stage.settle()
    assert page.get_by_text("The lab has changed since").count() == 0
    page.get_by_role("button", name="Check").click()
    stage.settle()
    assert page.get_by_text("Docker refuses it (exit code 1)").is_visible()
    assert page.get_by_role("button", name="Carry it out").count() == 0


@looks
def test_everybody_can_read_it(stage: Stage, lab: Lab, language: str, theme: str) -> None:
    lab.language = language
    shown(stage, lab, "system prune -a", theme)
    assert stage.violations() == []
    stage.keep(f"predict-asked-{language}-{theme}")
    stage.page.locator("button[type=submit]").click()
    stage.settle()
    assert stage.violations() == []
    stage.keep(f"predict-checked-{language}-{theme}")
