"""The terminal's pane apart from a browser: bars while it works, what a browser may send, twins."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from imagelab.lab import Lab
from imagelab.terminal.prompt import Prompt
from imagelab.views.terminal import card
from imagelab.widgets.terminal import MOST_DRAWN, TerminalPane


@pytest.fixture
def prompt(tmp_path: Path) -> Prompt:
    return Prompt(Lab().daemon, tmp_path)


def at_work(prompt: Prompt, line: str) -> list[str]:
    """Return what the foot showed while a line was at work, with a second between two looks."""
    ticks = count()
    pane = TerminalPane(prompt, lambda: "en", lambda: float(next(ticks)))
    shown: list[str] = []
    pane.push = lambda: shown.append(pane.draw()["foot"])
    pane.act("line", {"line": line})
    assert 'role="progressbar"' not in pane.draw()["foot"]
    return shown


def test_bars_stand_there_only_while_it_works(prompt: Prompt, tmp_path: Path) -> None:
    shown = at_work(prompt, "docker pull redis")
    assert any('role="progressbar" aria-label=' in each and "Downloading" in each
               for each in shown)
    shown = at_work(prompt, "docker save -o a.tar redis")
    assert "Saving" in shown[-2]
    at_work(prompt, "docker rmi redis")
    shown = at_work(prompt, "docker load -i a.tar")
    assert any("Loading layer" in each for each in shown)


def test_quick_work_shows_nothing_meanwhile(prompt: Prompt) -> None:
    pane = TerminalPane(prompt, lambda: "en", lambda: 0.0)
    pane.push = lambda: pytest.fail("nothing is to be shown")
    pane.act("line", {"line": "docker pull redis"})


@pytest.mark.parametrize(("action", "value"), [
    ("line", None), ("line", {}), ("line", {"line": 7}), ("line", ["x"]), ("key", None),
    ("key", ["Tab"]), ("key", ["Tab", "docker ", "x"]), ("key", ["Tab", "docker ", -5]),
    ("key", ["Tab", "docker ", 10**9]), ("key", [{}, [], 0]), ("key", ["Nothing", "x", 0]),
    ("typed", {}), ("press", "Nothing"), ("press", 3), ("choose", "rm -rf"), ("else", 1),
    ("line", {"line": "\ud800\0"}), ("key", ["Tab", "'\\", 2]),
])
def test_a_browser_may_send_anything(prompt: Prompt, action: str, value: Any) -> None:
    pane = TerminalPane(prompt, lambda: "en")
    pane.act(action, value)
    for html in pane.draw().values():
        html.encode()


def test_several_lines_are_typed_one_after_the_other(prompt: Prompt, tmp_path: Path) -> None:
    TerminalPane(prompt, lambda: "en").act("line", {"line": "echo 1 > a\necho 2 >> a"})
    assert (tmp_path / "a").read_text() == "1\n2\n"


def test_what_is_drawn_is_bounded(prompt: Prompt) -> None:
    pane = TerminalPane(prompt, lambda: "en")
    pane.act("line", {"line": "seq 5000"})
    log = pane.draw()["main"]
    assert log.count("\n") <= MOST_DRAWN
    assert "earlier lines" in log
    pane.act("key", ["Ctrl+l", "", 0])
    assert "5000" not in pane.draw()["main"]


def test_a_coloured_prompt_stands_there_once_and_plain(prompt: Prompt) -> None:
    pane = TerminalPane(prompt, lambda: "en")
    for line in ("docker run -it ubuntu bash", r"PS1='\e[31mred\e[0m> '"):
        pane.act("line", {"line": line})
    regions = pane.draw()
    assert not any("\x1b" in html for html in regions.values())
    assert 'class="il-term-prompt">red&gt; </label>' in regions["foot"]
    assert "<pre>red" not in regions["main"]


def test_an_unfinished_line_stands_above_the_shell_s_prompt(prompt: Prompt) -> None:
    pane = TerminalPane(prompt, lambda: "en")
    pane.act("line", {"line": r"printf 'a\033[1mb'"})
    assert "<pre>ab</pre>" in pane.draw()["main"]


def test_the_picture_holds_text_only(prompt: Prompt) -> None:
    markup = "<script>alert(1)</script>]]>&amp;"
    prompt.submit(f"echo '{markup}'")
    picture = card(prompt.screen.text(), "ko")
    assert markup in picture.text
    root = ElementTree.fromstring(str(picture.svg))
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    assert markup in "".join(root.itertext())
    assert "아직" in card([], "ko").text
