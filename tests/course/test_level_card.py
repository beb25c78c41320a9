"""The card of a level, as the pane that it is: what one does, and what it then shows."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from imagelab.course.levels import notes
from imagelab.course.levels.card import CardPane, card
from imagelab.course.levels.play import Play
from imagelab.lab import Lab
from imagelab.views.html import Html
from tests.browser.hostile import EVIL

SOLUTION = "rmi spare:1"
WRONG = "rmi -f commit_test:first"


def level(folder: Path, more: str = "", **changes: str) -> Lab:
    """The lab of a level: the one that authors begin with."""
    data = (files("imagelab.course.levels") / "template.toml").read_text("utf-8")
    for old, new in changes.items():
        assert old in data
        data = data.replace(old, new)
    path = folder / "rmi-9.toml"
    path.write_text(f"{data}\n{more}", "utf-8")
    return Lab.level(str(path), language="en", folder=folder)


class Reader(HTMLParser):
    """What can be read, drawings left out, and the buttons that can be pressed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.buttons: set[str | None] = set()
        self._drawings = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self._drawings += tag == "svg"
        if tag == "button" and "aria-disabled" not in found:
            self.buttons.add(found.get("data-click"))

    def handle_endtag(self, tag: str) -> None:
        self._drawings -= tag == "svg"

    def handle_data(self, data: str) -> None:
        if not self._drawings:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class Player:
    """Someone at a card."""

    def __init__(self, lab: Lab) -> None:
        assert lab.play is not None
        self.lab = lab
        self.play: Play = lab.play
        self.pane = CardPane(lab.play, lambda: lab.language)
        self.drawn = 0
        self.pane.push = self._count

    def _count(self) -> None:
        self.drawn += 1

    def press(self, action: str) -> None:
        self.pane.act(action, None)

    @property
    def regions(self) -> Mapping[str, Html]:
        return self.pane.draw()

    def said(self, region: str = "") -> str:
        """What can be read, of one region or of all."""
        regions = self.regions
        shown = regions[region] if region else "".join(regions.values())
        return Reader(shown).text

    def can(self, action: str) -> bool:
        return action in Reader(self.regions["main"]).buttons


@pytest.fixture
def player(tmp_path: Path) -> Player:
    return Player(level(tmp_path))


def test_it_begins_with_the_task(player: Player) -> None:
    assert "Level rmi-9: Just one name" in player.said("head")
    assert "first steps" in player.said("head")
    assert "Remove the name spare:1, and no other." in player.said("main")
    assert "<code>spare:1</code>" in player.regions["main"]
    assert player.said("foot") == ""
    assert not player.can("undo")
    assert not player.can("redo")


def test_a_check_says_what_differs_and_shows_the_goal(player: Player) -> None:
    player.press("check")
    said = player.said("foot")
    assert "not yet" in said
    assert "The name spare:1 is still there." in said
    assert said.index("Now") < said.index("Goal")
    assert "<details id=\"maps\" open>" in player.regions["foot"]


def test_the_message_for_a_wrong_attempt_comes_first(player: Player) -> None:
    player.lab.docker(WRONG)
    player.press("check")
    said = player.said("foot")
    assert said.index("That was another name.") < said.index("What still differs")


def test_when_the_lab_moves_on_the_last_check_is_called_old(player: Player) -> None:
    old = "The lab has changed since this check"
    player.press("check")
    assert old not in player.said("foot")
    player.lab.docker("images")  # who only looks changes nothing
    assert old not in player.said("foot")
    player.lab.docker("tag ubuntu:14.04 other:1")
    assert old in player.said("foot")
    player.press("undo")
    assert "docker tag ubuntu:14.04 other:1" in player.said("main")
    assert old not in player.said("foot")


def test_solved_in_the_fewest_commands(player: Player) -> None:
    player.lab.docker(SOLUTION)
    player.press("check")
    said = player.said("foot")
    assert "✔ Level rmi-9: solved." in said
    assert "There is no shorter way" in said
    assert "One name of an image that has two" in said
    assert "<details" not in player.regions["foot"]


def test_solved_in_more_commands(player: Player) -> None:
    player.lab.docker("tag ubuntu:14.04 other:1")
    player.lab.docker("rmi other:1")
    player.lab.docker(SOLUTION)
    player.press("check")
    assert "changed the lab: 3. The shortest way takes 1." in player.said("foot")


def test_a_level_of_the_course_leads_to_the_next(tmp_path: Path) -> None:
    player = Player(Lab.level("start-1", language="en", folder=tmp_path))
    player.lab.shell.run(player.play.level.solution, lambda *_: None)
    player.press("check")
    assert "Next level: %level start-2" in player.said("foot")


def test_hints_come_one_by_one_and_stay(player: Player) -> None:
    first, second = player.play.level.texts["en"].hints
    player.press("hint")
    assert first in player.said("main")
    assert second.replace("`", "") not in player.said("main")
    player.press("hint")
    assert first in player.said("main")
    assert second.replace("`", "") in player.said("main")
    assert not player.can("hint")
    player.press("hint")
    assert player.play.hints == 2


def test_the_solution_is_shown_only_to_who_asks_twice(player: Player) -> None:
    player.press("solution")
    assert "does not count as solved" in player.said("main")
    assert f"docker {SOLUTION}" not in player.said("main")
    player.press("leave")
    assert "does not count as solved" not in player.said("main")
    player.press("solution")
    player.press("check")  # something else than an answer
    player.press("solution")
    assert not player.play.solution_shown
    player.press("solution")
    assert f"docker {SOLUTION}" in player.said("main")
    player.lab.docker(SOLUTION)
    player.press("check")
    assert "does not count as solved" in player.said("foot")


def test_who_has_solved_it_is_not_asked(player: Player) -> None:
    player.lab.docker(SOLUTION)
    player.press("check")
    player.press("solution")
    assert f"docker {SOLUTION}" in player.said("main")
    assert player.play.counts


def test_undo_redo_and_the_beginning(player: Player) -> None:
    player.lab.docker(SOLUTION)
    player.press("check")
    player.press("undo")
    assert player.can("redo")
    player.press("redo")
    player.press("redo")  # nothing left
    assert player.lab.journal.head == 1
    player.press("reset")
    assert player.lab.journal.head == 0
    assert player.said("foot") == ""
    assert "at its beginning again" in player.said("main")


def test_before_files_are_written_anew_it_asks(tmp_path: Path) -> None:
    player = Player(level(tmp_path, '[files]\n"note.txt" = "hello"'))
    note = tmp_path / "rmi-9" / "note.txt"
    assert "rmi-9/" in player.said("main")
    note.write_text("mine")
    player.press("reset")
    assert note.read_text() == "mine"
    assert "what you changed in them is lost" in player.said("main")
    player.press("reset")
    assert note.read_text() == "hello"


def test_files_that_cannot_be_written_are_told_of(tmp_path: Path) -> None:
    player = Player(level(tmp_path, '[files]\n"note.txt" = "hello"'))
    (tmp_path / "rmi-9" / "note.txt").unlink()
    (tmp_path / "rmi-9" / "note.txt").mkdir()
    player.press("reset")
    player.press("reset")
    assert "note.txt" in player.said("main")


def test_it_follows_the_magics(player: Player) -> None:
    player.lab.docker(WRONG)
    notes.check(player.play, "en")
    assert "not yet" in player.said("foot")
    assert "<details id=\"maps\">" in player.regions["foot"], "%check has them in its own cell"
    notes.hint(player.play, "en")
    notes.solution(player.play, "en")
    assert "Hint 1 of 2" in player.said("main")
    assert f"docker {SOLUTION}" in player.said("main")
    notes.reset(player.play, "en")
    assert player.said("foot") == ""
    assert player.drawn == 4
    player.press("check")
    assert player.drawn == 4, "it is drawn after what was done on it anyway"


def test_the_last_failure_is_explained(player: Player) -> None:
    assert not player.can("why")
    player.lab.docker("rmi ubuntu:15.04")
    player.lab.docker("images")
    assert player.can("why")
    player.press("why")
    assert "No such image: ubuntu:15.04" in player.said("main")
    player.press("check")
    assert "No such image" not in player.said("main")
    player.press("reset")
    assert not player.can("why"), "what is not on the way here"


def test_where_the_map_shows_no_difference_it_says_so(tmp_path: Path) -> None:
    player = Player(level(tmp_path, **{
        "docker rmi {name}:1\n": "docker volume create data\n",
        'kind = "references"': 'kind = "volume"\nname = "data"'}))
    player.press("check")
    assert "both look the same" in player.said("foot")


@pytest.mark.parametrize("action", ["", "nothing", "__init__", "leave"])
@pytest.mark.parametrize("value", [None, "x", [1], {"a": 1}])
def test_what_is_no_button_does_nothing(player: Player, action: str, value: Any) -> None:
    before = player.regions
    player.pane.act(action, value)
    assert player.regions == before


def test_it_speaks_the_language_of_the_lab_at_once(player: Player) -> None:
    player.press("check")
    player.press("hint")
    player.lab.language = "ko"
    assert "이름 하나만" in player.said("head")
    assert "이미지가 아니라 이름을 지웁니다." in player.said("main")
    assert "아직 남아 있습니다" in player.said("foot")
    assert "목표" in player.said("foot")


def test_what_a_file_says_is_text(tmp_path: Path) -> None:
    evil = EVIL.replace("\\", "\\\\").replace('"', '\\"').replace("\x1b", "\\u001b").replace(
        "\x07", "\\u0007")
    player = Player(level(tmp_path, **{
        "Just one name": evil[:70], "It is about a name, not an image.": evil,
        "That was another name. `%reset`, then remove `{name}:1` only.": evil,
        "Remove the name `{name}:1`, and no other.": f"{evil}`{evil}"}))
    player.lab.docker(WRONG)
    for action in ("check", "hint", "solution", "solution"):
        player.press(action)
        found, said = Reader("".join(player.regions.values())), player.said()
        assert found.tags.isdisjoint({"img", "script", "iframe"})
        assert not {"\u202e", "\x1b", "\x07"} & set(said)
        assert "onerror" in said


def test_what_files_in_a_lab_say_is_text(tmp_path: Path) -> None:
    player = Player(level(tmp_path, **{
        "docker rmi {name}:1\n": "docker run --name box commit_test:first sh -c 'echo a > /a'\n",
        'kind = "references"': 'kind = "file"\ncontainer = "box"\npath = "/a"'}))
    text = f"`\n<b>{EVIL}`\n"
    player.lab.docker("run -i --name box commit_test:first sh -c 'cat > /a'", stdin=text)
    player.press("check")
    said = player.said("foot")
    assert "onerror" in said
    assert "⏎" in said
    assert not {"\u202e", "\x1b", "\x07"} & set(said)
    assert Reader(player.regions["foot"]).tags.isdisjoint({"img", "script", "b"})


def test_without_a_kernel_it_is_the_task(tmp_path: Path) -> None:
    lab = level(tmp_path)
    assert lab.play is not None
    shown = card(lab.play, lambda: "en")
    (bundle, _) = shown._repr_mimebundle_()
    assert bundle == {"text/plain": shown.text, "text/html": shown.still._repr_mimebundle_()[
        "text/html"]}
    assert "`spare:1`" in repr(shown)
    assert "%check" in repr(shown)
    assert "<code>spare:1</code>" in bundle["text/html"]
