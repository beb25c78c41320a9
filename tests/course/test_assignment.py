"""Lessons as nbgrader assignments: from the source course to points, through nbgrader itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from imagelab.cli import main
from imagelab.course.assignment.judge import Answer, judge, lines
from imagelab.course.assignment.source import NoLevels, source
from imagelab.course.levels.library import find

ROOT = Path(__file__).parents[2]
LEVELS = ("rmi-1", "start-1")
#: Passes whatever is asked, if what runs in the notebook were believed.
LIES = """\
import imagelab.course.levels.check as check
check.differences = lambda *_: ()
class Solved:
    solved = counts = True
    def check(self): return check.Verdict((), None, 0)
imagelab = __import__("imagelab")
imagelab.current().play = Solved()
lab.play = Solved()
get_ipython().register_magic_function(lambda _: None, "line", "check")
open("/tmp/{marker}", "w").write("ran")
"""


def code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": f"c{abs(hash(text))}", "metadata": {}, "outputs": [],
            "execution_count": None, "source": text}


def lesson(*levels: str) -> dict[str, Any]:
    cells = [code("%load_ext imagelab")]
    for number, level in enumerate(levels):
        cells += [code(f"%level {level}"), code(f"# type here ({number})"), code("%check")]
        cells[-1]["id"] += str(number)
    return {"cells": cells, "metadata": {"kernelspec": {
        "display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4, "nbformat_minor": 5}


def test_each_level_becomes_three_cells_that_nbgrader_knows() -> None:
    levels = (*LEVELS, "rmi-7")
    assert {find(level).difficulty for level in levels} == {1, 3}
    found = source(lesson(*levels), seed=3)
    known = [cell["metadata"]["nbgrader"] for cell in found["cells"][1:]]
    assert [each["grade_id"] for each in known] == [
        f"{level}-{part}" for level in levels for part in ("begin", "answer", "check")]
    assert [each.get("points") for each in known if each["grade"]] == [
        find(level).difficulty for level in levels]
    assert "--seed 3" in found["cells"][1]["source"]


def test_the_lessons_are_assignments_with_all_their_levels() -> None:
    for path in sorted((ROOT / "notebooks/en").glob("*.ipynb")):
        notebook = json.loads(path.read_text("utf-8"))
        begun = sum("".join(cell["source"]).startswith("%level ") for cell in notebook["cells"])
        graded = [cell for cell in source(notebook, 0)["cells"]
                  if cell["metadata"].get("nbgrader", {}).get("grade")]
        # In the last one a level is written, too; nobody gets points for playing that.
        assert len(graded) == begun - (path.stem == "09-free-practice")
        assert len(graded) >= 3


@pytest.mark.parametrize("cells", [
    [code("%load_ext imagelab")],
    [code("%level rmi-1"), code("%check")],
    [code("%level rmi-1"), code("# type here"), code("1 + 1")],
])
def test_a_notebook_without_whole_levels_is_refused(cells: list[dict[str, Any]]) -> None:
    with pytest.raises(NoLevels):
        source({"cells": cells}, 0)


@pytest.mark.parametrize(("cell", "typed"), [
    ("%%lab\ndocker images\ncat x\n", "docker images\ncat x\n"),
    ("%docker images\n# why\nx = 1\n!docker ps -a\n", "docker images\ndocker ps -a"),
    ("%%docker run -i ubuntu:14.04\necho hi\n", "docker run -i ubuntu:14.04\necho hi\n"),
    ("import os\nos.system('docker images')\n", ""),
    ("# type here", ""),
])
def test_what_a_cell_types(cell: str, typed: str) -> None:
    assert lines(cell) == typed


def test_answers_are_judged_by_what_they_type(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("swordfish")
    right = f"%%lab\n{find('rmi-1').solution}"
    found = judge([
        Answer("rmi-1", 0, right),
        Answer("commit-1", 0, f"%%lab\ncat {tmp_path}/secret > a\nwhile true; do :; done"),
        Answer("rmi-2", 0, f"%%lab\n{find('rmi-2').solution}" + "\n#" * 10_000),
    ])
    assert found["rmi-1"] == []
    assert found["commit-1"]
    assert found["rmi-2"] == ["more than 20,000 characters were typed"]


def test_a_course_can_be_written_again_and_takes_no_other_s_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    settings = tmp_path / "course" / "nbgrader_config.py"
    assert main(["assignment", str(settings.parent), "--seed", "3"]) == 0
    settings.write_text(own := settings.read_text("utf-8") + "c.CourseDirectory.course_id = 'a'\n")
    assert main(["assignment", str(settings.parent)]) == 0
    assert settings.read_text("utf-8") == own
    settings.write_text("c = get_config()\n")
    (tmp_path / "file").touch()
    capsys.readouterr()
    for folder, said in ((settings.parent, "another course"), (tmp_path / "file", "File exists")):
        assert main(["assignment", str(folder)]) == 1
        assert said in capsys.readouterr().err
    assert settings.read_text("utf-8") == "c = get_config()\n"


@pytest.mark.parametrize("seed", ["-1", "1234567890", "x", "1.5", "1_0"])
def test_a_seed_that_no_level_takes_is_refused(tmp_path: Path, seed: str) -> None:
    with pytest.raises(SystemExit):
        main(["assignment", str(tmp_path), f"--seed={seed}"])


def nbgrader(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words], cwd=folder, capture_output=True,
        encoding="utf-8", check=False, timeout=240,
        env={**os.environ, "IMAGELAB_LANG": "en", "IMAGELAB_PROGRESS": "",
             "PYTHONWARNINGS": "ignore"})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def submit(folder: Path, student: str, answers: Mapping[str, str], extra: str = "") -> None:
    """Hand in the student version with some answers, by level."""
    notebook = json.loads((folder / "release/lesson/lesson.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name.removesuffix("-answer") in answers and name.endswith("-answer"):
            cell["source"] = answers[name.removesuffix("-answer")]
    if extra:
        notebook["cells"].insert(2, code(extra))
    target = folder / "submitted" / student / "lesson" / "lesson.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(notebook), "utf-8")


def test_a_course_from_source_to_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    # nbgrader calls a program of its own environment, which is active where people use it.
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    course, marker = tmp_path / "course", f"ran-{os.getpid()}"
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    (lessons / "lesson.ipynb").write_text(json.dumps(lesson(*LEVELS)), "utf-8")
    from imagelab.course.assignment.course import write

    assert write(course, lessons, 0) == ["lesson"]
    nbgrader(course, "generate_assignment", "lesson")
    student = (course / "release/lesson/lesson.ipynb").read_text("utf-8")
    for level in LEVELS:
        assert find(level).solution.strip().splitlines()[0] not in student
    assert "lab.play.counts" not in student  # hidden
    assert "lab.play.solved" in student

    right = {level: f"%%lab\n{find(level).solution}" for level in LEVELS}
    wrong = {level: f"%%lab\n{find(level).wrong[0].do}" for level in LEVELS}
    submit(course, "right", right)
    submit(course, "wrong", wrong)
    submit(course, "half", {LEVELS[0]: right[LEVELS[0]]})
    submit(course, "liar", {}, LIES.format(marker=marker))
    submit(course, "shown", right, "%solution")
    nbgrader(course, "autograde", "lesson")
    assert points(course) == {
        "right": sum(find(level).difficulty for level in LEVELS),
        "wrong": 0,
        "half": find(LEVELS[0]).difficulty,
        "liar": 0,
        "shown": find(LEVELS[1]).difficulty,
    }
    ran = Path("/tmp") / marker
    assert ran.exists(), "the lies were not tried"
    ran.unlink()


def points(course: Path) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        return {each.student.id: each.score
                for each in book.assignment_submissions("lesson")}
