"""Grades as CSV, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from imagelab.course.grading.grades import Grades
from imagelab.formats.printable import printable
from imagelab.messages import text

Row = Sequence[str | int]
#: What a cell begins with that spreadsheets take for a formula.
_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
#: Characters of one cell; spreadsheets take 32,767.
_LONGEST = 8_000


def errors_path(path: Path) -> Path:
    """Return where the table of errors is that belongs to a table of grades."""
    return path.with_name(f"{path.stem}-errors{path.suffix}")


def write_tables(grades: Grades, path: Path, language: str) -> None:
    """Write the grades into a file, and the errors into one beside it.

    Raises:
        OSError: they cannot be written.
    """
    levels = list(grades.possible)
    head = [text("grade.student", language),
            f"{text('grade.total', language)} ({sum(grades.possible.values())})",
            *(f"{level} ({points})" for level, points in grades.possible.items()),
            text("grade.attempts", language), text("grade.remarks", language)]
    _write(path, head, (
        [row.student, row.total, *(row.points[level] for level in levels), row.attempts,
         " / ".join(row.remarks)] for row in grades.rows))
    head = [text(f"grade.{key}", language) for key in ("level", "students", "error")]
    _write(errors_path(path), head, (
        [each.level, each.students, each.text] for each in grades.errors))


def _write(path: Path, head: Row, rows: Iterable[Row]) -> None:
    # Spreadsheets take a file for UTF-8 if it begins with this mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([cell(each) for each in row] for row in (head, *rows))


def cell(value: str | int) -> str | int:
    """Return what is safe in a cell: text that a spreadsheet could take for a formula is text."""
    if isinstance(value, int):
        return value
    plain = printable(value, _LONGEST)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
