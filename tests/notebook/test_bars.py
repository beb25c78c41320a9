"""Bars in a cell while a command is at work, and a notebook that is saved as if there were none."""

from __future__ import annotations

from typing import Any

import pytest

from imagelab.engine.progress import Progress
from imagelab.notebook.screen import Screen

pytest.importorskip("IPython", reason="install imagelab[lab]")
nbformat = pytest.importorskip("nbformat", reason="install imagelab[lab]")
nbclient = pytest.importorskip("nbclient", reason="install imagelab[dev]")

SETUP = """\
%load_ext imagelab
import time, imagelab
from imagelab.engine import pull
lab = imagelab.use(imagelab.Lab())
shown = []
publish = get_ipython().display_pub.publish

def listen(data, *args, **kwargs):
    shown.append(dict(data))
    publish(data, *args, **kwargs)

get_ipython().display_pub.publish = listen
fetch, unpacked = pull._fetch, pull._unpacked
from imagelab.notebook import bars
alone, bars.someone_watches = bars.someone_watches, lambda: True

def slow(run):
    def slower(*arguments):
        *rest, tell = arguments
        def told(message):
            time.sleep(0.12)
            tell(message)
        return run(*rest, told)
    return slower

def slow_down():
    pull._fetch, pull._unpacked = slow(fetch), slow(unpacked)
"""


def run(*cells: str) -> list[list[dict[str, Any]]]:
    """Return what the cells show once all have been run, as a notebook is saved."""
    from tests import kernels

    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(cell) for cell in (SETUP, *cells)])
    nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", kernel_manager_class=kernels.Manager).execute()
    return [[dict(output) for output in cell["outputs"]] for cell in notebook.cells[1:]]


def shape(outputs: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Return outputs as a front end keeps them: neighbouring pieces of a stream are one."""
    found: list[tuple[str, Any]] = []
    for each in outputs:
        name = each.get("name", each["output_type"])
        if "text" in each and found and found[-1][0] == name:
            found[-1] = (name, found[-1][1] + each["text"])
        else:
            found.append((name, each["text"] if "text" in each else each["data"]))
    return found


def test_slow_work_shows_bars_and_leaves_none() -> None:
    quick, setup, slow, several, seen = run(
        "%docker pull ubuntu:14.04",
        "slow_down(); lab = imagelab.use(imagelab.Lab()); shown.clear()",
        "%docker pull ubuntu:14.04",
        "print('before')\n%docker pull redis\nprint('after')",
        "print(len(shown) > 5, 'role=\"progressbar\"' in shown[-3]['text/html'], "
        "shown[-3]['text/plain'])")
    assert setup == []
    assert [name for name, _ in shape(quick)] == ["stdout"]
    assert shape(slow) == shape(quick)
    (first, text), bars, (last, rest) = shape(several)
    assert (first, bars, last) == ("stdout", ("display_data", {}), "stdout")
    assert text.startswith("before\n")
    assert rest.endswith("after\n")
    words = seen[0]["text"].split(maxsplit=2)
    assert words[:2] == ["True", "True"]
    assert ": Extracting [====" in words[2]


def test_nobody_is_shown_bars() -> None:
    """What runs notebooks without a person cannot all take a display back, as nbval."""
    _, seen = run(
        "slow_down(); bars.someone_watches = alone\n%docker pull ubuntu:14.04",
        "print(shown)")
    assert seen[0]["text"] == "[]\n"


def test_quick_work_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from imagelab.notebook import bars

    shown: list[float] = []
    now = 0.0
    board = bars.Bars(Screen(), "en", lambda: now)
    monkeypatch.setattr(board, "show", lambda _: shown.append(now))
    for tick in range(100):
        now = tick / 100
        board.tell(Progress("Downloading", "a", tick, 100))
    assert shown[0] == pytest.approx(0.3)
    assert 6 <= len(shown) <= 8
    board.end()
    now += 0.2
    board.tell(Progress("Downloading", "b", 1, 100))
    assert len(shown) <= 8


def test_an_interrupted_cell_leaves_none() -> None:
    stopped, after = run(
        "import _thread, threading\n"
        "slow_down()\n"
        "threading.Timer(1.5, _thread.interrupt_main).start()\n"
        "try:\n"
        "    %docker pull ubuntu:14.04\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')",
        "print(len(lab.state.images), len(lab.journal), len(shown) > 1)")
    assert stopped[-1]["text"].endswith("stopped\n")
    assert [each["data"] for each in stopped if each["output_type"] == "display_data"] == [{}]
    assert after[0]["text"] == "0 0 True\n"
