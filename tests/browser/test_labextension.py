"""Where no kernel stands behind a view, Jupyter shows its picture and no dead controls."""

from __future__ import annotations

import json
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest

import imagelab
from tests.browser.jupyter import ROOT, Notebook, Server, keep

#: A live view that needs none of the lab's own: how often it was clicked, and a name of the lab.
COUNTER = """
import imagelab
from imagelab.views.html import tag
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import View

lab = imagelab.Lab.start("04-rmi", language="en")
imagelab.use(lab)

class Counter(Pane):
    clicks = 0

    def draw(self):
        return {
            "main": tag("p", f"{self.clicks} clicks, {len(lab.state.images)} images", id="count"),
            "foot": tag("button", "more", id="more", class_="il-button", data_click="more")}

    def act(self, action, value):
        self.clicks += action == "more"

View(lab.show.map().still, Counter, lab.daemon, lambda: lab.language)
"""
NOTE = "Run the cell again"
ERRORS = ("Error displaying widget", "Loading widget")


@pytest.fixture
def notebook(page: Any, jupyter: Server) -> Notebook:
    """A notebook in which the counter has been run."""
    opened = Notebook(page, jupyter, jupyter.write("counter", [COUNTER]))
    opened.run_all()
    clicked(opened)
    return opened


@pytest.fixture(scope="module")
def saved(page: Any, jupyter: Server) -> str:
    """What is in the file of such a notebook, after its kernel has ended."""
    opened = Notebook(page, jupyter, jupyter.write("saved", [COUNTER]))
    opened.run_all()
    clicked(opened)
    content = json.dumps(opened.save())
    jupyter.end_kernels()
    return content


def reopened(page: Any, jupyter: Server, content: str) -> Notebook:
    """Open a notebook with this content, and run nothing."""
    (jupyter.notebooks / "reopened.ipynb").write_text(content, "utf-8")
    return Notebook(page, jupyter, "reopened.ipynb")


def clicked(notebook: Notebook) -> None:
    """Click the live view, which shows that it is there and answers."""
    output = notebook.cell(0)
    output.get_by_text("0 clicks, 3 images").wait_for()
    output.get_by_role("button", name="more").click()
    output.get_by_text("1 clicks, 3 images").wait_for()
    assert not output.get_by_role("img").filter(visible=True).count()


def is_picture(notebook: Notebook) -> None:
    """The cell shows the picture with its alternative text and how to go on, and nothing else."""
    output = notebook.cell(0)
    output.get_by_text(NOTE).filter(visible=True).wait_for()
    picture = output.get_by_role("img", name="images: 3")
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 300
    assert not output.get_by_role("button").filter(visible=True).count()
    for error in ERRORS:
        assert not output.get_by_text(error).filter(visible=True).count()


def test_a_reopened_notebook_shows_the_picture(
    page: Any, jupyter: Server, saved: str,
) -> None:
    is_picture(reopened(page, jupyter, saved))
    keep(page, f"{jupyter.front.name}-reopened")


def test_a_page_that_is_loaded_anew_goes_on_with_its_kernel(notebook: Notebook) -> None:
    notebook.save()
    notebook.reload()
    notebook.cell(0).get_by_text("1 clicks, 3 images").wait_for()
    notebook.cell(0).get_by_role("button", name="more").click()
    notebook.cell(0).get_by_text("2 clicks, 3 images").wait_for()
    assert not notebook.cell(0).get_by_text(NOTE).filter(visible=True).count()


def test_when_its_kernel_restarts_a_view_turns_into_its_picture(notebook: Notebook) -> None:
    notebook.restart_kernel()
    is_picture(notebook)
    keep(notebook.page, f"{notebook.server.front.name}-restarted")
    notebook.run_all()
    clicked(notebook)


def test_when_its_kernel_dies_a_view_turns_into_its_picture(notebook: Notebook) -> None:
    notebook.server.end_kernels()
    is_picture(notebook)


def test_saved_widget_state_is_no_live_view(notebook: Notebook) -> None:
    """As ``nbconvert --execute`` leaves it, and Jupyter where it is asked to."""
    notebook.command(SAVE_STATE)
    assert notebook.becomes(lambda: "widgets" in notebook.save()["metadata"], seconds=10)
    notebook.command(SAVE_STATE)
    notebook.server.end_kernels()
    notebook.reload()
    # It has been made out of its saved state; where there is no extension, it is seen like this.
    notebook.page.locator(".imagelab button:disabled").wait_for(state="attached")
    is_picture(notebook)


SAVE_STATE = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"


def test_an_untrusted_notebook_shows_the_picture_and_starts_nothing(
    page: Any, jupyter: Server, saved: str,
) -> None:
    content = json.loads(saved)
    # What was changed outside Jupyter is not what Jupyter has signed.
    content["cells"][0]["outputs"][0]["data"]["image/svg+xml"] = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200">'
        "<script>window.top.hurt = true</script></svg>")
    is_picture(reopened(page, jupyter, json.dumps(content)))
    assert page.evaluate("() => window.hurt") is None
    assert not page.locator(".imagelab-live").count()


def test_without_an_svg_the_text_is_shown(page: Any, jupyter: Server, saved: str) -> None:
    content = json.loads(saved)
    del content["cells"][0]["outputs"][0]["data"]["image/svg+xml"]
    output = reopened(page, jupyter, json.dumps(content)).cell(0)
    output.get_by_text("commit_test:second").first.wait_for()
    output.get_by_text(NOTE).filter(visible=True).wait_for()


def test_the_extension_is_installed_with_the_package() -> None:
    described = json.loads((ROOT / "labextension/package.json").read_text("utf-8"))
    assert described["version"] == imagelab.__version__
    installed = {Path(each).as_posix() for each in files("imagelab") or ()}
    for part in ("package.json", described["jupyterlab"]["_build"]["load"]):
        assert any(each.endswith(f"labextensions/imagelab/{part}") for each in installed)
