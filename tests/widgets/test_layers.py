"""The layers view without a browser: what it draws, and what it makes of what it is told."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.model.node import Changes, file
from imagelab.views.layers.path_key import key, path_of
from imagelab.widgets.layers import LayersPane
from tests.browser.hostile import hostile_lab
from tests.formats.archives import config, item, pack
from tests.formats.blobs import written


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.names: list[str] = []
        self.ids: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]


def parsed(pane: LayersPane, region: str = "") -> _Words:
    words = _Words()
    drawn = pane.draw()
    words.feed(drawn[region] if region else "".join(drawn.values()))
    return words


def said(pane: LayersPane, region: str = "") -> str:
    return " ".join(" ".join(parsed(pane, region).words).split())


@pytest.fixture
def lab() -> Lab:
    lab = Lab(language="en")
    for line in ("pull ubuntu:14.04",
                 "run --name one ubuntu:14.04 sh -c 'echo hello > /first; mkdir /d; echo 1 > /d/x'",
                 "commit one commit_test:first",
                 "run --name two commit_test:first sh -c 'rm -r /d; echo more >> /first'",
                 "commit two commit_test:second"):
        assert lab.docker(line).exit_code == 0, line
    return lab


def pane_of(lab: Lab, ref: str = "commit_test:second") -> LayersPane:
    return LayersPane(lab.daemon, lambda: lab.language, ref)


def loaded(folder: Path, *layers: Changes) -> Lab:
    """Return a lab with the image ``t:1`` of some layers."""
    tars = [written(each) for each in layers]
    files: dict[str, Any] = {f"{at}.tar": tar for at, tar in enumerate(tars)}
    files["c.json"] = config(*tars)
    lab = Lab(language="en")
    archive = pack(files, item("c.json", *(f"{at}.tar" for at in range(len(tars)))))
    assert lab.docker("load", stdin=archive).exit_code == 0
    return lab


def test_it_opens_on_the_topmost_layer(lab: Lab) -> None:
    main = said(pane_of(lab), "main")
    assert "- removed d" in main
    assert "Whiteout: layer 7 has an entry .wh.d. It hides what lower layers have here" in main
    assert "~ changed first" in main
    assert "boot/" not in main


def test_the_merged_view_has_everything_and_where_it_is_from(lab: Lab) -> None:
    pane = pane_of(lab)
    pane.act("mode", "merged")
    assert "boot/" in said(pane, "main")
    pane.act("folder", ["d", True])
    assert "- removed x" in said(pane, "main")
    pane.act("only_changes", True)
    assert "boot/" not in said(pane, "main")


def test_a_file_tells_its_content_and_its_history(lab: Lab) -> None:
    pane = pane_of(lab)
    pane.act("file", "first")
    side = said(pane, "side")
    assert "hello more" in side
    assert "layer 7 of 7" in side
    assert "layer 6 + added" in side
    assert "layer 7 ~ changed" in side
    pane.act("mode", "merged")
    pane.act("file", "d/x")
    side = said(pane, "side")
    assert "removed by a whiteout at /d" in side
    assert "Its bytes are still in layer 6" in side


def test_the_waste_is_stated_with_its_formula(lab: Lab) -> None:
    foot = said(pane_of(lab), "foot")
    total = max(layer.total_size for layer in lab.state.layers.values())
    assert f"/ {total:,}" in foot
    assert "removed (whiteout)" in foot


def test_a_spot_of_waste_is_shown_among_the_files(lab: Lab) -> None:
    pane = pane_of(lab)
    pane.act("only_changes", True)
    pane.act("reveal", "7 d")
    assert "- removed d" in said(pane, "main")
    assert "/d" in said(pane, "side")


def test_an_image_that_is_gone_leaves_nothing_stale(lab: Lab) -> None:
    pane = pane_of(lab)
    pane.act("file", "first")
    lab.docker("rm -f two")
    lab.docker("rmi commit_test:second")
    drawn = pane.draw()
    assert "no image commit_test:second in the lab any more" in said(pane)
    assert set(drawn) == {"head"}
    pane.act("layer", "7")
    pane.act("image", "commit_test:first")
    assert "layer 6 of 6" not in said(pane)
    assert "+ added first" in said(pane, "main")


def test_a_tag_that_moves_shows_its_new_image(lab: Lab) -> None:
    pane = pane_of(lab)
    pane.draw()
    lab.docker("tag ubuntu:14.04 commit_test:second")
    assert "layer 7" not in said(pane, "main")


def test_an_image_without_layers_says_so() -> None:
    lab = Lab(language="en")
    tar = pack({"c.json": config()}, item("c.json"))
    lab.docker("load", stdin=tar)
    assert "no layers" in said(pane_of(lab, "t:1"))


def test_a_long_folder_is_turned_over_like_pages(tmp_path: Path) -> None:
    pane = pane_of(loaded(tmp_path, {f"f{at:04}": file(b"") for at in range(1001)}), "t:1")
    main = said(pane, "main")
    assert "f0199" in main
    assert "f0200" not in main
    assert "801 more ↓" in main
    pane.act("rows", "1000 ")
    main = said(pane, "main")
    assert "f1000" in main
    assert "f0999" not in main
    assert "↑ 1,000 before" in main


def test_however_many_folders_are_open_the_page_stays_small(tmp_path: Path) -> None:
    changes: Changes = {f"d{a:03}/f{b:03}": file(b"") for a in range(100) for b in range(100)}
    pane = pane_of(loaded(tmp_path, changes), "t:1")
    for at in range(100):
        pane.act("folder", [f"d{at:03}", True])
    assert "Close other folders" in said(pane, "main")
    assert parsed(pane, "main").names.count("button") < 650


@pytest.mark.parametrize("path", ["a/b", "가 나", "\udcff\udc80", "%2F", "a\nb", "+ &<>\"'"])
def test_any_path_comes_back_from_a_page(path: str) -> None:
    assert path_of(key(path)) == path
    assert key(path).isascii()


@pytest.mark.parametrize("value", [
    None, 7, "", "x", "999", "-1", "7 nowhere", "0 a", "٣ x", {"a": 1}, [], ["usr", True],
    [None, None], ["%ff", True], True, "9" * 5000, "nowhere/at/all", "\ud800", "1 \ud800",
    ["\udc80", True],
])
def test_whatever_a_page_sends_it_goes_on(lab: Lab, value: Any) -> None:
    pane = pane_of(lab)
    for action in ("layer", "mode", "file", "folder", "rows", "reveal", "only_changes", "nothing",
                   "image"):
        pane.act(action, value)
        assert pane.draw()["head"]


def test_a_path_of_very_many_folders_is_no_path(lab: Lab) -> None:
    """Looking each of them up would keep the kernel for minutes."""
    pane = pane_of(lab)
    for action, before in (("reveal", "1 "), ("file", ""), ("rows", "1 ")):
        pane.act(action, before + "a/" * 100_000)
    pane.act("folder", ["a/" * 100_000, True])
    assert "This view does not list it." in said(pane, "side")
    pane.act("image", "x" * 10_000_000)
    assert len(pane.draw()["head"]) < 10_000


@pytest.mark.parametrize("language", ["en", "ko"])
def test_hostile_images_are_inert_and_ids_are_unique(language: str) -> None:
    lab = hostile_lab(language)
    for ref in ("app:1", "app:2", "app:3"):
        pane = pane_of(lab, ref)
        assert "main" in pane.draw()
        for mode in ("layer", "merged", "image"):
            pane.act("mode", mode)
            for path in {path for layer in lab.state.layers.values() for path in layer.changes}:
                pane.act("folder", [key(path), True])
                pane.act("file", key(path))
                found = parsed(pane)
                assert not {"img", "script", "svg", "iframe"} & set(found.names)
                assert len(found.ids) == len(set(found.ids))
                assert "\u202e" not in "".join(found.words)
