"""``imagelab grade``: a table of a class's points, and of what went wrong most often."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from imagelab.course.grading.grades import grades
from imagelab.course.grading.submissions import submissions
from imagelab.course.grading.tables import errors_path, write_tables
from imagelab.formats.printable import printable
from imagelab.messages import text

#: Errors that are printed; the table has them all.
_SHOWN = 10


def grade(places: Sequence[str], output: str, language: str) -> int:
    """Grade what students handed in, write the tables, and print what went wrong most often."""
    path = Path(output)
    try:
        found = submissions(list(map(Path, places)), language)
        for table in (path, errors_path(path)):
            table.open("ab").close()  # a spreadsheet may hold it: told before a class is graded
        result = grades(found, language)
        write_tables(result, path, language)
    except OSError as error:
        print(f"imagelab: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(text("grade.written", language, count=len(found), file=path,
               errors=errors_path(path)))
    for each in result.errors[:_SHOWN]:
        print(printable(f"{each.students:4}  {each.level}  {each.text}"))
    return 0
