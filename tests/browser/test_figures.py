"""How quick the views are in Jupyter, and that drawing them again and again costs no memory.

Of several times the shortest counts: what else the machine does only adds to it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.jupyter import Notebook, Server
from tests.browser.looks import STRESS

VIEWS = ("map", "timeline", "space")
#: Milliseconds from the end of a command's cell until a view shows it, by the lab's images.
REDRAW = {50: 300.0, 300: 1000.0}
FIRST = 2000.0
CLICK = 150.0
#: Redraws, the warm-up apart, and by how many megabytes the kernel may grow over them.
REDRAWS = 1000 if STRESS else 50
GROWTH = 4.0

SETUP = f"""
from imagelab import Lab
def many(images):
    lab = Lab.start("04-rmi", language="en")
    for number in range(images - len(lab.state.images)):
        lab.docker("commit commit_test many:" + str(number))
    return lab
sizes = {{images: many(images) for images in {tuple(REDRAW)}}}
labs = {{(view, images): sizes[images].at(-1) for images in sizes for view in {VIEWS}}}
for lab in labs.values():  # a time line of more than a beginning
    lab.docker("tag commit_test:first once")
    lab.docker("tag commit_test:first twice")
"""
SHOWN = [(view, images) for view in VIEWS for images in REDRAW]
CELLS = [SETUP, *(f"labs[{view!r}, {images}].show.{view}()" for view, images in SHOWN)]

#: For all of the functions below.
_COMMON = """
const panel = window.jupyterapp.shell.currentWidget;
const found = () => panel.content.widgets[cell].node.querySelector(".imagelab");
async function until(true_) {
    const end = performance.now() + 30000;
    while (!true_()) {
        if (performance.now() > end) throw new Error("it did not come");
        await new Promise(requestAnimationFrame);
    }
}
"""
#: Runs a cell; answers when its view is in sight.
_FIRST = "async (cell) => {" + _COMMON + """
    const before = found();
    panel.content.activeCellIndex = cell;
    const start = performance.now();
    window.jupyterapp.commands.execute("notebook:run-cell");
    await until(() => found() && found() !== before && found().offsetParent);
    return performance.now() - start;
}"""
#: Clicks several things in turn, so many times; answers with the time that each took.
_CLICKS = "async ([cell, selector, times]) => {" + _COMMON + """
    const took = [];
    for (let number = 0; number < times; number += 1) {
        const targets = found().querySelectorAll(selector);
        const start = performance.now();
        targets[number % 2].dispatchEvent(new MouseEvent("click", { bubbles: true }));
        await until(() => !found().hasAttribute("aria-busy"));
        took.push(performance.now() - start);
    }
    return took;
}"""
#: Runs code in the kernel; answers with the time from its end until the view has changed.
_REDRAW = "async ([cell, code]) => {" + _COMMON + """
    let changed = 0;
    const watch = new MutationObserver(() => { changed ||= performance.now(); });
    watch.observe(found(), { subtree: true, childList: true, characterData: true });
    const kernel = panel.sessionContext.session.kernel;
    await kernel.requestExecute({ code }).done;
    const done = performance.now();
    await until(() => changed);
    watch.disconnect();
    return Math.max(0, changed - done);
}"""

Note = Callable[[str, list[float]], float]


@pytest.fixture(scope="module")
def notebook(page: Any, jupyterlab: Server) -> Notebook:
    opened = Notebook(page, jupyterlab, jupyterlab.write("figures", CELLS))
    opened.run_all()
    for cell in range(1, len(CELLS)):
        opened.cell(cell).locator(".imagelab").wait_for()
    return opened


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Note a figure for the end of the run, and return the shortest of its times."""
    def noted(what: str, times: list[float]) -> float:
        middle = sorted(times)[len(times) // 2]
        record_property("figure", f"{what}: {min(times):.0f} ms (median {middle:.0f} ms)")
        return min(times)

    return noted


@pytest.mark.parametrize("shown", SHOWN, ids="{0[0]}-{0[1]}".format)
def test_first_view(notebook: Notebook, note: Note, shown: tuple[str, int]) -> None:
    cell = SHOWN.index(shown) + 1
    times = [notebook.page.evaluate(_FIRST, cell) for _ in range(3)]
    assert note(f"first view, {shown[0]} of {shown[1]} images", times) < FIRST


@pytest.mark.parametrize("shown", SHOWN, ids="{0[0]}-{0[1]}".format)
def test_redraw(notebook: Notebook, note: Note, shown: tuple[str, int]) -> None:
    view, images = shown
    cell = SHOWN.index(shown) + 1
    times = [notebook.page.evaluate(_REDRAW, [
        cell, f"ran = labs[{view!r}, {images}].docker('commit commit_test more:{number}')"])
        for number in range(5)]
    assert note(f"redraw, {view} of {images} images", times) < REDRAW[images]


@pytest.mark.parametrize(("shown", "selector"), [
    (("map", 50), "[data-click='select']"),
    (("map", 300), "[data-click='select']"),
    (("timeline", 50), "[data-click='go']"),
    (("space", 50), "[data-click='choose']"),
], ids=str)
def test_click(
    notebook: Notebook, note: Note, shown: tuple[str, int], selector: str,
) -> None:
    cell = SHOWN.index(shown) + 1
    times = notebook.page.evaluate(_CLICKS, [cell, selector, 10])
    assert note(f"click, {shown[0]} of {shown[1]} images", times) < CLICK


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_redraws_cost_no_memory(
    notebook: Notebook, record_property: Callable[[str, object], None],
) -> None:
    cell = SHOWN.index(("map", 50)) + 1
    redraw = [cell, "[data-click='select']"]
    notebook.page.evaluate(_CLICKS, [*redraw, 100])
    before = megabytes(notebook)
    notebook.page.evaluate(_CLICKS, [*redraw, REDRAWS])
    growth = megabytes(notebook) - before
    record_property("figure", f"kernel memory over {REDRAWS} redraws: {growth:+.1f} MB")
    assert growth < GROWTH


def megabytes(notebook: Notebook) -> float:
    """What the kernel's process holds in memory, garbage apart."""
    pages = notebook.ask(
        "import gc; gc.collect(); print(open('/proc/self/statm').read().split()[1])")
    return int(pages) * 4096 / 1e6
