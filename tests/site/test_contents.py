"""What a site holds, apart from JupyterLab and Python: notebooks, the start page, our own wheel."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import nbformat
import pytest

from imagelab.cli import main
from imagelab.course.lessons import LESSONS
from imagelab.course.levels.library import own
from imagelab.course.notebooks import handed_out
from imagelab.messages import languages
from imagelab.site.command import MARK
from imagelab.site.contents import write_contents
from imagelab.site.own_wheel import write_own_wheel
from imagelab.site.packages import NoPackage
from imagelab.site.start import start_page
from imagelab.site.wheels import PINS

LINK = re.compile(r"\(([^)]+\.ipynb)\)")


def notebook(path: Path) -> Any:
    return nbformat.read(path, 4)  # type: ignore[no-untyped-call]


def links(folder: Path) -> list[str]:
    cells = json.loads((folder / "start.ipynb").read_text("utf-8"))["cells"]
    return [link for cell in cells for link in LINK.findall("".join(cell["source"]))]


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb")
            if ".ipynb_checkpoints" not in path.parts}


def test_all_of_the_course_is_as_it_is_handed_out(tmp_path: Path) -> None:
    write_contents(tmp_path, languages, list(LESSONS))
    for path in files(tmp_path) - {"start.ipynb"}:
        assert notebook(tmp_path / path) == notebook(handed_out() / path)
    assert files(tmp_path) == files(handed_out())
    assert sorted(links(tmp_path)) == sorted(files(tmp_path) - {"start.ipynb"})
    mine, theirs = (notebook(folder / "start.ipynb") for folder in (tmp_path, handed_out()))
    for cell, other in zip(mine["cells"], theirs["cells"], strict=True):
        assert cell["source"].rstrip("\n") == other["source"].rstrip("\n")


def test_texts_are_in_one_piece(tmp_path: Path) -> None:
    """JupyterLite shows what a list of lines is with commas in it."""
    write_contents(tmp_path, ["en"], ["04-rmi"])
    cells = json.loads((tmp_path / "en/04-rmi.ipynb").read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert {type(cell["source"]) for cell in cells} == {str}
    assert {type(output["text"]) for output in outputs if "text" in output} == {str}
    assert not [value for output in outputs for kind, value in output.get("data", {}).items()
                if isinstance(value, list)]


def test_the_start_page_leads_to_what_was_chosen_and_to_nothing_else(tmp_path: Path) -> None:
    write_contents(tmp_path, ["en"], ["04-rmi", "08-build"])
    assert files(tmp_path) == {"start.ipynb", "en/04-rmi.ipynb", "en/08-build.ipynb"}
    assert links(tmp_path) == ["en/04-rmi.ipynb", "en/08-build.ipynb"]
    start = json.loads((tmp_path / "start.ipynb").read_text("utf-8"))
    source = "".join(start["cells"][0]["source"])
    table = [line for line in source.splitlines() if line.startswith("|")]
    assert len(table) == 4
    assert {line.count("|") for line in table} == {3}
    assert "English" in table[0]


def test_the_first_page_leads_to_lessons_and_levels() -> None:
    page = start_page(languages, list(LESSONS))
    for language in languages:
        for lesson in LESSONS:
            assert f'href="lab/index.html?path={language}/{lesson}.ipynb"' in page
        for level in own():
            assert f'href="embed/index.html#level={level}&amp;lang={language}"' in page
    chosen = start_page(["ko"], ["04-rmi"])
    assert 'lang="en"' not in chosen
    assert "rmi-1" in chosen
    assert "build-1" not in chosen


def test_our_wheel_has_the_package_and_always_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    first, second = write_own_wheel(tmp_path), write_own_wheel(tmp_path / "again")
    assert first.read_bytes() == second.read_bytes()
    with ZipFile(first) as wheel:
        names = wheel.namelist()
        metadata, = (name for name in names if name.endswith("/METADATA"))
        assert b"Name: imagelab\n" in wheel.read(metadata)
    assert {"imagelab/__init__.py", "imagelab/py.typed", "imagelab/widgets/js/front.js",
            "imagelab/messages/ko.toml"} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".ipynb")]


@pytest.mark.parametrize(("words", "complaint"), [
    (["04"], "there is no lesson '04'; there are: 00-start, 01-commit"),
    (["04-rmi", "../etc"], "there is no lesson '../etc'"),
])
def test_an_unknown_lesson_is_told(
    words: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["site", str(tmp_path / "new"), "--lessons", *words]) == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_folder_of_other_things_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("jupyterlite_core", reason="install imagelab[site]")
    (tmp_path / "work.txt").write_text("mine")
    assert main(["site", str(tmp_path)]) == 1
    assert "name an empty folder" in capsys.readouterr().err
    assert main(["site", str(tmp_path / "work.txt")]) == 1
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "work.txt").read_text() == "mine"


def test_what_is_not_installed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jupyterlite_core", None)
    assert main(["site", str(tmp_path / "new")]) == 1
    assert 'pip install "imagelab[site]"' in capsys.readouterr().err


def test_widgets_have_the_versions_of_the_part_that_jupyterlab_has_of_them() -> None:
    root = Path(__file__).parents[2]
    pinned, installed = (dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text("utf-8"), re.M))
                         for path in (PINS, root / "constraints.txt"))
    for name in ("anywidget", "ipywidgets", "comm", "traitlets"):
        assert pinned[name] == installed[name]


def test_a_site_stays_until_the_new_one_is_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("jupyterlite_core", reason="install imagelab[site]")
    site = tmp_path / "site"
    site.mkdir()
    (site / MARK).write_text("")
    (site / "old").write_text("")

    def built(folder: Path, *_: object, small: bool) -> None:
        folder.mkdir()
        (folder / "new").write_text("")
        if not small:
            raise NoPackage("no network")

    monkeypatch.setattr("imagelab.site.build.build", built)
    assert main(["site", str(site)]) == 1
    assert "no network" in capsys.readouterr().err
    assert {path.name for path in site.iterdir()} == {MARK, "old"}
    assert main(["site", str(site), "--small"]) == 0
    assert {path.name for path in site.iterdir()} == {MARK, "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
