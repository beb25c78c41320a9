"""The session beside a page: what it answers to the page's messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from imagelab.embed.links import VIEWS
from imagelab.embed.session import Session
from tests.browser.hostile import EVIL

ADDRESS = "https://lab.example/embed/index.html"


class Page:
    """The other end: what it has been sent, and what its panes show by now."""

    def __init__(self, folder: Path, link: str, language: str = "en") -> None:
        self.sent: list[dict[str, Any]] = []
        self.folder = folder / "work"
        self.session = Session(lambda data: self.sent.append(json.loads(data)), self.folder)
        self.open(link, language)

    def open(self, link: str, language: str = "en") -> None:
        self.say(open={"link": link, "language": language, "address": ADDRESS})
        self.begun = self.sent[-1]
        self.panes = {each["name"]: dict(each["state"]) for each in self.begun["open"]}
        for name in self.panes:
            self.say(pane=name, content={"page": "p", "shown": True})

    def say(self, **message: Any) -> None:
        before = len(self.sent)
        self.session.receive(json.dumps(message))
        for each in self.sent[before:]:
            if "pane" in each:
                self.panes[each["pane"]].update(each["state"])

    def act(self, pane: str, action: str, value: Any = None, number: int = 1) -> None:
        self.say(pane=pane, content={"action": action, "value": value, "number": number})

    def type(self, line: str) -> None:
        self.act("terminal", "line", {"line": line})

    def html(self, *panes: str) -> str:
        return "".join(str(self.panes[name][region]) for name in panes or self.panes
                       for region in ("head", "main", "side", "foot"))


def test_a_level_is_played_on_its_page(tmp_path: Path) -> None:
    page = Page(tmp_path, "level=rmi-1")
    assert list(page.panes) == ["card", "terminal", "view", "sharing"]
    assert page.begun["title"].startswith("Level rmi-1: ")
    assert page.begun["language"] == "en"
    page.type("docker rm reader")
    page.type("docker rmi notes:1")
    page.act("card", "check")
    assert "solved" in page.html("card")
    assert f'href="{ADDRESS}#level=rmi-2&amp;lang=en"' in page.html("card")
    assert "docker=rm%20reader" in page.html("sharing")


def test_the_next_level_takes_the_place_of_the_last(tmp_path: Path) -> None:
    page = Page(tmp_path, "level=build-1")
    assert [each.name for each in page.folder.iterdir()] == ["build-1"]
    page.open("level=rmi-2", "ko")
    assert page.begun["title"].startswith("레벨 rmi-2")
    assert list(page.folder.iterdir()) == []
    page.type("docker images")
    assert "commit_test" in page.html("terminal")


def test_every_pane_follows_what_is_typed(tmp_path: Path) -> None:
    page = Page(tmp_path, "lesson=04-rmi&view=space")
    assert [(each["name"], bool(each["fold"])) for each in page.begun["open"]] == [
        ("view", False), ("terminal", True), ("sharing", True)]
    before = page.html("view")
    page.type("docker rmi commit_test:second")
    assert page.html("view") != before
    assert "rmi%20commit_test:second" in page.html("sharing")


def test_only_what_changed_is_sent_and_each_event_is_answered(tmp_path: Path) -> None:
    page = Page(tmp_path, "view=map")
    count = len(page.sent)
    page.act("view", "nothing", number=7)
    assert page.sent[count:] == [{"pane": "view", "state": {"done": 7}}]


def test_the_terminal_is_open_where_the_link_says_so(tmp_path: Path) -> None:
    folds = {each["name"]: each["fold"]
             for each in Page(tmp_path, "view=map&terminal=1").begun["open"]}
    assert not folds["terminal"]
    assert list(Page(tmp_path, "view=terminal").panes) == ["terminal", "sharing"]


OF = {"layers": ["commit_test:first"], "compare": ["commit_test:first", "commit_test:second"],
      "predict": ["rmi commit_test:second"], "plan": ["rmi commit_test:second"],
      "name": ["localhost:5000/a:1"], "sharing": []}


@pytest.mark.parametrize("view", sorted(VIEWS))
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_view_is_shown(view: str, language: str, tmp_path: Path) -> None:
    pairs = [("lesson", "04-rmi"), ("view", view), *(("of", each) for each in OF.get(view, []))]
    page = Page(tmp_path, urlencode(pairs), language)
    where = "terminal" if view == "terminal" else "view"
    assert "cannot be shown" not in page.html()
    assert len(page.html(where)) > 300
    page.type("docker rmi -f $(docker images -q)")
    page.type("docker images")  # whatever is gone, the page goes on
    assert "REPOSITORY" in page.html("terminal")


@pytest.mark.parametrize(("link", "said"), [
    ("view=layers&of=nothing", "The view “layers” of nothing cannot be shown: No such image"),
    ("view=predict&of=pull a", "The view “predict” of pull a cannot be shown:"),
    ("view=sharing&of=nothing", "The view “sharing” of nothing cannot be shown: No such image"),
])
def test_a_view_of_nothing_is_told_and_the_terminal_is_there(
    link: str, said: str, tmp_path: Path,
) -> None:
    page = Page(tmp_path, link)
    assert said in page.html("view")
    page.type("docker pull busybox")
    assert "Pull complete" in page.html("terminal")


def test_what_the_link_asks_for_and_there_is_not_is_told_alone(tmp_path: Path) -> None:
    page = Page(tmp_path, "level=nothing", "ko")
    assert list(page.panes) == ["notice"]
    assert "“nothing” 레벨은 없습니다" in page.html("notice")
    page.open("level=rmi-1")
    assert list(page.panes) == ["card", "terminal", "view", "sharing"]


def test_failed_commands_are_told_with_what_docker_said(tmp_path: Path) -> None:
    page = Page(tmp_path, "docker=rmi+nothing&docker=pull+busybox&view=map")
    said = page.html("notice")
    assert "1 of 2" in said
    assert "<code>docker rmi nothing</code>" in said
    assert "No such image: nothing:latest" in said
    assert "docker rmi nothing" in page.html("terminal")


@pytest.mark.parametrize("name", ["level", "lesson", "view", "seed", "lang", "docker", "of"])
def test_nothing_of_a_link_becomes_markup(name: str, tmp_path: Path) -> None:
    for more in ("", "&view=layers", "&lesson=04-rmi&view=name"):
        page = Page(tmp_path, f"{name}={quote(EVIL)}{more}")
        assert "<img" not in page.html()
        assert "<script" not in page.html()
        assert "<iframe" not in page.html()


def test_a_language_that_there_is_not_is_english(tmp_path: Path) -> None:
    assert Page(tmp_path, "view=map", "fr").begun["language"] == "en"


@pytest.mark.parametrize("data", [
    "null", "[]", "{}", '{"open": 1}', '{"pane": "view"}', '{"pane": [], "content": 1}',
    '{"pane": "view", "content": {"action": 1, "number": "x"}}'])
def test_what_is_no_message_is_ignored(data: str, tmp_path: Path) -> None:
    page = Page(tmp_path, "view=map")
    count = len(page.sent)
    page.session.receive(data)
    assert page.sent[count:] == []


def test_bytes_that_are_no_text_reach_the_page_as_text(tmp_path: Path) -> None:
    page = Page(tmp_path, "docker=pull+busybox&view=map")
    page.type("docker run --name box busybox touch $(printf 'a\\377b')")
    page.type("docker diff box")
    assert "A /a\ufffdb" in page.html("terminal")
    assert "Not in the link" in page.html("sharing")
    assert "diff%20box" in page.html("sharing")
    assert json.dumps(page.sent, ensure_ascii=False).encode("utf-8")
