"""A lesson as an nbgrader source notebook.

Of each level the notebook gets three cells that nbgrader knows: the one that begins it, locked;
the one to type in, with the model solution between nbgrader's marks; and the check, locked, worth
points, of which a part is hidden from students.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from imagelab.course.levels.level import Level
from imagelab.course.levels.library import find

#: Ends of the IDs under which nbgrader knows a level's cells.
BEGIN, ANSWER, CHECK = "-begin", "-answer", "-check"
_LEVEL = re.compile(r"%level ([a-z]+-\d+)")
_CHECK = """\
%check
assert lab.play.solved
### BEGIN HIDDEN TESTS
assert lab.play.counts  # the solution was not shown
### END HIDDEN TESTS"""


class NoLevels(ValueError):
    """A notebook has no level to be graded."""


def source(notebook: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return a lesson's notebook as nbgrader wants it.

    Args:
        notebook: the lesson, format 4; stays as it is.
        seed: which variants of the levels the students get.

    Raises:
        NoLevels: there is none, or one is not followed by a cell to type in and a check.
    """
    cells = [_plain(cell) for cell in notebook["cells"]]
    found = [(place, match[1]) for place, cell in enumerate(cells)
             if cell["cell_type"] == "code" and (match := _LEVEL.fullmatch(cell["source"]))]
    if not found:
        raise NoLevels("the notebook has no %level")
    for place, name in found:
        after = [cell for cell in cells[place:] if cell["cell_type"] == "code"]
        _prepare(after[:3], find(name, seed))
    return {**notebook, "cells": cells}


def _plain(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell without outputs, its source in one piece."""
    own = {**cell, "source": "".join(cell["source"]), "metadata": {}}
    return {**own, "outputs": [], "execution_count": None} if "outputs" in cell else own


def _prepare(cells: list[dict[str, Any]], level: Level) -> None:
    if len(cells) < 3 or cells[2]["source"] != "%check":
        raise NoLevels(f"%level {level.id} must be followed by a cell to type in, and by %check")
    begin, answer, check = cells
    begin["source"] = f"%level {level.id} --seed {level.seed}"
    begin["metadata"] = _metadata(level.id + BEGIN, locked=True)
    answer["source"] = (f"%%lab\n### BEGIN SOLUTION\n{level.solution.strip()}\n"
                        "### END SOLUTION")
    answer["metadata"] = _metadata(level.id + ANSWER, solution=True)
    check["source"] = _CHECK
    check["metadata"] = _metadata(level.id + CHECK, locked=True, points=level.difficulty)


def _metadata(
    identifier: str, *, locked: bool = False, solution: bool = False, points: int = 0,
) -> dict[str, Any]:
    own = {"grade_id": identifier, "locked": locked, "solution": solution, "grade": points > 0,
           "schema_version": 3, "task": False}
    return {"nbgrader": {**own, "points": points} if points else own}
