"""The live time line without a browser: what it looks at, and when the lab moves."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.views.html import Html, tag
from imagelab.widgets import step_map
from imagelab.widgets.map import Scene
from imagelab.widgets.pane import Pane
from imagelab.widgets.timeline import TimelinePane
from tests.views.journals import EVIL, branched


def looked_at(pane: TimelinePane) -> int:
    """Return the number of the step that the list marks."""
    found = re.findall(r'data-value="(\d+)" aria-current="step"', pane.draw()["side"])
    assert len(found) == 1
    return int(found[0])


def made(daemon: Daemon, language: str = "en") -> TimelinePane:
    return TimelinePane(daemon, lambda: language)


@pytest.fixture(autouse=True)
def maps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Draw no maps; return what they would have been of."""
    drawn: list[str] = []

    class NoMap(Pane):
        def __init__(self, scene: Callable[[], Scene], language: Callable[[], str]) -> None:
            self.scene = scene
            self.told: list[tuple[str, Any]] = []

        def draw(self) -> Mapping[str, Html]:
            drawn.append(self.scene().caption)
            said = tag("p", f"map of {self.scene().caption}")
            return {"main": said, "side": tag("p", f"details {self.told}")}

        def act(self, action: str, value: Any) -> None:
            self.told.append((action, value))

    monkeypatch.setattr(step_map, "MapPane", NoMap)
    return drawn


def test_it_begins_where_the_lab_stands() -> None:
    pane = made(branched())
    assert looked_at(pane) == 6
    head = pane.draw()["head"]
    assert "docker rmi hello-world" in head
    assert "- image hello-world:latest" in head
    assert 'id="continue"' not in head


def test_stepping_follows_the_branch_and_leaves_the_lab() -> None:
    daemon = branched()
    pane = made(daemon)
    seen = []
    for action in ("back", "back", "back", "back", "back", "forward", "first", "last", "forward"):
        pane.act(action, None)
        seen.append(looked_at(pane))
    assert seen == [5, 2, 1, 0, 0, 1, 0, 6, 6]
    assert daemon.journal.head == 6


def test_a_step_of_another_branch_makes_that_the_one_to_step_through() -> None:
    pane = made(branched())
    pane.act("go", "3")
    pane.act("forward", None)
    assert looked_at(pane) == 4
    pane.act("back", None)
    pane.act("back", None)
    assert looked_at(pane) == 2
    pane.act("forward", None)
    assert looked_at(pane) == 3
    pane.act("branch", "6")
    pane.act("back", None)
    pane.act("back", None)
    pane.act("forward", None)
    assert looked_at(pane) == 5


@pytest.mark.parametrize(("action", "value"), [("last", None), ("at", "4"), ("go", "4")])
def test_a_way_stays_when_another_one_begins_on_it(action: str, value: str | None) -> None:
    daemon = branched()
    pane = made(daemon)
    pane.act("go", "3")
    pane.act("back", None)
    pane.act("first", None)
    pane.act(action, value)
    assert looked_at(pane) == 4
    daemon.go_to(1)
    daemon.tag("hello-world", "other")
    assert looked_at(pane) == 4
    pane.act("back", None)
    assert looked_at(pane) == 3


@pytest.mark.parametrize(("action", "value"), [
    ("go", "7"), ("go", "-1"), ("go", "9" * 5000), ("go", None), ("go", ["1"]), ("go", "１"),
    ("go", True), ("at", "99"), ("at", {}), ("branch", "x"), ("nothing", "1"), ("__init__", None)])
def test_what_a_browser_sends_may_be_anything(action: str, value: Any) -> None:
    daemon = branched()
    pane = made(daemon)
    pane.act(action, value)
    assert looked_at(pane) == 6
    assert daemon.journal.head == 6


def test_dragging_draws_the_map_where_it_comes_to_rest(maps: list[str]) -> None:
    pane = made(branched())
    pane.draw()
    maps.clear()
    for place in "3210":
        pane.act("at", place)
        assert looked_at(pane) == {"3": 5, "2": 2, "1": 1, "0": 0}[place]
        assert "map of Step 6" in pane.draw()["main"]
        assert 'data-play="settle"' in pane.draw()["main"]
    assert maps == []
    pane.act("settle", None)
    assert "map of beginning" in pane.draw()["main"]
    assert maps == ["beginning of the lab"]
    assert "settle" not in pane.draw()["main"]
    pane.act("at", "4")
    assert "map of Step 6" in pane.draw()["main"]
    assert "settle" not in pane.draw()["main"]


def test_a_step_is_told_before_its_map_is_drawn(maps: list[str]) -> None:
    pane = made(branched())
    pane.draw()
    maps.clear()
    pushed = []
    pane.push = lambda: pushed.append(pane.draw())
    pane.act("back", None)
    assert len(pushed) == 1
    assert "docker rmi mine:1" in pushed[0]["head"]
    assert "map of Step 6" in pushed[0]["main"]
    assert maps == []
    assert "map of Step 5" in pane.draw()["main"]
    pane.act("forward", None)
    pane.act("forward", None)
    assert len(pushed) == 1


def test_what_is_done_on_the_map_is_told_to_the_map() -> None:
    pane = made(branched())
    pane.draw()
    pane.act("select", "image x")
    pane.act("back", None)
    assert "details [(&#x27;select&#x27;, &#x27;image x&#x27;)]" in pane.draw()["foot"]


def test_play_goes_to_the_end_and_stops() -> None:
    pane = made(branched())
    pane.act("tick", None)
    assert looked_at(pane) == 6
    pane.act("play", None)
    seen = [looked_at(pane)]
    while 'data-play="tick"' in pane.draw()["head"]:
        pane.act("tick", None)
        seen.append(looked_at(pane))
    assert seen == [0, 1, 2, 5, 6]
    pane.act("play", None)
    pane.act("play", None)
    pane.act("tick", None)
    assert looked_at(pane) == 0
    pane.act("play", None)
    pane.act("forward", None)
    assert 'data-play="tick"' not in pane.draw()["head"]


def test_continue_moves_the_lab_and_the_next_command_begins_a_branch() -> None:
    daemon = branched()
    pane = made(daemon)
    pane.act("go", "4")
    head = pane.draw()["head"]
    assert "The next command goes on after step 4." in head
    assert "Steps that stay, as a branch: 5–6." in head
    pane.act("go", "1")
    assert "The next command begins a new branch." in pane.draw()["head"]
    pane.act("continue", None)
    assert daemon.journal.head == 1
    assert 'id="continue"' not in pane.draw()["head"]
    daemon.tag("hello-world", "other")
    assert looked_at(pane) == 7
    assert daemon.journal[7].parent == 1
    assert "branches: 3" in pane.draw()["head"]


def test_undo_and_redo() -> None:
    daemon = branched()
    pane = made(daemon)
    assert "The lab is here. The next command goes on after step 6." in pane.draw()["head"]
    pane.act("undo", None)
    assert looked_at(pane) == daemon.journal.head == 5
    assert "The lab is here. The next command begins a new branch." in pane.draw()["head"]
    pane.act("redo", None)
    assert looked_at(pane) == daemon.journal.head == 6
    pane.act("redo", None)
    assert "nothing to redo" in pane.draw()["head"]
    pane.act("back", None)
    assert "nothing to redo" not in pane.draw()["head"]
    pane.act("undo", None)
    assert looked_at(pane) == 5


def test_it_follows_the_lab_unless_one_looks_elsewhere() -> None:
    daemon = branched()
    pane = made(daemon)
    pane.draw()
    daemon.pull("hello-world")
    assert looked_at(pane) == 7
    daemon.undo()
    assert looked_at(pane) == 6
    pane.act("back", None)
    daemon.pull("hello-world")
    daemon.tag("hello-world", "x")
    assert looked_at(pane) == 5
    assert "New steps: 2" in pane.draw()["head"]
    pane.act("newest", None)
    assert looked_at(pane) == 9
    assert "New steps" not in pane.draw()["head"]
    daemon.tag("hello-world", "y")
    assert looked_at(pane) == 10


def test_a_long_session_stays_small() -> None:
    daemon = Daemon()
    daemon.pull("hello-world")
    for number in range(300):
        daemon.tag("hello-world", f"t:{number % 3}")
        if number % 10 == 0:
            daemon.undo()
    pane = made(daemon)
    drawn = pane.draw()
    assert sum(map(len, drawn.values())) < 40_000
    assert drawn["side"].count("<li") == 14
    assert "earlier" in drawn["side"]
    pane.act("go", "100")
    assert looked_at(pane) == 100
    assert "later" in pane.draw()["side"]


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_in_whatever_order_a_step_is_shown(seed: int) -> None:
    chance = random.Random(seed)
    daemon = branched()
    pane = made(daemon)
    actions = ("first", "back", "forward", "last", "newest", "go", "at", "branch", "play", "tick",
               "undo", "redo", "continue", "settle")
    for number in range(150):
        moved = chance.random()
        if moved < 0.15:
            daemon.pull("hello-world")
            daemon.tag("hello-world", f"t:{number}")
        elif moved < 0.3:
            daemon.go_to(chance.randrange(len(daemon.journal.rows)))
        head = daemon.journal.head
        action = chance.choice(actions)
        pane.act(action, str(chance.randrange(len(daemon.journal.rows))))
        assert 0 <= looked_at(pane) <= len(daemon.journal)
        if action not in ("undo", "redo", "continue"):
            assert daemon.journal.head == head


@pytest.mark.parametrize("language", ["ko", "en"])
def test_hostile_commands_are_text(language: str) -> None:
    lab = Lab(language=language)
    lab.docker(["rmi", EVIL])
    with lab.daemon.step(EVIL) as step:
        step.host_effects.append(EVIL)
    lab.undo()
    lab.docker(["tag", EVIL, "x" * 9000])
    pane = TimelinePane(lab.daemon, lambda: language)
    pane.act("go", "2")
    for html in pane.draw().values():
        root = ElementTree.fromstring(f"<div>{_closed(html)}</div>")
        assert not {"script", "img"} & {each.tag for each in root.iter()}
        assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]


def _closed(html: str) -> str:
    """Return HTML as XML: the one element here without an end, and attributes without a value."""
    html = re.sub(r"<input([^>]*)>", r"<input\1/>", html)
    return re.sub(r" (selected|disabled)(?=[ />])", r' \1=""', html)


def test_a_kept_lab_shows_what_another_process_did(tmp_path: Any) -> None:
    lab, other = Lab.open(tmp_path / "lab"), Lab.open(tmp_path / "lab")
    lab.docker("pull hello-world")
    pane = TimelinePane(lab.daemon, lambda: "en")
    assert looked_at(pane) == 1
    other.docker("tag hello-world theirs:1")
    other.docker("rmi nothing")
    other.undo()
    other.docker("rmi theirs:1")
    assert looked_at(pane) == 4
    side = pane.draw()["side"]
    assert "+ name theirs:1" in side
    assert "~ name theirs:1 (its image stays)" in side
    assert "exit code 1 · changed nothing" in side
    assert "branch from step 2" in side
    text = lab.show.timeline().text
    assert text == other.show.timeline().text
    assert "docker tag hello-world theirs:1" in text
    assert [step.command for step in lab.journal] == [step.command for step in other.journal]
