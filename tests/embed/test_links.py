"""Links: what is written is read again, and what anybody may have written is bounded."""

from __future__ import annotations

import re
import string
from pathlib import Path
from urllib.parse import parse_qs, quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagelab.embed import link
from imagelab.embed.links import (
    LONGEST,
    LONGEST_COMMAND,
    MOST_COMMANDS,
    VIEWS,
    LinkError,
    Situation,
    read,
    written,
)
from imagelab.embed.start import begin
from imagelab.messages import languages
from tests.browser.hostile import EVIL

_TEXT = st.text(max_size=40)
_COMMANDS = st.lists(
    st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=60)
    .map(lambda each: f"run {each}".rstrip()), max_size=6).map(tuple)
_VIEW = st.sampled_from(sorted(VIEWS)).flatmap(lambda name: st.tuples(
    st.just(name), st.lists(_TEXT, min_size=VIEWS[name][0], max_size=VIEWS[name][1])))
_START = st.sampled_from([("", ""), ("rmi-1", ""), ("", "04-rmi")])


@given(_START, st.integers(0, 999_999_999), _COMMANDS, st.none() | _VIEW, st.booleans(),
       st.sampled_from(("", *languages)))
def test_what_is_written_is_read_again(
    start: tuple[str, str], seed: int, commands: tuple[str, ...],
    view: tuple[str, list[str]] | None, terminal: bool, language: str,
) -> None:
    name, of = view or ("", [])
    situation = Situation(start[0], seed, start[1], commands, name, tuple(of), terminal, language)
    data = written(situation)
    assert read(data) == situation
    assert set(data) <= set(f"{string.ascii_letters}{string.digits}%&=-._~/:,")


@example("docker=%00+ps")
@example("docker=docker++docker+ps")
@example("docker=run%0d%00%0d%0als")
@given(st.text(max_size=300) | st.text("lev=rmi-1&docker%0A+view;of\ud800", max_size=300))
def test_whatever_stands_in_a_link_is_read_or_refused_in_words(data: str) -> None:
    refusal: LinkError | None = None
    try:
        found = read(data)
    except LinkError as error:
        refusal = error
    if refusal is None:
        assert len(found.commands) <= MOST_COMMANDS
        assert all(len(each) <= LONGEST_COMMAND for each in found.commands)
        assert read(written(found)) == found
    else:
        assert all(0 < len(refusal.said(language)) < 600 for language in languages)


def test_a_link_as_one_types_it() -> None:
    found = read("docker=pull busybox&docker=docker+tag+busybox+mine:1&view=layers&of=mine:1"
                 "&terminal=1&utm_source=mail")
    assert found == Situation(commands=("pull busybox", "tag busybox mine:1"), view="layers",
                              of=("mine:1",), terminal=True)
    assert read("level=RMI-1&seed=7") == Situation(level="rmi-1", seed=7)
    assert read("") == Situation()


@pytest.mark.parametrize("language", languages)
def test_the_links_of_the_guide_are_links(language: str, tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / language / "embed.md").read_text("utf-8")
    found = re.findall(r"https://HOST/COURSE/embed/#([^\s\"]+)", guide)
    found += re.findall(r"`(docker=run%[^`]+)`", guide)
    assert len(found) == 5
    begun = [begin(read(each), tmp_path, language) for each in found]
    assert [len(each.failed) for each in begun] == [0, 1, 0, 0, 0]
    assert all(f"`{name}`" in guide for name in VIEWS)


def test_links_from_python() -> None:
    made = link("https://lab.example/embed/", lesson="04-rmi", docker=["docker rmi 'a b'"],
                view="map")
    assert made == ("https://lab.example/embed/#lesson=04-rmi&docker=rmi%20%27a%20b%27&view=map")
    with pytest.raises(LinkError, match="There is no level “rmi-99”"):
        link("https://lab.example/embed/", level="rmi-99")


@pytest.mark.parametrize(("data", "said"), [
    ("level=rmi-11", "There is “rmi-1”, for one"),
    ("level=/etc/passwd", "There is no level"),
    ("level=../rmi-1.toml", "There is no level"),
    ("level=rmi-1&lesson=04-rmi", "both a level and a lesson"),
    ("lesson=4", "There are: 00-start, 01-commit"),
    ("view=maps", "There are: map, timeline"),
    ("view=layers", "is of 0 things in the link; it needs from 1 to 1"),
    ("view=compare&of=a", "from 2 to 6"),
    ("of=a", "names no view"),
    ("level=rmi-1&seed=-1", "seed is a number from 0"),
    ("seed=1234567890", "seed is a number from 0"),
    ("seed=²", "seed is a number from 0"),
    ("lang=fr", "There is no language “fr”"),
    ("view=layers&of=" + "a" * 501, "too long, at most 500"),
    ("docker=" + "a" * (LONGEST_COMMAND + 1), "at most 2000 characters"),
    ("&".join(["docker=ps"] * (MOST_COMMANDS + 1)), "at most 50"),
    ("&".join(["docker=ps"] * 200), "at most 50"),
    ("x" * (LONGEST + 1), "at most 20000 characters"),
])
def test_what_there_is_not_is_told(data: str, said: str) -> None:
    with pytest.raises(LinkError) as caught:
        read(data)
    assert said in str(caught.value)
    assert caught.value.said("en") == str(caught.value)
    assert any("가" <= char <= "힣" for char in caught.value.said("ko"))


@pytest.mark.parametrize("name", ["level", "lesson", "view", "seed", "lang"])
def test_what_is_told_of_a_link_is_short_and_can_be_seen(name: str) -> None:
    with pytest.raises(LinkError) as caught:
        read(f"{name}={quote(EVIL * 10)}")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_too_much_is_not_written() -> None:
    whole = Situation(commands=("run " + "가" * 1_000,) * 10)
    with pytest.raises(LinkError, match="at most 20000 characters"):
        written(whole)


def test_what_stands_in_a_link_is_a_query() -> None:
    data = written(Situation(commands=("run -i busybox\necho a&b=c#d", "ps"), view="map"))
    assert parse_qs(data) == {"docker": ["run -i busybox\necho a&b=c#d", "ps"], "view": ["map"]}


def test_what_no_address_can_hold_is_replaced() -> None:
    assert read(written(Situation(commands=("run \ud800",)))).commands == ("run ?",)
