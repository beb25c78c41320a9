"""The terminal in a real browser: typed at, completed, interrupted; hostile output stays text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imagelab.engine.progress import Progress
from imagelab.lab import Lab
from imagelab.terminal.prompt import Prompt
from imagelab.widgets.terminal import TerminalPane
from tests.browser.looks import looks
from tests.browser.stage import Stage


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    lab.docker("pull -q ubuntu:14.04")
    return lab


def mounted(stage: Stage, lab: Lab, folder: Path, language: str = "en", theme: str = "light",
            ) -> tuple[Any, Prompt]:
    prompt = Prompt(lab.daemon, folder)
    stage.mount(TerminalPane(prompt, lambda: language), lab.daemon, language=lambda: language,
                theme=theme)
    return stage.page.get_by_role("combobox"), prompt


def type_line(stage: Stage, box: Any, line: str) -> None:
    box.fill(line)
    box.press("Enter")
    stage.settle()


def test_a_container_is_entered_used_and_left(stage: Stage, lab: Lab, tmp_path: Path) -> None:
    box, prompt = mounted(stage, lab, tmp_path)
    type_line(stage, box, "docker run -it --name c1 ubuntu:14.04")
    assert stage.page.locator(".il-term-line label").inner_text().startswith("root@")
    type_line(stage, box, "echo test_first! > first")
    type_line(stage, box, "exit")
    (container,) = lab.state.containers.values()
    assert container.changes["first"].content.read() == b"test_first!\n"
    assert prompt.text == "$ "
    assert box.evaluate("each => each === document.activeElement")
    log = stage.page.get_by_role("log")
    assert "root@" in log.inner_text()
    assert log.evaluate("each => each.scrollTop + each.clientHeight >= each.scrollHeight - 2")


def test_arrows_bring_lines_back_and_the_draft(stage: Stage, lab: Lab, tmp_path: Path) -> None:
    box, _ = mounted(stage, lab, tmp_path)
    type_line(stage, box, "docker images")
    type_line(stage, box, "docker ps")
    box.type("draft")
    for key, wanted in (("ArrowUp", "docker ps"), ("ArrowUp", "docker images"),
                        ("ArrowUp", "docker images"), ("ArrowDown", "docker ps"),
                        ("ArrowDown", "draft")):
        box.press(key)
        stage.settle()
        assert box.input_value() == wanted


def test_tab_completes_and_can_be_left(stage: Stage, lab: Lab, tmp_path: Path) -> None:
    box, _ = mounted(stage, lab, tmp_path)
    box.type("doc")
    box.press("Tab")
    stage.settle()
    assert box.input_value() == "docker "
    box.type("im")
    box.press("Tab")
    stage.settle()
    options = stage.page.get_by_role("option")
    assert [each.inner_text() for each in options.all()] == ["image", "images", "import"]
    stage.keep("terminal-offered")
    box.press("ArrowDown")
    stage.settle()
    assert box.get_attribute("aria-activedescendant").endswith("offer-1")
    assert stage.violations() == []
    box.press("Enter")
    stage.settle()
    assert box.input_value() == "docker images "
    box.press("Escape")
    stage.settle()
    box.press("Tab")
    assert not box.evaluate("each => each === document.activeElement")


def test_ctrl_c_gives_the_prompt_back(stage: Stage, lab: Lab, tmp_path: Path) -> None:
    box, prompt = mounted(stage, lab, tmp_path)
    type_line(stage, box, "docker run -it ubuntu:14.04")
    type_line(stage, box, "cat")
    box.type("half")
    box.press("Control+c")
    stage.settle()
    assert box.input_value() == ""
    assert prompt.text.startswith("root@")
    assert "half^C" in stage.page.get_by_role("log").inner_text()
    box.press("Control+p")
    box.press("Control+q")
    stage.settle()
    assert prompt.held is None
    assert [each.status for each in lab.state.containers.values()] == ["running"]


def test_hostile_output_is_text(stage: Stage, lab: Lab, tmp_path: Path) -> None:
    markup = "<img src=x onerror=window.hit=1><script>window.hit=2</script>"
    (tmp_path / "evil").write_text(f"{markup}\x1b]0;title\x07\x1b[31mred\x1b[0m\n")
    box, _ = mounted(stage, lab, tmp_path)
    type_line(stage, box, "cat evil")
    type_line(stage, box, f"echo '{markup}'")
    log = stage.page.get_by_role("log").inner_text()
    assert f"{markup}red" in log
    assert stage.page.evaluate("() => window.hit") is None
    assert stage.page.locator("img, script").count() == 0


@looks
def test_it_is_readable(
    stage: Stage, lab: Lab, tmp_path: Path, language: str, theme: str,
) -> None:
    box, _ = mounted(stage, lab, tmp_path, language, theme)
    for line in ("docker images", "docker rmi nothing",
                 "docker run -it --name c1 ubuntu:14.04", "ls /"):
        type_line(stage, box, line)
    stage.keep(f"terminal-{language}-{theme}")
    assert stage.violations() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_are_readable(stage: Stage, lab: Lab, tmp_path: Path, theme: str) -> None:
    prompt = Prompt(lab.daemon, tmp_path)
    pane = TerminalPane(prompt, lambda: "ko", lambda: 0.0)

    def look() -> None:
        for told in (
            Progress("Downloading", "a1b2c3d4e5f6", 12_345_678, 98_000_000),
            Progress("Extracting", "b1b2c3d4e5f6", 98_000_000, 98_000_000),
            Progress("Importing", "", 5_000_000), Progress("Building", "", 3, 7, "steps"),
        ):
            pane._tell(told)
        stage.mount(pane, lab.daemon, language=lambda: "ko", theme=theme)
        assert stage.page.get_by_role("progressbar").count() == 4
        stage.keep(f"terminal-bars-{theme}")
        assert stage.violations() == []

    pane._work(look)
