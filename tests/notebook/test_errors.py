"""What a learner sees of an error that the lab raises, in a real IPython."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import imagelab
from tests.ipython import ipython

IPython = pytest.importorskip("IPython", reason="install imagelab[lab]")


@pytest.fixture
def shell() -> Iterator[Any]:
    with ipython() as found:
        found.user_ns["lab"] = imagelab.use(imagelab.Lab(language="ko"))
        yield found


def shown(shell: Any, cell: str) -> str:
    """What a failing cell shows, without colours."""
    from IPython.utils.capture import capture_output

    with capture_output() as said:
        assert shell.run_cell(cell).error_in_exec is not None
    text = "\n".join([said.stdout, *(repr(each.data["text/plain"]) for each in said.outputs)])
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(("cell", "message"), [
    ("x = 1\nlab.show.layers('없는것')", "BadRequest: invalid reference format"),
    ("lab.show.compare('a:1', 'b:1')", "NotFound: No such image: a:1"),
    ("lab.frames.history('a:1')", "NotFound: No such image: a:1"),
    ("lab.undo()", "EngineError: nothing to undo: this is the beginning of the lab"),
    ("lab.show.map(step=9)", "ValueError: 9단계는 없습니다. 0단계부터 0단계까지 있습니다."),
    ("lab.predict('rmi a:1')", "ValueError: 이 docker rmi 명령이 지우거나 남길 것이 실습실에 "
                               "없어서 예상할 것이 없습니다."),
])
def test_an_error_of_the_lab_is_the_line_and_its_message(
    shell: Any, cell: str, message: str,
) -> None:
    text = shown(shell, cell)
    line = cell.splitlines()[-1]
    assert text.startswith(f"{line}\n{message}\n")
    assert "Traceback" not in text
    assert ("`docker images`" in text) == message.startswith("NotFound")


@pytest.mark.parametrize("cell", [
    "lab.frames.images().groupby('tag')", "lab.frames.images()['size'] > 5"])
def test_what_needs_pandas_is_said_in_a_line(
    shell: Any, monkeypatch: pytest.MonkeyPatch, cell: str,
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    said = shown(shell, cell)
    assert said.startswith(f"{cell}\nNeedsPandas: 이 기능에는 pandas가 필요한데")
    assert "Traceback" not in said


def test_the_rest_of_it_is_kept_for_tb(shell: Any) -> None:
    shown(shell, "lab.show.layers('a:1')")
    from IPython.utils.capture import capture_output

    with capture_output() as said:
        shell.run_line_magic("tb", "")
    assert "Traceback" in said.stdout
    assert "lookup.py" in said.stdout


def test_an_error_of_ones_own_shows_as_ever(shell: Any) -> None:
    text = shown(shell, "int('x')")
    assert "Traceback" in text
    assert "invalid literal for int()" in text
