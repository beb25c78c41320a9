from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from imagelab.daemon.journal import Journal
from imagelab.views.timeline.picture import timeline
from tests.views.journals import EVIL, branched, journal
from tests.views.pictures import SVG, text_areas


def words(svg: str | None) -> list[str]:
    assert svg is not None
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_text_twin_draws_branches() -> None:
    text = timeline(branched().journal, "en").text
    lines = [line.rstrip() for line in text.splitlines()]
    assert lines[0] == "Timeline · commands: 6 · branches: 2"
    assert lines[1] == "The lab stands at Step 6: docker rmi hello-world"
    graph = [line[:3] for line in lines if re.match(r"[*o |]{3} \d  ..:..:..  docker", line)]
    assert graph == ["*  ", "*  ", "o |", "o |", "  *", "  *"]
    assert "|-." in lines
    assert lines[-2] == ""
    assert lines[-1] == "* on the way to where the lab stands · o another branch, kept"


def test_the_text_twin_tells_what_happened() -> None:
    text = timeline(branched().journal, "en").text
    assert "+ image hello-world:latest, + layers: 1" in text
    assert "~ name mine:1 (its image stays)" in text
    assert "exit code 1" in text
    assert "outside the lab: wrote x.tar (undo does not take this back)" in text
    assert "branch from step 2" in text
    assert text.count("<- the lab is here") == 1


def test_undo_and_redo_move_the_mark_and_keep_the_steps() -> None:
    daemon = branched()
    daemon.undo()
    here = [line for line in timeline(daemon.journal, "en").text.splitlines() if "<-" in line]
    assert len(here) == 1
    assert "docker rmi mine:1" in here[0]
    assert "docker rmi hello-world" in timeline(daemon.journal, "en").text
    daemon.redo()
    assert timeline(daemon.journal, "en").text == timeline(branched().journal, "en").text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_picture_and_text_say_the_same(language: str) -> None:
    picture = timeline(branched().journal, language)
    drawn = " ".join(words(picture.svg))
    for step in branched().journal:
        assert step.command in picture.text
        assert step.command in drawn
    assert any("가" <= char <= "힣" for char in drawn) == (language == "ko")
    assert any("가" <= char <= "힣" for char in picture.text) == (language == "ko")
    assert picture.dot == ""


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_empty_session(language: str) -> None:
    picture = timeline(journal(), language)
    assert len(words(picture.svg)) >= 3
    assert "(" not in picture.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_long_session_is_bounded(language: str) -> None:
    picture = timeline(journal(*range(500), head=250), language)
    drawn = words(picture.svg)
    assert "docker command 250" in drawn
    assert "docker command 100" not in drawn
    assert len(drawn) < 150
    assert any("236" in line for line in drawn)
    assert len(picture.text.splitlines()) < 80
    assert any("235" in line for line in picture.text.splitlines())


@pytest.mark.parametrize("language", ["ko", "en"])
def test_hostile_commands_are_inert(language: str) -> None:
    picture = timeline(journal(0, 1, step1=EVIL, step2="x" * 5000), language)
    assert picture.svg is not None
    kinds = Counter(each.tag.removeprefix(SVG)
                    for each in ElementTree.fromstring(picture.svg).iter())
    assert set(kinds) <= {"svg", "g", "rect", "text", "path", "circle"}
    assert all(line.isprintable() for line in picture.text.splitlines())
    assert all(line.isprintable() for line in words(picture.svg))
    assert max(map(len, picture.text.splitlines())) < 160


def rows(svg: str | None) -> list[ElementTree.Element]:
    assert svg is not None
    found = [each for each in ElementTree.fromstring(svg).iter(f"{SVG}g")
             if each.findall(f"{SVG}text")]
    assert found
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("made", [
    branched().journal, journal(0, 1, 1, step1="M" * 300, step2="한글" * 200, step3=EVIL)])
def test_texts_fit_and_do_not_overlap(made: Journal, language: str) -> None:
    svg = timeline(made, language).svg
    for row in rows(svg):
        areas = sorted((each for each in text_areas(row) if each.right > each.left),
                       key=lambda area: (round(area.bottom), area.left))
        assert all(area.right <= 840 and area.left >= 0 for area in areas)
        assert not any(first.overlaps(second) for first, second in pairwise(areas)
                       if abs(first.bottom - second.bottom) < 1)


def test_the_same_journal_gives_the_same_picture() -> None:
    first, second = (timeline(branched().journal, "ko") for _ in range(2))
    assert first.svg == second.svg
    assert first.text == second.text
