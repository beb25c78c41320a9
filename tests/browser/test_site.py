"""The course as files: built, behind Python's own server, in a browser that has no more."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from platformdirs import user_cache_path

from imagelab import Lab
from imagelab.course.lessons import LESSONS
from imagelab.course.levels.library import find
from imagelab.messages import text
from imagelab.notebook.backup import NAME
from imagelab.site.packages import npm_package
from tests.browser.axe import violations
from tests.browser.jupyter import Notebook, keep
from tests.browser.looks import STRESS
from tests.browser.site import Site, Visit, build, served
from tests.browser.test_figures import _CLICKS as CLICKS
from tests.browser.test_lessons import PICTURES, find_picture

#: What a learner runs after a break, and on another computer.
AGAIN = ("%load_ext imagelab", "%progress", "%backup", "import imagelab\nlab = imagelab.current()",
         "lab.show.map()")
AFTER = ("%load_ext imagelab\nimport imagelab\nimagelab.use(imagelab.Lab.start('04-rmi'))",
         *AGAIN[1:])
LEVELS = ("start-1", "commit-1", "inspect-1", "rmi-1", "build-1")
#: What can be clicked in a map.
MARKS = "[data-click='select']"
HEADINGS = {"ko": "4. 이미지 삭제", "en": "4. Removing images"}
#: A language and levels: one of each, and with ``make stress`` five in both.
RUN = [("ko", LEVELS), ("en", LEVELS)] if STRESS else [("ko", ("rmi-1",))]


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Visit]:
    visit = Visit(browser, site)
    yield visit
    visit.close()
    assert visit.outside == []


@pytest.mark.parametrize(("language", "levels"), RUN)
def test_the_course_is_taken_in_a_browser_alone(
    visit: Visit, browser: Any, site: Site, language: str, levels: tuple[str, ...], tmp_path: Path,
) -> None:
    page = visit.page
    page.goto(f"{site.address}/")
    keep(page, f"site-start-{language}")
    assert violations(page) == []
    page.get_by_role("link", name=HEADINGS[language]).click()
    page.get_by_role("heading", name=HEADINGS[language]).wait_for(timeout=60_000)
    lesson = visit.open(f"{language}/04-rmi.ipynb")
    lesson.run_all()
    find_picture(lesson, PICTURES[language, "04-rmi"])
    keep(page, f"site-lesson-{language}")
    assert page.get_by_text("Traceback (most recent call last)").count() == 0

    for name in levels:
        solution = find(name, 1).solution
        level = visit.open(visit.write(f"{language}/{name}.ipynb", [
            "%load_ext imagelab", f"%level {name} --seed 1", f"%%lab\n{solution}", "%check"]))
        level.run_all()
        level.cell(3).get_by_text(text("level.solved", language, id=name)).wait_for()
        keep(page, f"site-{name}-{language}")

    after = visit.open(visit.write(f"{language}/after.ipynb", AFTER))
    after.reload()
    after.run_all()
    check_progress(after, language, levels)
    pane = after.cell(4).locator(".il-side")
    before = pane.inner_text()
    after.cell(4).locator("g.node").filter(has_text="commit_test:first").first.click()
    assert after.becomes(lambda: pane.inner_text() != before, seconds=5)
    saved = exported(after, language, tmp_path)
    check_archives_come_and_go(after, tmp_path)

    other = Visit(browser, site)
    other.page.goto(site.url("start.ipynb"))
    other.page.get_by_role("heading", name="imagelab").wait_for(timeout=60_000)
    there = other.open(other.write(f"{language}/again.ipynb", AGAIN))
    there.run_all()
    there.cell(2).get_by_label(text("backup.upload", language)).set_input_files(saved)
    there.cell(2).get_by_text(text("backup.restored", language, file=saved.name)).wait_for()
    there.run_all()
    check_progress(there, language, levels)
    there.cell(4).get_by_text("commit_test:first").first.wait_for()
    keep(other.page, f"site-again-{language}")
    assert other.outside == []
    other.close()


def check_progress(notebook: Notebook, language: str, levels: tuple[str, ...]) -> None:
    for name in levels:
        row = notebook.cell(1).get_by_role("row").filter(has_text=name)
        assert text("progress.solved", language) in row.inner_text()


def check_archives_come_and_go(notebook: Notebook, folder: Path) -> None:
    """Upload an archive in JupyterLab's file list, load and save it, download the same bytes."""
    page, lab = notebook.page, Lab()
    lab.docker("pull busybox")
    lab.docker("save -o mine.tar busybox", folder=folder)
    with page.expect_file_chooser() as chooser:
        page.locator(".jp-FileBrowser [data-command='filebrowser:upload'], "
                     ".jp-FileBrowser .jp-ToolbarButtonComponent[title*='Upload']").first.click()
    chooser.value.set_files(folder / "mine.tar")
    page.locator(".jp-DirListing-item").filter(has_text="mine.tar").wait_for()
    assert "Loaded image: busybox:latest" in notebook.ask(
        "from pathlib import Path; at = next(Path('/drive').rglob('mine.tar')).parent\n"
        "%cd -q {at}\n%docker load -i mine.tar\n%docker save -o ours.tar busybox")
    place = notebook.ask("print(at.relative_to('/drive').joinpath('ours.tar').as_posix())").strip()
    with page.expect_download() as download:
        page.evaluate(_DOWNLOAD, place)
    assert Path(download.value.path()).read_bytes() == (folder / "mine.tar").read_bytes()


#: As the file list's own "Download" does.
_DOWNLOAD = """async (path) => {
    const { commands } = window.jupyterapp;
    await commands.execute("filebrowser:go-to-path", { path });
    await commands.execute("filebrowser:download");
}"""


def exported(notebook: Notebook, language: str, folder: Path) -> Path:
    """Save the lab by its buttons, download the file and return its path."""
    pane = notebook.cell(2)
    pane.get_by_role("button", name=text("backup.save", language)).click()
    with notebook.page.expect_download() as download:
        pane.get_by_role("link", name=text("backup.download", language, file=NAME)).click()
    download.value.save_as(folder / NAME)
    return folder / NAME


@pytest.mark.skipif(not STRESS, reason="every lesson, for minutes: make stress")
@pytest.mark.parametrize("lesson", LESSONS)
def test_lessons_print_what_they_print_elsewhere(visit: Visit, site: Site, lesson: str) -> None:
    """Each digest, time and size among it."""
    visit.page.goto(site.url("start.ipynb"))
    visit.page.get_by_role("heading", name="imagelab").wait_for(timeout=60_000)
    opened = visit.open(f"en/{lesson}.ipynb")
    opened.command("notebook:clear-all-cell-outputs")
    opened.run_all(seconds=240)
    here = visit.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.toJSON()")
    stored = json.loads((site.notebooks / f"files/en/{lesson}.ipynb").read_text("utf-8"))
    for mine, theirs in zip(streams(here), streams(stored), strict=True):
        assert mine == theirs


def streams(notebook: Any) -> list[tuple[str, ...]]:
    """Return what each cell printed on both streams, with the beginning of its source.

    Carriage returns do not count: JupyterLab has carried them out.
    """
    return [(cell["source"][:60], *(
        "".join("".join(output["text"]) for output in cell["outputs"]
                if output.get("name") == stream).replace("\r", "")
        for stream in ("stdout", "stderr")))
        for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_figures(
    browser: Any, site: Site, record_property: Callable[[str, object], None],
) -> None:
    """What a site weighs, and how long a learner waits; times are for a machine that rests."""
    whole = sum(path.stat().st_size for path in site.notebooks.rglob("*") if path.is_file())
    visit = Visit(browser, site)
    site.sent = 0
    cold, lesson = first_command(visit)
    sent = site.sent
    lesson.run_all()
    panes = lesson.page.locator(".jp-Notebook .jp-CodeCell").filter(has=lesson.page.locator(MARKS))
    cell = int(panes.first.evaluate(
        "cell => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].indexOf(cell)"))
    clicks = sorted(lesson.page.evaluate(CLICKS, [cell, MARKS, 11]))
    click = clicks[len(clicks) // 2]
    warm, _ = first_command(visit)
    visit.close()
    for figure in (
        f"site: {whole / 1e6:.1f} MB, of which a first lesson takes {sent / 1e6:.1f} MB",
        f"site: first command {cold:.1f} s after the first visit, {warm:.1f} s after a later one",
        f"site: click on a map answered within {click:.0f} ms (median of {len(clicks)})",
    ):
        record_property("figure", figure)
    assert whole < 100e6
    assert sent < 30e6
    if STRESS:
        assert cold < 20
        assert warm < 8
        assert click < 50


def first_command(visit: Visit) -> tuple[float, Notebook]:
    """Open a lesson and type a command; return the seconds that it took until it was answered."""
    start = time.monotonic()
    visit.page.goto("about:blank")
    lesson = visit.open("ko/04-rmi.ipynb")
    lesson.ask("%load_ext imagelab")
    assert "REPOSITORY" in lesson.ask("%docker images")
    return time.monotonic() - start, lesson


@pytest.mark.skipif(not STRESS, reason="builds another site: make stress")
def test_a_small_site_takes_python_from_its_network(browser: Any, tmp_path: Path) -> None:
    build(tmp_path / "small", "--small", "--lang", "ko", "--lessons", "04-rmi")
    assert not (tmp_path / "small/pyodide/pyodide.asm.wasm").exists()
    core = npm_package("pyodide", user_cache_path("imagelab", False))
    with served(tmp_path / "small") as site:
        visit = Visit(browser, site)

        def network(route: Any) -> None:
            name = route.request.url.rpartition("/")[2]
            route.fulfill(path=core / name, headers={"Access-Control-Allow-Origin": "*"})

        visit.context.route("https://cdn.jsdelivr.net/pyodide/*/full/*", network)
        lesson = visit.open("ko/04-rmi.ipynb")
        lesson.ask("%load_ext imagelab")
        assert "REPOSITORY" in lesson.ask("%docker images")
        asked = {url.rpartition("/")[2] for url in visit.outside}
        assert asked == {"pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"}
        visit.close()
