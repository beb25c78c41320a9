"""Markup out of values."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from imagelab.views.html import Html, join, raw, tag

HOSTILE = '"><script>alert(1)</script>&amp;\'<img src=x onerror=alert(2)>'


def test_children_are_escaped_unless_they_are_markup() -> None:
    assert tag("p", "a < b", tag("b", "c")) == "<p>a &lt; b<b>c</b></p>"


def test_iterables_are_flattened_and_none_left_out() -> None:
    assert tag("ul", (tag("li", n) for n in range(2)), None, ["x", [1.5]]) == (
        "<ul><li>0</li><li>1</li>x1.5</ul>")


def test_attributes() -> None:
    made = tag("input", class_="a b", data_click="go", disabled=True, checked=False, value=None,
               tabindex=0)
    assert made == '<input class="a b" data-click="go" disabled tabindex="0">'


class Reader(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("made", [
    tag("p", HOSTILE), join(tag("p"), HOSTILE), tag("p", [[HOSTILE]])])
def test_hostile_text_stays_text(made: Html) -> None:
    read = Reader(made)
    assert [name for name, _ in read.elements] == ["p"]
    assert read.text == HOSTILE


def test_hostile_attributes_stay_values() -> None:
    read = Reader(tag("p", title=HOSTILE))
    assert read.elements == [("p", {"title": HOSTILE})]


def test_bytes_that_are_no_text_do_not_break_a_page() -> None:
    assert tag("p", "\udcff", title="\udcff") == '<p title="?">?</p>'


def test_raw_is_believed() -> None:
    assert tag("div", raw("<svg></svg>")) == "<div><svg></svg></div>"
