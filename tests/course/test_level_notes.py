"""What the magics of levels show, as HTML and as plain text."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from imagelab.course.levels import notes
from imagelab.course.levels.library import own
from imagelab.course.levels.listing import listed
from imagelab.course.levels.notes import Note
from imagelab.course.markup import as_html
from imagelab.docker.table import display_width
from tests.course.test_level_card import SOLUTION, WRONG, level


def test_code_and_weight() -> None:
    assert as_html("a `b` **c** <d>") == "a <code>b</code> <strong>c</strong> &lt;d&gt;"
    assert as_html("`**kwargs` `<x>` ** not *") == (
        "<code>**kwargs</code> <code>&lt;x&gt;</code> ** not *")
    assert as_html("**`rm` it**") == "**<code>rm</code> it**"


def test_what_was_checked_is_the_same_on_every_run(tmp_path: Path) -> None:
    shown = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        lab = level(tmp_path / name)
        lab.docker(WRONG)
        assert lab.play is not None
        note = notes.check(lab.play, "ko")
        shown.append((repr(note), note._repr_html_()))
    assert shown[0] == shown[1]


def test_an_open_level_shows_two_pictures_that_run_nothing(tmp_path: Path) -> None:
    lab = level(tmp_path)
    assert lab.play is not None
    html = notes.check(lab.play, "en")._repr_html_()
    pictures = [unquote(each) for each in re.findall(r'data:image/svg\+xml,([^"]*)"', html)]
    assert len(pictures) == 2
    for picture in pictures:
        assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert "spare:1" in pictures[0]
    assert "spare:1" not in pictures[1]
    assert len(re.findall(r'alt="(Now|Goal): [^"]+"', html)) == 2
    assert "<svg" not in html, "Jupyter takes drawings out of notebooks that it does not trust"


def test_a_solved_level_shows_none(tmp_path: Path) -> None:
    lab = level(tmp_path)
    lab.docker(SOLUTION)
    assert lab.play is not None
    note = notes.check(lab.play, "en")
    assert repr(note).startswith("✔ ")
    assert "<img" not in note._repr_html_()


def test_lines_to_type_are_shown_as_they_are() -> None:
    code = "docker rmi `docker images -q` && echo '<b>' **x**"
    shown = Note("A way", code=code)
    root = ElementTree.fromstring(shown._repr_html_())
    (pre,) = root.iter("pre")
    assert pre.text == code
    assert repr(shown).endswith(code)


def test_the_list_has_a_row_for_every_level_under_its_lesson() -> None:
    shown = listed("ko", lambda name: "✔" if name == "start-1" else "")
    root = ElementTree.fromstring(shown._repr_html_())
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    assert [row[0] for row in rows[1:] if len(row) > 1] == list(own())
    assert [row[0] for row in rows if len(row) == 1] == list(
        dict.fromkeys(data["lesson"] for data in own().values()))
    assert [row[0] for row in rows if row[-1] == "✔"] == ["start-1"]
    assert all(each.get("scope") for each in root.iter("th"))


def test_the_columns_of_the_list_stand_below_each_other() -> None:
    head, *lines = repr(listed("ko")).splitlines()[1:]
    at = head.index("난이도")
    column = display_width(head[:at])
    for line in (line for line in lines if line and "  " in line):
        cut = next(n for n in range(len(line) + 1) if display_width(line[:n]) >= column)
        assert line[cut - 1] == " "
        assert line[cut] != " "
