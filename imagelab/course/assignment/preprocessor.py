"""A part of nbgrader's autograding: takes the points of levels that were not solved by typing.

nbgrader runs a student's notebook, and what runs there can tell the checks anything. So each
level's answer is typed again apart from it; see :mod:`imagelab.course.assignment.judge`.
"""

from __future__ import annotations

import re
from typing import Any

from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from imagelab.course.assignment.judge import Answer, judge
from imagelab.course.assignment.source import ANSWER, BEGIN, CHECK

_BEGIN = re.compile(r"%level (\S+) --seed (\d+)")


class Retype(NbGraderPreprocessor):  # type: ignore[misc]
    """Types each level's answer again and fails the check of those that are not solved by it."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade a notebook that has been run."""
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id", ""): cell for cell in nb.cells}
        missing = judge([_answer(cells, name.removesuffix(CHECK))
                         for name in cells if name.endswith(CHECK)])
        for level, texts in missing.items():
            if texts:
                failure = new_output(  # type: ignore[no-untyped-call]
                    "error", ename="NotSolved", evalue="; ".join(texts), traceback=texts)
                cells[level + CHECK].outputs.append(failure)
        return nb, resources


def _answer(cells: dict[str, Any], level: str) -> Answer:
    begun = _BEGIN.fullmatch(cells[level + BEGIN].source) if level + BEGIN in cells else None
    source = cells[level + ANSWER].source if level + ANSWER in cells else ""
    return Answer(level, int(begun[2]) if begun else 0, source)
