"""The time line in a browser: keys, the slider, play, and going on from an earlier step."""

from __future__ import annotations

from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.widgets.timeline import TimelinePane
from tests.browser.looks import looks
from tests.browser.stage import Stage

EVIL = '<img src=x onerror="window.hit=1">"><script>window.hit=2</script>'


@pytest.fixture
def lab() -> Lab:
    lab = Lab(language="en")
    lab.docker("pull hello-world")
    lab.docker("tag hello-world first:1")
    lab.docker("rmi nothing")
    lab.docker("rmi first:1")
    lab.undo()
    lab.docker("tag hello-world second:1")
    return lab


def mount(stage: Stage, lab: Lab, theme: str = "light") -> Any:
    pane = TimelinePane(lab.daemon, lambda: lab.language)
    return stage.mount(pane, lab.daemon, language=lambda: lab.language, theme=theme)


def shown(stage: Stage) -> str:
    stage.settle()
    return str(stage.page.locator("[id$=about] h4").inner_text())


def test_buttons_step_and_keep_the_focus(stage: Stage, lab: Lab) -> None:
    mount(stage, lab)
    assert shown(stage) == "5 docker tag hello-world second:1"
    back = stage.page.get_by_role("button", name="step back")
    back.focus()
    stage.page.keyboard.press("Enter")
    assert shown(stage) == "3 docker rmi nothing"
    stage.page.keyboard.press(" ")
    assert shown(stage) == "2 docker tag hello-world first:1"
    assert back.evaluate("each => each === document.activeElement")
    stage.page.get_by_role("button", name="first step").click()
    assert shown(stage) == "beginning of the lab"
    assert stage.page.get_by_role("slider").input_value() == "0"
    stage.page.get_by_role("button", name="last step").click()
    assert shown(stage).startswith("5 ")
    assert stage.page.get_by_role("slider").input_value() == "4"
    assert lab.journal.head == 5


def test_the_slider_by_keys_and_by_mouse(stage: Stage, lab: Lab) -> None:
    mount(stage, lab)
    slider = stage.page.get_by_role("slider", name="Step")
    slider.focus()
    stage.page.keyboard.press("ArrowLeft")
    assert shown(stage) == "3 docker rmi nothing"
    assert slider.get_attribute("aria-valuetext") == "Step 3: docker rmi nothing"
    stage.page.keyboard.press("Home")
    assert shown(stage) == "beginning of the lab"
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    stage.page.mouse.move(box["x"] + 8, y)
    stage.page.mouse.down()
    stage.page.mouse.move(box["x"] + box["width"] / 2, y, steps=12)
    stage.page.mouse.up()
    assert shown(stage) == "2 docker tag hello-world first:1"
    stage.page.wait_for_selector("#stage svg.il-map:has-text('first:1')")
    stage.page.wait_for_selector(".il-tl-waiting", state="detached")
    assert lab.journal.head == 5


def test_play_shows_step_after_step_and_can_be_stopped(stage: Stage, lab: Lab) -> None:
    for _ in range(40):  # no machine is so slow that it plays all before the button is reached
        lab.docker("images")
    mount(stage, lab)
    stage.page.get_by_role("button", name="first step").click()
    stage.page.get_by_role("button", name="Play").click()
    stage.page.wait_for_function(
        "() => parseInt(document.querySelector('[id$=about] h4').innerText) >= 2", timeout=15_000)
    stage.page.get_by_role("button", name="Pause").click()
    stopped = shown(stage)
    assert 2 <= int(stopped.split()[0]) < len(lab.journal)
    stage.page.wait_for_timeout(1800)
    assert shown(stage) == stopped


def test_a_row_of_the_list_chooses_a_step(stage: Stage, lab: Lab) -> None:
    mount(stage, lab)
    row = stage.page.get_by_role("button", name="docker rmi first:1")
    row.focus()
    stage.page.keyboard.press("Enter")
    assert shown(stage) == "4 docker rmi first:1"
    assert row.get_attribute("aria-current") == "step"
    assert row.evaluate("each => each === document.activeElement")
    assert stage.page.get_by_text("~ name first:1 (its image stays)").first.is_visible()
    stage.page.get_by_label("Branch").select_option("5")
    assert shown(stage).startswith("5 ")


def test_going_back_and_on_keeps_the_old_branch(stage: Stage, lab: Lab) -> None:
    mount(stage, lab)
    stage.page.get_by_role("button", name="docker pull hello-world").click()
    stage.settle()
    assert stage.page.get_by_text("The next command begins a new branch.").is_visible()
    stage.page.get_by_role("button", name="Continue from here").click()
    stage.settle()
    assert lab.journal.head == 1
    assert stage.page.get_by_role("button", name="Continue from here").count() == 0
    lab.docker("tag hello-world third:1")
    assert shown(stage) == "6 docker tag hello-world third:1"
    assert lab.journal[6].parent == 1
    assert stage.page.get_by_role("slider").input_value() == "2"
    for step in lab.journal:
        assert stage.page.locator(f"[data-click=go][data-value='{step.index}']").is_visible()
    names = {str(each) for each in lab.state.references if each.tag}
    assert names == {"hello-world:latest", "third:1"}


def test_the_slider_grows_with_the_lab_while_it_has_the_focus(stage: Stage, lab: Lab) -> None:
    mount(stage, lab)
    slider = stage.page.get_by_role("slider")
    slider.focus()
    lab.docker("images")
    lab.docker("ps")
    assert shown(stage) == "7 docker ps"
    assert slider.input_value() == "6"
    stage.page.keyboard.press("ArrowLeft")
    assert shown(stage) == "6 docker images"
    lab.docker("info")
    assert shown(stage) == "6 docker images"
    assert stage.page.get_by_text("New steps: 1").is_visible()
    stage.page.get_by_role("button", name="Show where the lab is").click()
    assert shown(stage) == "8 docker info"


@looks
def test_it_is_usable_by_everyone(stage: Stage, lab: Lab, language: str, theme: str) -> None:
    lab.language = language
    with lab.daemon.step("docker save -o x.tar hello-world") as step:
        step.host_effects.append("wrote x.tar")
    mount(stage, lab, theme)
    assert stage.violations() == []
    stage.keep(f"timeline-{language}-{theme}")
    stage.page.locator("[data-click=go][data-value='4']").click()
    stage.settle()
    assert stage.violations() == []
    stage.keep(f"timeline-{language}-{theme}-looking-back")


def test_hostile_commands_are_inert(stage: Stage, lab: Lab) -> None:
    lab.docker(["rmi", EVIL])
    with lab.daemon.step(EVIL) as step:
        step.host_effects.append(EVIL)
    mount(stage, lab)
    stage.page.get_by_role("button", name="step back").click()
    stage.settle()
    stage.page.wait_for_timeout(200)
    assert stage.page.evaluate("window.hit") is None
    assert stage.page.locator("#stage img, #stage script").count() == 0


def test_a_box_of_the_map_stays_selected_from_step_to_step(stage: Stage, lab: Lab) -> None:
    mount(stage, lab)
    stage.page.get_by_role("button", name="docker tag hello-world first:1").click()
    stage.settle()
    box = stage.page.locator("svg.il-map [role=button]", has_text="hello-world:latest")
    box.click()
    stage.settle()
    assert box.get_attribute("aria-pressed") == "true"
    detail = stage.page.locator(".il-foot .il-detail")
    assert detail.is_visible()
    stage.page.get_by_role("button", name="step back").click()
    stage.settle()
    assert box.get_attribute("aria-pressed") == "true"
    assert detail.is_visible()
    stage.page.get_by_role("button", name="first step").click()
    stage.settle()
    assert detail.count() == 0
    assert lab.journal.head == 5


def test_what_a_step_changed_is_in_sight(stage: Stage) -> None:
    lab = Lab.start("04-rmi", language="en")
    for line in ("rmi -f commit_test:first", "rm commit_test", "ps", "run ubuntu:14.04 ls"):
        assert lab.docker(line).exit_code == 0
    stage.page.set_viewport_size({"width": 900, "height": 900})
    mount(stage, lab)
    marks = {0: "new", 1: "untagged", 2: "deleted", 3: "", 4: "new"}
    for step in (0, 1, 2, 3, 4, 2):
        if step:  # at first, the last is shown
            stage.page.locator(f"[data-click=go][data-value='{step}']").click()
        stage.settle()
        seen = stage.page.evaluate("""mark => {
          const box = document.querySelector("[data-zoom]").getBoundingClientRect();
          return Array.from(document.querySelectorAll(`svg .node.${mark || "none"}`), (node) => {
            const place = node.getBoundingClientRect();
            return place.left >= box.left && place.right <= box.right
              && place.top >= box.top && place.bottom <= box.bottom;
          });
        }""", marks[step])
        assert all(seen)
        assert bool(seen) == bool(marks[step])
