"""What holds for every view: hostile text stays text, nothing keeps people out, all answer."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.widgets.view import View
from tests.browser.hostile import EVIL, hostile_lab
from tests.browser.looks import looks
from tests.browser.stage import Stage

Opened = Callable[[Lab], View]
#: Every view, opened on an image ``app:2`` with ``app:3`` beside it.
VIEWS: dict[str, Opened] = {
    "map": lambda lab: lab.show.map(),
    "timeline": lambda lab: lab.show.timeline(),
    "plan": lambda lab: lab.show.plan("rmi -f app:2"),
    "refused": lambda lab: lab.show.plan(shlex.join(["rm", "-v", "c1", EVIL])),
    "layers": lambda lab: lab.show.layers("app:2"),
    "space": lambda lab: lab.show.space(),
    "compare": lambda lab: lab.show.compare("app:2", "app:3"),
    "terminal": lambda lab: lab.terminal(),
    "predict": lambda lab: lab.predict("rmi -f app:2"),
}
#: Views that show no more of an image than its names and sizes.
NAMES_ONLY = ("space", "predict", "terminal")
#: Clicks of a walk through one view.
MOST_CLICKS = 40
_CONTROLS = ".imagelab [data-click]:visible, .imagelab summary:visible"


def opened(stage: Stage, name: str, lab: Lab, theme: str = "light") -> Any:
    view = VIEWS[name](lab)
    return stage.mount(view.pane(), lab.daemon, language=lambda: lab.language, theme=theme)


def walk(stage: Stage, seen: Callable[[], None]) -> int:
    """Click every control there is and comes to be, once each; return how many were found."""
    done: set[str] = set()
    for _ in range(MOST_CLICKS):
        for control in stage.page.locator(_CONTROLS).all():
            key = control.evaluate(
                "e => [e.dataset.click, e.dataset.value, e.closest('details')?.dataset.value,"
                " e.textContent.slice(0, 40)].join('|')")
            if key not in done and control.is_enabled():
                break
        else:
            break
        done.add(key)
        control.focus()
        stage.page.keyboard.press("Enter")
        stage.settle()
        seen()
    return len(done)


@pytest.mark.parametrize("name", VIEWS)
def test_hostile_text_is_inert_wherever_one_clicks(stage: Stage, name: str) -> None:
    lab = hostile_lab()
    root = opened(stage, name, lab)
    texts: list[str] = []

    def inert() -> None:
        texts.append(root.inner_text())
        assert stage.page.evaluate("window.hit") is None
        strange = "img, script, iframe, object, embed, style, link, [onload], [onerror], [srcdoc]"
        assert stage.page.locator(f".imagelab :is({strange})").count() == 0
        assert stage.page.locator(
            ".imagelab a[href^='javascript'], .imagelab [*|href^='javascript']").count() == 0
        assert not {"\u202e", "\x1b"} & set(texts[-1])

    inert()
    walk(stage, inert)
    if name not in NAMES_ONLY:
        assert any("onerror" in text for text in texts), "what is hostile is shown, as text"


def flow(language: str) -> Lab:
    """The chapter's images, under the names that the views ask for."""
    lab = Lab(language=language)
    for line, stdin in (
            ("run -i --name c1 ubuntu:14.04", "echo test_first! >> first\n"),
            ("commit -a alicek106 -m 'my first commit' c1 app:2", ""),
            ("run -i --name c2 app:2", "echo test_second! >> second\nrm first\n"),
            ("commit -a alicek106 -m 'my second commit' c2 app:3", ""),
            ("rmi nothing", ""), ("rm c2", ""), ("tag ubuntu:14.04 mine:1", "")):
        lab.docker(line, stdin=stdin)
    return lab


@looks
@pytest.mark.parametrize("name", VIEWS)
def test_everyone_can_use_it(stage: Stage, name: str, language: str, theme: str) -> None:
    """axe-core finds nothing serious; everything is said in the learner's language."""
    lab = flow(language)
    root = opened(stage, name, lab, theme)
    stage.keep(f"{name}-{language}-{theme}")
    assert stage.violations() == []
    assert root.locator("h3").count() >= 1, "a view says what it is"
    said = root.inner_text()
    assert any("가" <= char <= "힣" for char in said) == (language == "ko"), said


@pytest.mark.parametrize("name", VIEWS)
def test_it_draws_anew_whatever_is_typed_elsewhere(stage: Stage, name: str) -> None:
    """A view outlives what it shows: everything is removed, and pulled again."""
    lab = flow("en")
    root = opened(stage, name, lab)
    for line in ("rm -f c1", "system prune -af", "pull hello-world"):
        assert lab.docker(line).exit_code == 0
        stage.settle()
    lab.undo()
    stage.settle()
    assert root.locator("h3").count() >= 1
    walk(stage, lambda: None)
    assert stage.violations() == []


def crowded(language: str) -> Lab:
    """The same, under names that are long and tell nobody where to break them."""
    lab = flow(language)
    for line in (f"tag app:2 {'commit_test_' * 6}x:{'second_' * 8}", "tag app:3 b:commit_test_2",
                 f"rename c1 {'container_of_the_second_commit_' * 3}"):
        assert lab.docker(line).exit_code == 0
    return lab


#: Pixels that a front end leaves to a view: a wide screen, a cell of a notebook, a phone.
ROOMS = (1200, 966, 640, 380)
TOO_WIDE = """root => {
    const edge = root.getBoundingClientRect().right + 1
    const scrolls = e => e !== root &&
        (getComputedStyle(e).overflowX !== 'visible' || scrolls(e.parentElement))
    return [...root.querySelectorAll(':not(svg *)')]
        .filter(e => e.getBoundingClientRect().right > edge && !scrolls(e.parentElement))
        .map(e => e.outerHTML.slice(0, 200))
}"""


@pytest.mark.parametrize("name", VIEWS)
def test_it_keeps_to_its_room_whatever_the_names(stage: Stage, name: str) -> None:
    root = opened(stage, name, crowded("ko"))
    for room in ROOMS:
        stage.page.set_viewport_size({"width": room + 24, "height": 900})
        stage.settle()
        stage.keep(f"crowded-{name}-{room}")
        assert root.evaluate(TOO_WIDE) == [], f"in {room} pixels"
