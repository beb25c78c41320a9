"""Bars at the end of a terminal: there while work goes on, and gone without a trace."""

from __future__ import annotations

import re

from imagelab.engine.progress import Progress
from imagelab.views.terminal_bars import TerminalBars

_PIECE = re.compile(r"\x1b\[(\d+)A|\x1b\[J|\r\n|\r|[^\x1b\r]+")


class Screen:
    """A terminal that knows what the bars need, and a clock."""

    def __init__(self, columns: int = 40) -> None:
        self.lines, self.row, self.seconds = ["$ docker load"], 1, 0.0
        self.lines.append("")
        self.bars = TerminalBars(self.write, lambda: columns, lambda: self.seconds)

    def write(self, text: str) -> None:
        for match in _PIECE.finditer(text):
            piece = match[0]
            if match[1]:
                self.row -= int(match[1])
            elif piece == "\x1b[J":
                self.lines[self.row :] = [""]
            elif piece == "\r\n":
                self.row += 1
                self.lines[self.row :] = [""]
            elif piece != "\r":
                self.lines[self.row] += piece

    def tell(self, name: str, current: int, after: float) -> None:
        self.seconds += after
        self.bars.tell(Progress("Loading layer", name, current, 1000))


def test_quick_work_shows_nothing() -> None:
    screen = Screen()
    with screen.bars:
        screen.tell("a", 0, 0)
        screen.tell("a", 1000, 0.2)
    assert screen.lines == ["$ docker load", ""]


def test_bars_stand_in_place_of_those_before() -> None:
    screen = Screen(80)
    with screen.bars:
        for current in range(0, 900, 100):
            screen.tell("a", current, 0.2)
            screen.tell("b", current + 100, 0.2)
        assert screen.lines == [
            "$ docker load", "a: Loading layer [================>   ] 800B/1kB",
            "b: Loading layer [==================> ] 900B/1kB", ""]
    assert screen.lines == ["$ docker load", ""]


def test_other_output_takes_their_place() -> None:
    screen = Screen()
    with screen.bars:
        screen.tell("a", 0, 0)
        screen.tell("a", 500, 0.5)
        assert len(screen.lines) == 3
        screen.bars.end()
        screen.write("Loaded image\r\n")
        screen.tell("a", 600, 0.1)
    assert screen.lines == ["$ docker load", "Loaded image", ""]


def test_no_line_is_as_wide_as_the_terminal() -> None:
    screen = Screen(20)
    screen.tell("a" * 30, 0, 0)
    screen.tell("a" * 30, 500, 0.5)
    assert [len(line) for line in screen.lines[1:]] == [19, 0]
