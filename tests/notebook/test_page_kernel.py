"""What the lab learns from the kernel that it runs in, or from none."""

from __future__ import annotations

import builtins
from types import SimpleNamespace
from typing import Any

import pytest

from imagelab.notebook.queue import holds_one_command, more_cells_wait
from imagelab.notebook.screen import Screen
from imagelab.widgets.kernel import request, someone_watches

pytest.importorskip("IPython", reason="install imagelab[lab]")


class PageKernel:
    """Shaped like PyodideKernel of jupyterlite-pyodide-kernel 0.8.6.

    It has neither sockets nor channels, and ``get_parent`` without a channel's name; the page puts
    the message of each request into ``_parent_header``, which is not there before the first.
    """

    def __init__(self) -> None:
        self.interpreter = SimpleNamespace()
        self.comm_manager = SimpleNamespace(comms={})
        self.parent_header = None
        self.lite_transform_manager = SimpleNamespace()

    def get_parent(self) -> Any:
        return self._parent_header

    def asked(self, **content: Any) -> None:
        self._parent_header = {
            "header": {"msg_id": "1", "msg_type": "execute_request", "session": "s"},
            "parent_header": {}, "metadata": {}, "content": content, "channel": "shell",
            "buffers": []}


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> PageKernel:
    found = PageKernel()
    monkeypatch.setattr(
        "IPython.core.getipython.get_ipython", lambda: SimpleNamespace(kernel=found))
    return found


def test_a_kernel_in_the_page_tells_the_cell_that_runs(kernel: PageKernel) -> None:
    assert request() == {}
    kernel.asked(code="%docker ps", silent=False, allow_stdin=True)
    assert request()["code"] == "%docker ps"


@pytest.mark.parametrize("content", [{}, {"allow_stdin": True}])
def test_someone_sits_at_the_page(kernel: PageKernel, content: dict[str, bool]) -> None:
    assert someone_watches()
    kernel.asked(**content)
    assert someone_watches()


def test_a_page_that_asks_nobody_is_believed(kernel: PageKernel) -> None:
    kernel.asked(allow_stdin=False)
    assert not someone_watches()


@pytest.mark.parametrize(("code", "is_one"), [
    ("%docker ps", True), ("%%lab\ndocker ps\nls", True), ("%docker ps\nx = 1", False),
    ("x = 1", False), ("", False)])
def test_what_else_is_in_the_cell_is_known_in_the_page_too(
    kernel: PageKernel, code: str, is_one: bool,
) -> None:
    assert not holds_one_command()
    kernel.asked(code=code)
    assert holds_one_command() is is_one


def test_the_page_hands_over_one_cell_after_the_other(kernel: PageKernel) -> None:
    kernel.asked(code="%docker run -it busybox")
    assert not more_cells_wait()


def test_where_the_page_cannot_ask_the_input_ends_and_a_hint_says_so(
    kernel: PageKernel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    kernel.asked(code="%docker run -it busybox")
    monkeypatch.setattr(builtins, "input", lambda prompt: None)
    screen = Screen()
    screen.out(b"/ # ")
    assert screen.read_line() == b""
    assert screen.unanswered == "no_input"
    screen.end(0)
    assert capsys.readouterr().out == "/ # "


def test_without_a_kernel_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: None)
    assert request() == {}
    assert not someone_watches()
    assert not more_cells_wait()
    assert not holds_one_command()
