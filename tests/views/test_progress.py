"""Bars as text, and which of many pieces have one."""

from __future__ import annotations

import pytest

from imagelab.engine.progress import Progress
from imagelab.views.progress import MAX_BARS, Board, text


@pytest.mark.parametrize(("message", "line"), [
    (Progress("Downloading", "a1", 250, 1000), f"a1: Downloading [{'=' * 5}>{' ' * 14}] 250B/1kB"),
    (Progress("Downloading", "a1", 1000, 1000), f"a1: Downloading [{'=' * 20}] 1kB/1kB"),
    (Progress("Importing", "", 2000), "Importing 2kB"),
    (Progress("Building", "", 1, 4, "steps"), f"Building [{'=' * 5}>{' ' * 14}] 1/4 steps"),
])
def test_a_bar_is_always_as_wide(message: Progress, line: str) -> None:
    assert text([message]) == line


def test_pieces_that_are_done_make_room() -> None:
    board = Board()
    for number in range(MAX_BARS):
        board.take(Progress("Pushing", str(number), 0, 10))
    board.take(Progress("Pushed", "3"))
    board.take(Progress("Pushing", "new", 0, 10))
    assert len(board.pieces) == MAX_BARS
    assert "3" not in board.pieces
    assert "new" in board.pieces
