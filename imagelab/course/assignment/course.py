"""Writing an nbgrader course: its settings and a source notebook for each lesson."""

from __future__ import annotations

import errno
import json
from importlib.resources import files
from pathlib import Path

from imagelab.course.assignment.source import NoLevels, source

_CONFIG = "nbgrader_config.py"
#: What settings say that grade by what was typed.
_OURS = "imagelab.course.assignment.preprocessor"


def write(folder: Path, lessons: Path, seed: int) -> list[str]:
    """Write a course and return the assignments' names.

    Args:
        folder: where; notebooks of an earlier time are written anew, settings stay.
        lessons: the folder of the lessons' notebooks.
        seed: which variants of the levels the students get.

    Raises:
        OSError: it cannot be written, or the folder has settings of another course.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_settings(folder / _CONFIG)
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


def _write_settings(path: Path) -> None:
    """Write nbgrader's settings; a teacher may have added some to ours, which stay."""
    if not path.exists():
        path.write_text((files(__package__) / _CONFIG).read_text("utf-8"), "utf-8")
    elif _OURS not in path.read_text("utf-8", "replace"):
        raise FileExistsError(errno.EEXIST, "these settings are of another course", str(path))
