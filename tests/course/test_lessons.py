"""What the lessons start with."""

from __future__ import annotations

import shlex

from imagelab.course.lessons import LESSONS
from tests.lessons.cells import code_cells


def test_later_lessons_start_with_what_the_cells_of_the_first_one_type() -> None:
    typed = {}
    for cell in code_cells("01-commit", "en"):
        line, _, body = cell.source.partition("\n")
        if line.startswith("%%docker "):
            typed[tuple(shlex.split(line)[1:])] = f"{body.rstrip()}\n"
    assert len(typed) == 2
    for lesson in ("02-inspect", "03-history", "04-rmi"):
        starts = {tuple(shlex.split(line)): text for line, text in LESSONS[lesson] if text}
        assert starts == typed
