"""``%why`` in a real IPython."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import imagelab
from tests.ipython import ipython

pytest.importorskip("IPython", reason="install imagelab[lab]")


@pytest.fixture
def shell() -> Iterator[Any]:
    with ipython() as found:
        imagelab.use(imagelab.Lab(language="ko"))
        yield found


def shown(shell: Any, line: str) -> list[Any]:
    from IPython.utils.capture import capture_output

    with capture_output() as said:
        shell.run_cell(line)
    assert said.stderr == ""
    return [output.data for output in said.outputs]


def test_the_failed_line_of_a_terminal_cell_is_explained(shell: Any) -> None:
    shell.run_cell("%%lab\ndocker pull -q busybox\ndocker create --name c1 busybox")
    shell.run_cell("%%lab\necho one\ndocker rmi busybox")
    [data] = shown(shell, "%why")
    assert "<code>c1</code>" in data["text/html"]
    assert "`c1`" in data["text/plain"]
    assert "거절되는 rmi" in data["text/plain"]


def test_a_step_is_explained_by_its_number(shell: Any) -> None:
    shell.run_cell("%docker rmi nothing")
    shell.run_cell("%docker images")
    [data] = shown(shell, "%why 1")
    assert "No such image: nothing:latest" in data["text/plain"]
    [data] = shown(shell, "%why")
    assert "실패하지 않았습니다" in data["text/plain"]


@pytest.mark.parametrize(("line", "words"), [("%why x", "`%why 3`처럼"), ("%why 9", "9단계는")])
def test_a_step_that_is_not_there_is_told_so(shell: Any, line: str, words: str) -> None:
    [data] = shown(shell, line)
    assert words in data["text/plain"]
