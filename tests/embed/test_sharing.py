"""Links to what a page shows now: they lead there again."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from imagelab.embed.links import MOST_COMMANDS, Situation, read
from imagelab.embed.sharing import SharingPane, typed
from imagelab.embed.start import Begun, begin
from imagelab.views.map import layer_map
from imagelab.views.map.text import text

ADDRESS = "https://lab.example/embed/index.html"


class Fields(HTMLParser):
    """What stands in the fields of a page, by their IDs, and the markup of frames in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._field = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "textarea":
            self._field = dict(attrs)["id"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._field = ""

    def handle_data(self, data: str) -> None:
        if self._field:
            self.fields[self._field] = self.fields.get(self._field, "") + data


def lines(found: Begun, *typed_lines: str) -> Begun:
    for each in typed_lines:
        found.prompt.submit(each)
    return found


def shared(found: Begun, situation: Situation) -> Fields:
    return Fields(str(SharingPane(situation, found.lab, ADDRESS).draw()["main"]))


@pytest.mark.parametrize(("lesson", "typed_lines"), [
    ("04-rmi", ["docker images", "docker rmi commit_test:first",
                "docker rmi -f commit_test:second"]),
    ("", ["docker run -it --name box busybox", "echo 'a b' > /note", "exit",
          "docker commit -m 'it is &<done>' box note:1", "docker container prune", "y"]),
    ("", ["docker run -it --name box busybox", "echo left > /open"]),
    ("", ["for n in 1 2 3; do docker tag $(docker pull -q busybox) b:$n; done"]),
])
def test_a_link_leads_to_where_the_lab_stands(
    tmp_path: Path, lesson: str, typed_lines: list[str],
) -> None:
    situation = Situation(lesson=lesson, view="map")
    before = lines(begin(situation, tmp_path, "en"), *typed_lines)
    link = shared(before, situation).fields["link"]
    address, _, data = link.partition("#")
    assert address == "https://lab.example/embed/"
    after = begin(read(data), tmp_path, "en")
    assert drawn(after) == drawn(before)
    assert after.prompt.text == before.prompt.text
    assert shared(after, read(data)).fields["link"] == link


def drawn(found: Begun) -> str:
    return text(layer_map(found.lab.state), "en")


def test_what_was_taken_back_is_not_in_the_link(tmp_path: Path) -> None:
    found = lines(begin(Situation(), tmp_path, "en"), "docker pull busybox", "docker pull alpine")
    found.lab.undo()
    assert typed(found.lab.journal.path(0)).commands == ("pull busybox",)


def test_what_no_link_can_have_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\n")
    found = lines(begin(Situation(), tmp_path, "en"), "docker build -q -t built .",
                  "docker run --name box busybox", "docker export box | docker import - flat:1",
                  "docker login", "someone", "a secret")
    done = typed(found.lab.journal.path(0))
    assert done.commands == ("run --name box busybox",)
    assert done.left_out == ("docker build -q -t built .", "docker import - flat:1")
    page = str(SharingPane(Situation(), found.lab, ADDRESS).draw()["main"])
    assert "Not in the link" in page
    assert "docker import - flat:1" in page
    assert "secret" not in page


def test_too_many_commands_make_no_link_and_say_so(tmp_path: Path) -> None:
    found = lines(begin(Situation(), tmp_path, "en"), "docker pull -q busybox",
                  *(f"docker tag busybox b:{number}" for number in range(MOST_COMMANDS)))
    page = shared(found, Situation())
    assert page.fields == {}
    said = str(SharingPane(Situation(), found.lab, ADDRESS).draw()["main"])
    assert f"at most {MOST_COMMANDS}" in said


def test_the_frame_is_markup_of_one_frame_whatever_was_typed(tmp_path: Path) -> None:
    found = lines(begin(Situation(), tmp_path, "en"),
                  """docker tag '"></textarea><script>alert(1)</script>' 'x&"y'""")
    page = shared(found, Situation())
    assert "script" not in [tag for tag, _ in page.tags]
    (tag, attributes), = Fields(page.fields["frame"]).tags
    assert tag == "iframe"
    assert attributes["src"] == page.fields["link"]
    assert read(page.fields["link"].partition("#")[2]).commands[0].startswith("tag '\"></textarea>")
