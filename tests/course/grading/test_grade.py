"""A class is graded by what replays, whatever was handed in."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.cli import main
from imagelab.course.grading import grades as grading
from imagelab.course.grading import judge
from imagelab.course.grading.grades import Grades, grades
from imagelab.course.grading.judge import Graded, Task, grade
from imagelab.course.grading.submissions import submissions
from imagelab.course.grading.tables import cell
from imagelab.course.levels import library
from imagelab.course.levels.play import Play
from imagelab.course.levels.read import build, parse
from imagelab.course.progress import file, recorder
from imagelab.daemon import timeline
from imagelab.shell.budget import Budget

#: Levels of the test's own, so that it does not depend on what the course's ask for.
LEVELS = {
    name: parse(f'''
id = "{name}"
lesson = "04-rmi"
difficulty = {points}
par = 1
before = "docker pull busybox"
solution = "docker tag busybox {{word}}:1"
[[variant]]
word = "apple"
[[variant]]
word = "pear"
[[goal]]
kind = "reference"
name = "{{word}}:1"
[[goal]]
kind = "reference"
name = "busybox:latest"
[[goal]]
kind = "containers"
[[wrong]]
do = "docker rmi busybox"
ko = "지우면 안 됩니다."
en = "Do not remove it."
[[wrong]]
do = "docker run busybox"
ko = "실행할 필요는 없습니다."
en = "No need to run it."
[ko]
title = ""
task = ""
hints = [""]
[en]
title = ""
task = ""
hints = [""]
''', name) for name, points in (("rmi-1", 1), ("rmi-2", 3))}


@pytest.fixture(autouse=True)
def _levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grade in this process, by the test's levels; what the walls add has tests of its own."""
    for module in (library, judge, grading):
        monkeypatch.setattr(module, "own", lambda: LEVELS)

    def run(work: Callable[[Task, Path], Graded], tasks: Iterator[Task], **_: object) -> Any:
        import tempfile

        for number, task in enumerate(tasks):
            with tempfile.TemporaryDirectory() as folder:
                yield number, work(task, Path(folder))

    monkeypatch.setattr(grading, "run", run)
    judge._prepared.cache_clear()
    grading._text.cache_clear()


def fail(key: str, values: object) -> None:
    raise AssertionError((key, values))


def play(path: Path, level: str, *lines: str, seed: int = 0) -> Play:
    """Play a level and check it after each line, as a notebook would."""
    path.parent.mkdir(exist_ok=True, parents=True)
    playing = Play.start(build(LEVELS[level], seed), path.parent)
    recorder.record(playing, path, fail)
    lab = Lab(daemon=playing.daemon)
    for line in lines:
        lab.docker(line)
        playing.check()
    return playing


def change(path: Path, changed: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(path.read_text())
    changed(data)
    path.write_text(json.dumps(data))


def graded(folder: Path, language: str = "en") -> Grades:
    return grades(submissions([folder], language), language, 1)


def points(found: Grades) -> dict[str, tuple[int, ...]]:
    return {row.student: tuple(row.points.values()) for row in found.rows}


def test_what_replays_counts(tmp_path: Path) -> None:
    play(tmp_path / "kim" / file.NAME, "rmi-1", "tag busybox apple:1")
    play(tmp_path / "kim" / file.NAME, "rmi-2", "tag busybox pear:1", seed=1)
    play(tmp_path / "lee.json", "rmi-1", "images", "rmi busybox")
    play(tmp_path / "lee.json", "rmi-2", "tag busybox other:1")
    play(tmp_path / "park.json", "rmi-2", "tag busybox apple:1", seed=0)
    play(tmp_path / "park.json", "rmi-1").solution()
    found = graded(tmp_path)
    assert points(found) == {"kim": (1, 3), "lee": (0, 0), "park": (0, 3)}
    assert [row.total for row in found.rows] == [4, 0, 3]
    assert found.rows[0].remarks == ()
    assert found.rows[0].attempts == 2
    assert "rmi-1 (2 checks)" in found.rows[1].remarks[0]
    assert "Do not remove it." in found.rows[1].remarks[0]
    assert "There is no name `apple:1`." in found.rows[1].remarks[1]
    assert "solution was shown" in found.rows[2].remarks[0]


@pytest.mark.parametrize(("changed", "reason"), [
    (lambda best: best["transcript"].update(steps=[]), "does not lead there"),
    (lambda best: best.update(seed=1), "does not lead there"),
    (lambda best: best["transcript"]["steps"][0].update(words=["tag", "busybox", "b:1"]),
     "does not lead there"),
    (lambda best: best.update(transcript={}), "cannot be replayed"),
    (lambda best: best["transcript"].update(steps=5), "cannot be replayed"),
    (lambda best: best["transcript"]["steps"][0].clear(), "cannot be replayed"),
    (lambda best: best["transcript"]["steps"][0].update(
        files=[{"kind": "file", "path": "/../../x", "piece": ["d", 1]}]), "cannot be replayed"),
    (lambda best: best["transcript"].update(steps=best["transcript"]["steps"] * 2_001),
     "cannot be replayed"),
])
def test_what_only_says_that_it_is_solved_gets_nothing_and_says_why(
    tmp_path: Path, changed: Callable[[dict[str, Any]], object], reason: str,
) -> None:
    play(tmp_path / "kim.json", "rmi-1", "tag busybox apple:1")
    change(tmp_path / "kim.json", lambda data: changed(data["levels"]["rmi-1"]["best"]))
    found = graded(tmp_path)
    assert points(found) == {"kim": (0, 0)}
    assert reason in found.rows[0].remarks[0]


@pytest.mark.parametrize(("changed", "reason"), [
    (lambda level: level.update(solution_shown=True), "solution was shown"),
    (lambda level: level.update(solved=False, failing=level.pop("best")), "nothing to look at"),
])
def test_a_right_transcript_is_not_all_that_it_takes(
    tmp_path: Path, changed: Callable[[dict[str, Any]], object], reason: str,
) -> None:
    play(tmp_path / "kim.json", "rmi-1", "tag busybox apple:1")
    change(tmp_path / "kim.json", lambda data: changed(data["levels"]["rmi-1"]))
    found = graded(tmp_path)
    assert points(found) == {"kim": (0, 0)}
    assert reason in found.rows[0].remarks[0]


@pytest.mark.parametrize("level", [
    {"solved": True, "commands": 1, "attempts": 1},
    {"solved": True, "solution_shown": True, "best": {"transcript": {"version": 1}}},
])
def test_a_claim_without_a_transcript_gets_nothing(tmp_path: Path, level: object) -> None:
    (tmp_path / "kim.json").write_text(
        json.dumps({"imagelab_progress": 1, "levels": {"rmi-1": level, "unknown-1": level}}))
    found = graded(tmp_path)
    assert points(found) == {"kim": (0, 0)}
    assert len(found.rows[0].remarks) == 1


def test_hostile_files_cost_their_own_student_only(tmp_path: Path) -> None:
    play(tmp_path / "kim.json", "rmi-1", "tag busybox apple:1")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    (tmp_path / "empty.json").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "kim.json")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / file.NAME).symlink_to(tmp_path / "kim.json")
    (tmp_path / ".hidden.json").write_text("x")
    found = graded(tmp_path)
    assert points(found) == {
        "deep": (0, 0), "empty": (0, 0), "folder": (0, 0), "kim": (1, 0), "linked": (0, 0)}
    faults = {row.student: row.remarks[0] for row in found.rows if row.remarks}
    assert faults["folder"] == "there is no file of progress"
    said = {row.student: row.remarks for row in graded(tmp_path, "ko").rows}
    assert said["folder"] == ("진도 파일이 없습니다",)
    assert all("cannot be read" in faults[each] for each in ("deep", "empty", "linked"))


def test_one_student_s_replays_cannot_take_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grading, "_SECONDS", 4)
    monkeypatch.setattr(grading, "grade", lambda *task: replace(grade(*task), seconds=5.0))
    for name, levels in (("kim", LEVELS), ("lee", ("rmi-2",))):
        for level in levels:
            play(tmp_path / f"{name}.json", level, "tag busybox apple:1")
    found = graded(tmp_path)
    assert points(found) == {"kim": (1, 0), "lee": (0, 3)}
    assert "too long" in found.rows[0].remarks[0]
    assert found.rows[1].remarks == ()


def test_the_best_of_several_files_of_a_student_counts(tmp_path: Path) -> None:
    play(tmp_path / "kim" / "a" / file.NAME, "rmi-1", "tag busybox apple:1")
    play(tmp_path / "kim" / "b" / file.NAME, "rmi-2", "tag busybox apple:1")
    (tmp_path / "kim" / "imagelab-progress-damaged-1.json").write_text("{")
    assert points(graded(tmp_path)) == {"kim": (1, 3)}


def test_students_are_told_apart(tmp_path: Path) -> None:
    for folder in ("kim", "lee"):
        play(tmp_path / folder / file.NAME, "rmi-1", "tag busybox apple:1")
    (tmp_path / "lee.json").write_text("{}")
    kim, lee, other = (
        tmp_path / each for each in (f"kim/{file.NAME}", f"lee/{file.NAME}", "lee.json"))
    assert [each.student for each in submissions([kim, kim, lee, other], "en")] == [
        str(other), str(lee), "kim"]


def test_common_errors_are_counted_by_students(tmp_path: Path) -> None:
    for name in ("kim", "lee", "park"):
        play(tmp_path / f"{name}.json", "rmi-2", *("run busybox",) * 3)
    play(tmp_path / "kim.json", "rmi-1", "rmi busybox", "pull busybox", "tag busybox apple:1")
    play(tmp_path / "lee.json", "rmi-1", "images")
    # What a file says is counted, as far as there is such a thing; and what its end lacks.
    change(tmp_path / "park.json", lambda data: data["levels"].update({
        "rmi-1": {"lacks": {"wrong-1": 9, "wrong-77": 9, "goal-1:nothing": 3, "=evil()": 5}},
        "unknown-1": {"lacks": {"wrong-1": 9}}}))
    change(tmp_path / "lee.json", lambda data: data["levels"]["rmi-2"].update(lacks={}))
    found = [(each.level, each.students, each.text) for each in graded(tmp_path).errors]
    assert found == [
        ("rmi-2", 3, "No need to run it."), ("rmi-1", 2, "Do not remove it."),
        ("rmi-1", 2, "There is no name `apple:1`.")]


def test_the_language_of_remarks(tmp_path: Path) -> None:
    play(tmp_path / "kim.json", "rmi-1", "images")
    assert "확인 1번" in graded(tmp_path, "ko").rows[0].remarks[0]


def test_tables_for_spreadsheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IMAGELAB_LANG", "en")
    folder = tmp_path / "handed in"
    play(folder / "김민지.json", "rmi-1", "tag busybox apple:1")
    for name in ("=HYPERLINK(1)", "lee"):
        play(folder / f"{name}.json", "rmi-1", "images")
    table = tmp_path / "table.csv"
    assert main(["grade", str(folder), "-o", str(table)]) == 0
    data = table.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    assert rows[0] == ["student", "total (4)", "rmi-1 (1)", "rmi-2 (3)", "checks",
                       "what is missing"]
    assert rows[1][:5] == ["'=HYPERLINK(1)", "0", "0", "0", "1"]
    assert rows[3][:5] == ["김민지", "1", "1", "0", "1"]
    errors = list(csv.reader((tmp_path / "table-errors.csv").read_text("utf-8-sig").splitlines()))
    assert errors[0] == ["level", "students", "what they were told"]
    assert errors[1:] == [["rmi-1", "2", "There is no name `apple:1`."]]
    assert "3 students" in capsys.readouterr().out
    # What cannot be written is told before a class is graded.
    monkeypatch.setattr("imagelab.course.grading.commands.grades",
                        lambda *_: pytest.fail("it was graded"))
    for words in (["nowhere"], [str(folder), "-o", str(tmp_path / "no" / "t.csv")]):
        assert main(["grade", *words]) == 1
        assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("text", [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "|cmd", "%x", "＝1", "\u200b=1",
])
def test_no_cell_is_a_formula(text: str) -> None:
    assert str(cell(text))[0] in "'\ufffd"


def test_numbers_stay_numbers_and_text_stays_one_line() -> None:
    assert cell(-1) == -1
    assert cell("a\nb\x1b[31m") == "a b\ufffd[31m"
    assert cell("x" * 100_000) == "x" * 8_000, "what is missing in all levels has room"


def test_a_loop_without_end_in_a_container_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timeline, "Budget", lambda: Budget(steps=1_000))
    steps = [{"words": ["run", "busybox", "sh", "-c", "while true; do :; done"], "folder": "/"}]
    assert not grade(Task("rmi-1", 0, {"version": 1, "steps": steps}, "en"), tmp_path).passed
