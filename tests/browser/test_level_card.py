"""The card of a level in a browser: clicked, by keyboard, hostile, beside magics in JupyterLab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from imagelab.course.levels.card import card
from imagelab.lab import Lab
from tests.browser.hostile import EVIL, archive
from tests.browser.jupyter import Notebook, Server, keep
from tests.browser.looks import looks
from tests.browser.stage import Stage
from tests.browser.test_all_views import ROOMS, TOO_WIDE
from tests.course.test_level_card import SOLUTION, WRONG, level

#: A level as a lesson has it, what does not solve it, and the check.
CELLS = ["%load_ext imagelab", "%level start-1", "%docker pull -q busybox", "%check"]


def mounted(stage: Stage, lab: Lab, theme: str = "light") -> Any:
    assert lab.play is not None
    view = card(lab.play, lambda: lab.language)
    return stage.mount(view.pane(), lab.daemon, language=lambda: lab.language, theme=theme)


def press(stage: Stage, name: str) -> None:
    stage.page.get_by_role("button", name=name).click()
    stage.settle()


def test_a_level_is_failed_helped_with_begun_anew_and_solved(
    stage: Stage, tmp_path: Path,
) -> None:
    lab = level(tmp_path)
    root = mounted(stage, lab)
    lab.docker(WRONG)
    press(stage, "Check")
    assert "That was another name." in root.inner_text()
    for name in ("Now", "Goal"):
        assert root.get_by_role("img", name=name).is_visible()
    press(stage, "Hint (left: 2)")
    root.get_by_role("button", name="Hint (left: 1)").wait_for()
    press(stage, "Begin anew")
    assert lab.journal.head == 0
    lab.docker(SOLUTION)
    press(stage, "Check")
    assert "There is no shorter way" in root.inner_text()
    assert not root.get_by_role("img").count()


def test_all_of_it_by_keyboard(stage: Stage, tmp_path: Path) -> None:
    lab = level(tmp_path)
    root = mounted(stage, lab)
    page = stage.page

    def focused() -> str:
        return str(page.evaluate("document.activeElement.textContent"))

    page.keyboard.press("Tab")
    assert focused() == "Check"
    page.keyboard.press("Enter")
    stage.settle()
    assert focused() == "Check", "what was pressed keeps the focus"
    assert "not yet" in root.inner_text()
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("Space")
        stage.settle()
    assert focused().startswith("Hint (left: 0)"), "also when it can do no more"
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stage.settle()
    assert "does not count" in focused(), "the question takes the focus"
    page.keyboard.press("Tab")
    assert focused() == "Show it anyway"
    page.keyboard.press("Enter")
    stage.settle()
    assert f"docker {SOLUTION}" in root.inner_text()


def test_what_a_learner_folds_away_stays_away(stage: Stage, tmp_path: Path) -> None:
    lab = level(tmp_path)
    root = mounted(stage, lab)
    press(stage, "Check")
    root.locator("summary").click()
    lab.docker(WRONG)
    press(stage, "Check")
    assert not root.get_by_role("heading", name="Goal").is_visible()


@looks
def test_everyone_can_use_it(stage: Stage, tmp_path: Path, language: str, theme: str) -> None:
    lab = level(tmp_path, '[files]\n"note.txt" = "hello"')
    lab.language = language
    root = mounted(stage, lab, theme)
    assert lab.docker("rm -v commit_test nothing").exit_code
    lab.docker(WRONG)
    stage.settle()
    for button in ("why", "check", "hint", "undo", "solution", "reset"):
        root.locator(f"[data-click='{button}']").first.click()
        stage.settle()
        stage.keep(f"level-{button}-{language}-{theme}")
        assert stage.violations() == []
    lab.docker(SOLUTION)
    root.locator("[data-click='check']").click()
    stage.settle()
    stage.keep(f"level-solved-{language}-{theme}")
    assert stage.violations() == []
    assert root.get_by_role("status").count() == 1
    said = root.inner_text()
    assert any("가" <= char <= "힣" for char in said) == (language == "ko"), said


def test_hostile_text_is_inert(stage: Stage, tmp_path: Path) -> None:
    """That of the level's file, and that of images that somebody loads."""
    evil = json.dumps(EVIL)[1:-1]
    lab = level(tmp_path, **{
        "Just one name": evil[:70], "It is about a name, not an image.": evil,
        "Remove the name `{name}:1`, and no other.": f"{evil}\\n\\n`{evil}`",
        "docker rmi {name}:1\n": f"docker rmi {{name}}:1\n# {evil}\n"})
    root = mounted(stage, lab)
    lab.docker("load", stdin=archive())
    lab.docker(["create", "--name", "c1", "app:2", EVIL])
    for button in ("check", "hint", "solution", "solution", "undo", "check"):
        root.locator(f"[data-click='{button}']").last.click()
        stage.settle()
        text = root.inner_text()
        assert "onerror" in text
        assert not {"\u202e", "\x1b"} & set(text)
        assert stage.page.evaluate("window.hit") is None
        strange = "img, script, iframe, object, embed, style, link, [onload], [onerror], [srcdoc]"
        assert root.locator(f":is({strange})").count() == 0


def test_it_keeps_to_its_room(stage: Stage, tmp_path: Path) -> None:
    long = "name_of_an_image_that_is_long" * 4
    lab = level(tmp_path, spare=long[:100])
    root = mounted(stage, lab)
    lab.docker(WRONG)
    for button in ("Check", "Hint (left: 2)", "Hint (left: 1)", "Show solution", "Show it anyway"):
        press(stage, button)
    for room in ROOMS:
        stage.page.set_viewport_size({"width": room + 24, "height": 900})
        stage.settle()
        stage.keep(f"level-{room}")
        assert root.evaluate(TOO_WIDE) == [], f"in {room} pixels"


def test_in_jupyterlab_card_and_magics_go_together(page: Any, jupyter: Server) -> None:
    """And the saved notebook shows task and pictures, although nobody here has signed it."""
    notebook = Notebook(page, jupyter, jupyter.write("level", CELLS))
    notebook.run_all()
    shown = notebook.cell(1).locator(".imagelab")
    shown.get_by_text("not yet").wait_for()
    shown.get_by_role("button", name="Hint").click()
    shown.get_by_text("Hint 1").wait_for()
    notebook.ask("%hint")
    shown.get_by_text("Hint 2").wait_for()
    keep(page, f"{jupyter.front.name}-level")
    content = notebook.save()
    jupyter.end_kernels()
    content["cells"][1]["outputs"][0]["data"]["text/html"] += "<script>hurt = true</script>"
    (jupyter.notebooks / "level.ipynb").write_text(json.dumps(content), "utf-8")
    notebook = Notebook(page, jupyter, "level.ipynb")
    notebook.cell(1).get_by_text("Level start-1").wait_for()
    notebook.cell(1).get_by_text("Run the cell again").wait_for()
    assert not notebook.cell(1).get_by_role("button").filter(visible=True).count()
    notebook.cell(3).locator("summary").click()
    picture = notebook.cell(3).get_by_role("img", name="Goal")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 100
    keep(page, f"{jupyter.front.name}-level-saved")
    assert page.evaluate("() => window.hurt") is None
