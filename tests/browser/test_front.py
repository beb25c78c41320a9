"""The front end itself, on a pane made for it: what is kept, what is heard, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.views.html import Html, join, raw, tag
from imagelab.widgets.pane import Pane
from tests.browser.stage import Stage

HOSTILE = '<img src=x onerror="window.hit = 1">"><script>window.hit = 2</script>'


class Sample(Pane):
    """Shows what it is given, and notes what it is told."""

    def __init__(self, draw: Callable[[], Mapping[str, Html]]) -> None:
        self.told: list[tuple[str, Any]] = []
        self._draw = draw

    def draw(self) -> Mapping[str, Html]:
        return self._draw()

    def act(self, action: str, value: Any) -> None:
        self.told.append((action, value))


def shown(stage: Stage, *children: Html, daemon: Daemon | None = None) -> Sample:
    pane = Sample(lambda: {"main": join(*children)})
    stage.mount(pane, daemon or Daemon())
    return pane


def test_clicks_and_keys_reach_the_pane(stage: Stage) -> None:
    pane = shown(
        stage, tag("button", "go", data_click="go", data_value="7"),
        raw('<svg width="50" height="50"><g tabindex="0" role="button" aria-label="node" '
            'data-click="select" data-value="n"><rect width="40" height="40"></rect></g></svg>'))
    stage.page.get_by_role("button", name="go").click()
    node = stage.page.get_by_role("button", name="node")
    node.click()
    node.focus()
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press(" ")
    stage.settle()
    assert pane.told == [("go", "7"), ("select", "n"), ("select", "n"), ("select", "n")]


def test_typed_text_is_told_after_a_pause_and_not_overwritten(stage: Stage) -> None:
    words: list[str] = []
    pane = Sample(lambda: {"head": join(
        tag("input", type="text", id="q", aria_label="query", data_input="query",
            value=words[-1] if words else ""), tag("b", len(words)))})
    pane.act = lambda action, value: words.append(value)  # type: ignore[method-assign]
    stage.mount(pane, Daemon())
    box = stage.page.get_by_label("query")
    box.press_sequentially("first second", delay=40)
    stage.settle()
    assert box.input_value() == "first second"
    assert words[-1] == "first second"
    assert len(words) < 12


def test_forms_checkboxes_radios_and_selects(stage: Stage) -> None:
    pane = shown(
        stage,
        tag("form", tag("input", type="text", name="line", aria_label="line"),
            tag("input", type="radio", name="kind", value="a", aria_label="a"),
            tag("input", type="radio", name="kind", value="b", aria_label="b"),
            tag("button", "run"), data_submit="run"),
        tag("input", type="checkbox", aria_label="all", data_input="all", data_value="x"),
        tag("select", tag("option", "one"), tag("option", "two"), aria_label="which",
            data_input="which"))
    stage.page.get_by_label("line").fill("rmi a")
    stage.page.get_by_label("b", exact=True).check()
    stage.page.get_by_role("button", name="run").click()
    stage.page.get_by_label("all").check()
    stage.page.get_by_label("which").select_option("two")
    stage.settle()
    assert pane.told == [
        ("run", {"line": "rmi a", "kind": "b"}), ("all", ["x", True]), ("which", "two")]


def test_only_a_reader_toggles(stage: Stage) -> None:
    """Details that the kernel drew open, or opens, tell nothing."""
    is_open = [True]

    def draw() -> Mapping[str, Html]:
        return {"main": tag("details", tag("summary", "etc"), "x", id="d", data_toggle="folder",
                            data_value="/etc", open=is_open[0])}

    pane = Sample(draw)
    daemon = Daemon()
    stage.mount(pane, daemon)
    is_open[0] = False
    daemon.pull("hello-world")
    stage.settle()
    assert pane.told == []
    stage.page.get_by_text("etc").click()
    stage.settle()
    assert pane.told == [("folder", ["/etc", True])]


def test_keys_of_a_field(stage: Stage) -> None:
    pane = shown(stage, tag("input", type="text", aria_label="prompt", data_key_action="key",
                            data_keys="ArrowUp Tab Ctrl+c"))
    box = stage.page.get_by_label("prompt")
    box.fill("docker ru")
    box.press("Tab")
    box.press("ArrowUp")
    box.press("Control+c")
    box.press("x")
    stage.settle()
    assert pane.told == [("key", ["Tab", "docker ru", 9]), ("key", ["ArrowUp", "docker ru", 9]),
                         ("key", ["Ctrl+c", "docker ru", 9])]


def test_focus_scroll_and_open_details_survive_a_redraw(stage: Stage) -> None:
    count = [0]

    def draw() -> Mapping[str, Html]:
        count[0] += 1
        return {"main": join(
            [tag("p", f"new {n}") for n in range(count[0])],
            tag("button", "go", id="go", data_click="go"),
            tag("details", tag("summary", "more"), tag("p", "inside"), id="d"),
            tag("div", tag("div", "tall", style="height: 900px"), id="scroll", tabindex="0",
                style="height: 100px; overflow: auto"))}

    stage.mount(Sample(draw), Daemon())
    page = stage.page
    page.get_by_text("more").click()
    page.evaluate("document.querySelector('[id$=scroll]').scrollTop = 77")
    page.get_by_role("button", name="go").focus()
    page.keyboard.press("Enter")
    stage.settle()
    assert page.get_by_text("new 1").is_visible()
    assert page.get_by_text("inside").is_visible()
    assert page.evaluate("document.querySelector('[id$=scroll]').scrollTop") == 77
    assert page.evaluate("document.activeElement.textContent") == "go"


@pytest.mark.parametrize("before", [
    [tag("p", "one"), tag("p", "two")], [tag("p", "one", id="one")], [tag("h3", "one")],
    [tag("div", tag("div", "one"))]])
def test_a_syllable_is_put_together_while_the_field_moves(stage: Stage, before: list[Html]) -> None:
    words: list[str] = []
    pane = Sample(lambda: {"main": join(before if len(words) % 2 else [], tag("div", tag(
        "label", "query", tag("input", type="text", id="q", data_input="query",
                              value=words[-1] if words else ""))))})
    pane.act = lambda action, value: words.append(value)  # type: ignore[method-assign]
    stage.mount(pane, Daemon())
    box = stage.page.get_by_label("query")
    box.focus()
    box.evaluate("box => box.onblur = () => { window.hit = 1; }")
    keyboard = stage.page.context.new_cdp_session(stage.page)
    for part in ("ㅎ", "하", "한"):
        keyboard.send("Input.imeSetComposition",
                      {"text": part, "selectionStart": 1, "selectionEnd": 1})
        stage.settle()
    keyboard.send("Input.insertText", {"text": "한"})
    box.press_sequentially("x")
    stage.settle()
    assert box.input_value() == "한x"
    assert {"ㅎ", "하", "한", "한x"} == set(words)
    assert stage.page.evaluate("window.hit") is None


def test_elements_that_change_their_order_and_repeat_an_id_are_all_there(stage: Stage) -> None:
    drawn = [["a", "b", "c"], ["c", "a", "b"], ["b", "b", "x"], ["x"], ["c", "x", "a"]]
    turn = [0]
    pane = Sample(lambda: {"main": join([tag("button", name, id=f"{name}-button", data_click="go")
                                         for name in drawn[turn[0]]])})
    daemon = Daemon()
    stage.mount(pane, daemon)
    for at, names in enumerate(drawn):
        turn[0] = at
        daemon.pull("hello-world" if at % 2 else "busybox")
        daemon.remove_image("hello-world" if at % 2 else "busybox")
        stage.settle()
        assert stage.page.get_by_role("button").all_inner_texts() == names


def test_what_was_typed_is_not_lost_when_the_field_is_left_at_once(stage: Stage) -> None:
    words: list[str] = []
    pane = Sample(lambda: {"main": join(
        tag("input", type="text", id="q", aria_label="query", data_input="query",
            value=words[-1] if words else ""), tag("button", "next"))})
    pane.act = lambda action, value: words.append(value)  # type: ignore[method-assign]
    stage.mount(pane, Daemon())
    box = stage.page.get_by_label("query")
    box.press_sequentially("abc")
    stage.settle()
    assert box.evaluate("""box => {
        box.value = "abcd";
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.blur();
        return Boolean(document.querySelector(".imagelab[aria-busy]"));
    }""")
    stage.settle()
    assert words[-1] == box.input_value() == "abcd"


def test_a_step_of_the_lab_is_seen(stage: Stage) -> None:
    daemon = Daemon()
    stage.mount(Sample(lambda: {"main": tag("p", f"{len(daemon.state.images)} images")}), daemon)
    assert stage.page.get_by_text("0 images").is_visible()
    daemon.pull("hello-world")
    stage.settle()
    assert stage.page.get_by_text("1 images").is_visible()


def test_a_pane_that_no_page_shows_is_not_drawn(stage: Stage) -> None:
    drawn: list[int] = []
    daemon = Daemon()

    def draw() -> Mapping[str, Html]:
        drawn.append(1)
        return {}

    stage.mount(Sample(draw), daemon)
    stage.page.evaluate("window.leave()")
    stage.settle()
    before = len(drawn)
    daemon.pull("hello-world")
    assert len(drawn) == before


def test_playing_waits_for_answers_and_ends(stage: Stage) -> None:
    ticks: list[int] = []
    pane = Sample(lambda: {"head": tag(
        "p", len(ticks), data_play="next" if len(ticks) < 3 else None, data_every="60")})
    pane.act = lambda action, value: ticks.append(1)  # type: ignore[method-assign]
    stage.mount(pane, Daemon())
    stage.page.wait_for_timeout(900)
    assert len(ticks) == 3


def test_pictures_zoom_by_button_key_and_wheel_and_a_drag_is_no_click(stage: Stage) -> None:
    pane = shown(
        stage, tag("button", "larger", data_zoom_in=True), tag("button", "fit", data_zoom_fit=True),
        tag("div", raw('<svg viewBox="0 0 1500 900"><g role="button" tabindex="0" aria-label="n" '
                       'data-click="select" data-value="n"><rect width="1500" height="900">'
                       "</rect></g></svg>"), id="z", data_zoom=True, tabindex="0"))
    page = stage.page

    def width() -> float:
        return float(page.locator("[data-zoom] svg").bounding_box()["width"])

    readable = width()
    assert readable == pytest.approx(2000 * 0.8, abs=2), "natural size is 2000 pixels"
    page.get_by_role("button", name="larger").click()
    assert width() == pytest.approx(readable * 1.25, rel=0.01)
    page.locator("[data-zoom]").focus()
    page.keyboard.press("+")
    assert width() == pytest.approx(readable * 1.25**2, rel=0.01)
    page.get_by_role("button", name="fit").click()
    box = page.locator("[data-zoom]").bounding_box()
    assert width() <= box["width"]
    assert page.locator("[data-zoom] svg").bounding_box()["height"] <= box["height"]
    page.mouse.move(400, 300)
    page.mouse.down()
    page.mouse.move(300, 250, steps=3)
    page.mouse.up()
    stage.settle()
    assert pane.told == []
    page.mouse.click(400, 300)
    stage.settle()
    assert pane.told == [("select", "n")]


def test_two_views_do_not_share_ids(stage: Stage) -> None:
    shown(stage, tag("label", "name", for_="x"), tag("input", id="x", type="text"),
          raw('<svg><defs><pattern id="h"></pattern></defs><rect fill="url(#h)"></rect></svg>'))
    page = stage.page
    assert page.evaluate("document.getElementById('x')") is None
    assert page.get_by_label("name").count() == 1
    fill = page.locator("svg rect").get_attribute("fill")
    assert page.evaluate("id => !!document.getElementById(id)", fill[5:-1])


def test_a_view_whose_kernel_has_gone_is_a_picture(stage: Stage) -> None:
    pane = shown(stage, tag("button", "go", data_click="go"))
    page = stage.page
    page.evaluate("document.getElementById('stage').classList.add('jupyter-widgets-disconnected')")
    page.evaluate("window.fire('comm_live_update')")
    page.get_by_text("run the cell again").wait_for()
    assert page.get_by_role("button", name="go").is_disabled()
    assert pane.told == []


def test_hostile_text_is_inert(stage: Stage) -> None:
    shown(stage, tag("p", HOSTILE, title=HOSTILE),
          tag("button", HOSTILE, data_click="x", data_value=HOSTILE))
    stage.settle()
    assert stage.page.evaluate("window.hit") is None
    assert stage.page.locator(".imagelab img, .imagelab script").count() == 0


@pytest.mark.parametrize("value", [None, 7, {"a": [1]}, "x" * 10, []])
def test_whatever_a_page_sends_is_taken(stage: Stage, value: Any) -> None:
    shown(stage)
    for message in ({}, {"action": value}, {"action": "x", "number": value},
                    {"page": value, "shown": value}):
        stage.page.evaluate("message => window.kernel(message)", message)
