"""Writing an nbgrader course: its settings and a source notebook for each lesson."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from imagelab.course.assignment.source import NoLevels, source

_CONFIG = "nbgrader_config.py"


def write(folder: Path, lessons: Path, seed: int) -> list[str]:
    """Write a course and return the assignments' names.

    Args:
        folder: where; notebooks and settings of an earlier time are written anew.
        lessons: the folder of the lessons' notebooks.
        seed: which variants of the levels the students get.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _CONFIG).write_text((files(__package__) / _CONFIG).read_text("utf-8"), "utf-8")
    names = []
    for path in sorted(lessons.glob("*.ipynb")):
        try:
            notebook = source(json.loads(path.read_text("utf-8")), seed)
        except NoLevels:
            continue
        target = folder / "source" / path.stem / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")
        names.append(path.stem)
    return names
