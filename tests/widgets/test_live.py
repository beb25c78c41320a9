"""A widget and its lab: when it draws, and what it sends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.views.html import Html, tag
from imagelab.widgets.pane import Pane

pytest.importorskip("anywidget", reason="install imagelab[lab]")

from imagelab.widgets.live import Live


class Counting(Pane):
    """Draws how many images there are, and counts its drawings."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.drawn = 0
        self.told: list[tuple[str, Any]] = []

    def draw(self) -> Mapping[str, Html]:
        self.drawn += 1
        return {"head": tag("p", len(self.daemon.state.images)), "main": tag("p", "<same>")}

    def act(self, action: str, value: Any) -> None:
        self.told.append((action, value))
        if action == "fail":
            raise RuntimeError("of the pane")
        if action == "work":
            self.daemon.pull("hello-world")
            self.push()
            assert sent[-1] == {"head": "<p>1</p>"}


sent: list[dict[str, Any]] = []


class Noted(Live):
    """Keeps what would go to a page."""

    def _send(self, msg: dict[str, Any], buffers: Any = None) -> None:
        if msg.get("method") == "update":
            sent.append(msg["state"])


@pytest.fixture(autouse=True)
def nothing_sent() -> None:
    sent.clear()


def made() -> tuple[Daemon, Counting, Noted]:
    daemon = Daemon()
    pane = Counting(daemon)
    return daemon, pane, Noted(pane, daemon, lambda: "en")


def show(live: Live, page: str = "p", shown: bool = True) -> None:
    live._receive(None, {"page": page, "shown": shown}, [])


def test_what_was_drawn_first_is_there_before_any_page() -> None:
    _, _, live = made()
    assert (live.head, live.main, live.side) == ("<p>0</p>", "<p>&lt;same&gt;</p>", "")


def test_steps_are_drawn_only_while_a_page_shows_it() -> None:
    daemon, pane, live = made()
    daemon.pull("hello-world")
    assert live.head == "<p>0</p>"
    show(live)
    assert live.head == "<p>1</p>"
    daemon.remove_image("hello-world")
    assert live.head == "<p>0</p>"
    show(live, "other")
    show(live, shown=False)
    daemon.pull("hello-world")
    assert live.head == "<p>1</p>"
    show(live, "other", shown=False)
    before = pane.drawn
    daemon.remove_image("hello-world")
    assert pane.drawn == before


def test_steps_are_still_drawn_after_something_was_done_on_the_page() -> None:
    daemon, _, live = made()
    show(live)
    live._receive(None, {"page": "p", "action": "x", "value": None, "number": 1}, [])
    daemon.pull("hello-world")
    assert live.head == "<p>1</p>"


def test_only_what_changed_is_sent() -> None:
    daemon, _, live = made()
    show(live)
    sent.clear()
    daemon.pull("hello-world")
    assert sent == [{"head": "<p>1</p>"}]


def test_an_event_is_answered_even_if_the_pane_fails() -> None:
    _, pane, live = made()
    live._receive(None, {"action": "x", "value": [1], "number": 5}, [])
    assert live.done == 5
    with pytest.raises(RuntimeError, match="of the pane"):
        live._receive(None, {"action": "fail", "value": None, "number": 6}, [])
    assert live.done == 6
    assert pane.told == [("x", [1]), ("fail", None)]


@pytest.mark.parametrize("content", [None, [], "action", 7])
def test_what_is_no_message_is_ignored(content: Any) -> None:
    _, pane, live = made()
    live._receive(None, content, [])
    assert pane.told == []


def test_a_pane_at_work_can_show_how_far_it_is() -> None:
    _, _, live = made()
    live._receive(None, {"action": "work", "number": 1}, [])
    assert live.head == "<p>1</p>"


def test_steps_of_one_cell_and_of_other_threads_make_one_drawing() -> None:
    async def cell() -> tuple[int, int]:
        daemon, pane, live = made()
        show(live)
        before = pane.drawn
        daemon.pull("hello-world")
        other = threading.Thread(target=daemon.tag, args=("hello-world", "mine"))
        other.start()
        other.join()
        during = pane.drawn - before
        await asyncio.sleep(0.01)
        assert live.head == "<p>1</p>"
        return during, pane.drawn - before

    assert asyncio.run(cell()) == (0, 1)


def test_a_closed_widget_listens_no_longer() -> None:
    daemon, pane, live = made()
    show(live)
    live.close()
    before = pane.drawn
    daemon.pull("hello-world")
    assert pane.drawn == before
