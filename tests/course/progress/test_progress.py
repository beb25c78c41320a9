"""What learners reach is written down, found again, merged, and never in a lesson's way."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab import Lab
from imagelab.course.levels import notes
from imagelab.course.levels.library import own
from imagelab.course.levels.play import Play
from imagelab.course.levels.read import build, parse
from imagelab.course.progress import file, recorder
from imagelab.course.progress.record import (
    Attempt,
    LevelProgress,
    Progress,
    ProgressError,
    from_json,
    merge,
    to_json,
)
from imagelab.course.progress.table import table
from imagelab.messages import text
from tests.ipython import ipython

LEVEL = build(parse("""
id = "rmi-1"
lesson = "04-rmi"
par = 1
solution = "docker pull busybox"
[[goal]]
kind = "reference"
name = "busybox:latest"
[[wrong]]
do = "docker pull alpine"
ko = "…"
en = "That is another image."
[ko]
title = "…"
task = "…"
hints = ["…", "…"]
[en]
title = "Pull"
task = "Pull busybox."
hints = ["pull", "docker pull"]
""", "level"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / file.NAME


def loud(key: str, values: dict[str, object]) -> None:
    raise AssertionError((key, values))


def playing(path: Path | None, folder: Path) -> tuple[Play, Lab]:
    play = Play.start(LEVEL, folder)
    recorder.record(play, path, loud)
    return play, Lab(daemon=play.daemon)


def level_of(path: Path) -> LevelProgress:
    return file.read(path).levels["rmi-1"]


def test_attempts_hints_and_the_best_solution_are_written_down(path: Path, tmp_path: Path) -> None:
    play, lab = playing(path, tmp_path)
    assert level_of(path).attempts == 0
    lab.docker("pull alpine")
    play.check()
    play.hint("en")
    assert level_of(path).hints == 1
    lab.docker("pull busybox")
    play.check()
    found = level_of(path)
    assert (found.attempts, found.hints, found.solved, found.commands) == (2, 1, True, 2)
    assert not found.par_reached
    assert found.lacks == {"wrong-1": 1}
    assert found.failing is not None
    assert len(found.failing.transcript["steps"]) == 1
    assert abs(found.last - time.time()) < 60
    play.reset()
    lab.docker("pull busybox")
    play.check()
    found = level_of(path)
    assert (found.attempts, found.commands, found.par_reached) == (3, 1, True)
    assert found.best is not None
    assert [step["words"] for step in found.best.transcript["steps"]] == [["pull", "busybox"]]
    play.reset()
    lab.docker("pull alpine")
    lab.docker("pull busybox")
    play.check()
    best = found.best
    playing(path, tmp_path)  # without a hint
    found = level_of(path)
    assert (found.commands, found.par_reached, found.hints, found.best) == (1, True, 1, best)


def test_what_a_check_lacks_is_counted_by_goal(path: Path, tmp_path: Path) -> None:
    level = build(parse("""
id = "a-1"
lesson = "a"
par = 1
solution = "docker pull busybox"
goal = [{ kind = "reference", name = "busybox:latest" }]
ko = { title = "", task = "", hints = [""] }
en = { title = "", task = "", hints = [""] }
""", "level"))
    play = Play.start(level, tmp_path)
    recorder.record(play, path, loud)
    play.check()
    play.check()
    (key,) = file.read(path).levels["a-1"].lacks
    assert key.startswith("goal-1:")
    assert file.read(path).levels["a-1"].lacks[key] == 2


def test_a_level_whose_solution_was_shown_does_not_count_later_either(
    path: Path, tmp_path: Path,
) -> None:
    play, _ = playing(path, tmp_path)
    play.solution()
    assert level_of(path).solution_shown
    play, lab = playing(path, tmp_path)
    lab.docker("pull busybox")
    play.check()
    assert not level_of(path).solved
    assert level_of(path).best is None
    # What the learner is told agrees, and the new play does not show the solution by itself.
    assert not play.counts
    assert "does not count" in repr(notes.check(play, "en"))
    assert not play.solution_shown


def test_a_look_at_the_solution_afterwards_takes_nothing_away(path: Path, tmp_path: Path) -> None:
    play, lab = playing(path, tmp_path)
    lab.docker("pull busybox")
    play.check()
    play.solution()
    play.reset()
    play.solution()
    assert level_of(path).solved
    assert not level_of(path).solution_shown


def test_time_away_is_not_time_spent(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    play, _ = playing(path, tmp_path)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    play.check()
    assert 59 <= level_of(path).seconds <= 61
    monkeypatch.setattr(time, "monotonic", lambda: now + 90)
    play.check()
    assert 89 <= level_of(path).seconds <= 91
    monkeypatch.setattr(time, "monotonic", lambda: now + 100_000)
    play.check()
    assert level_of(path).seconds < 3_600


def test_a_teacher_who_may_read_the_file_may_go_on_reading_it(path: Path) -> None:
    file.write(path, Progress())
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o640)
    file.write(path, Progress(1))
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    play, _ = playing(None, tmp_path)
    play.check()
    assert list(tmp_path.iterdir()) == []
    assert recorder.seed(None, loud) == 0


# --- where ---------------------------------------------------------------------------------


def test_the_file_is_beside_the_start_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(file.VARIABLE)
    deep = tmp_path / "ko" / "own"
    deep.mkdir(parents=True)
    assert file.place(deep) == deep / file.NAME
    (tmp_path / "start.ipynb").write_text("{}")
    assert file.place(deep) == tmp_path / file.NAME
    monkeypatch.setenv(file.VARIABLE, str(tmp_path / "mine.json"))
    assert file.place(deep) == tmp_path / "mine.json"
    monkeypatch.setenv(file.VARIABLE, "")
    assert file.place(deep) is None


def test_a_learner_keeps_a_seed_unless_the_surroundings_have_one(
    path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = recorder.seed(path, loud)
    assert own > 0
    others = {recorder.seed(path.with_name(f"{number}.json"), loud) for number in range(3)}
    assert len({own} | others) > 1, "neighbours have others"
    assert recorder.seed(path, loud) == own
    monkeypatch.setenv("IMAGELAB_SEED", "7")
    assert recorder.seed(path, loud) == 7


# --- what can go wrong ---------------------------------------------------------------------


def _refuse(where: Path, error: ProgressError) -> None:
    raise AssertionError((where, error))


def _add(path: Path, number: int) -> None:
    def added(name: str, before: Progress) -> Progress:
        return Progress(before.seed, {**before.levels, name: LevelProgress(1)})

    for count in range(20):
        file.change(path, partial(added, f"l-{number}-{count}"), _refuse)


def test_notebooks_at_once_lose_nothing(path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(partial(_add, path), range(4)))
    assert len(file.read(path).levels) == 80
    assert sorted(path.parent.iterdir()) == [path]


def test_notebooks_that_get_there_by_a_link_take_turns(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    path, link = tmp_path / "a" / file.NAME, tmp_path / "b" / file.NAME
    link.symlink_to(path)

    def changed(before: Progress) -> Progress:
        assert [each.name for each in path.parent.iterdir()] == [f".{file.NAME}.lock"]
        return before

    file.change(link, changed, _refuse)
    assert link.is_symlink()
    assert file.read(path) == file.read(link)


def test_a_notebook_that_died_in_the_middle_stops_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    lock = path.with_name(f".{path.name}.lock")
    lock.touch()
    os.utime(lock, (1, 1))
    start = time.monotonic()
    file.change(path, lambda before: before, _refuse)
    assert time.monotonic() - start < 1
    lock.touch()
    monkeypatch.setattr(file, "_WAIT", 0.05)
    file.change(path, lambda before: before, _refuse)


HOSTILE = [
    b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe\x00", b"{}",
    b'{"imagelab_progress": true}', b'{"imagelab_progress": 2}', b'{"imagelab_progress": "1"}',
    b'{"imagelab_progress": 1, "seed": -1}', b'{"imagelab_progress": 1, "seed": ' + b"9" * 5_000,
    b'{"imagelab_progress": 1, "seed": NaN}', b'{"imagelab_progress": 1, "seed": 1e400}',
    b'{"imagelab_progress": 1, "levels": []}', b'{"imagelab_progress": 1, "levels": {"a": 1}}',
    b'{"imagelab_progress": 1, "levels": {"<b>": {}}}',
    b'{"imagelab_progress": 1, "levels": {"a": {"attempts": "many"}}}',
    b'{"imagelab_progress": 1, "levels": {"a": {"solved": 1}}}',
    b'{"imagelab_progress": 1, "levels": {"a": {"best": {"transcript": []}}}}',
    b'{"imagelab_progress": 1, "levels": {"a": {"lacks": {"b": -1}}}}',
    # As deep as JSON can be read, but not written again.
    b'{"imagelab_progress": 1, "levels": {"a": {"best": {"transcript": {"a": '
    + b"[" * 800 + b"]" * 800 + b"}}}}}",
]


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_a_damaged_or_hostile_file_is_set_aside(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(ProgressError):
        file.read(path)
    aside: list[Path] = []
    after = file.change(path, lambda before: before, lambda where, _: aside.append(where))
    assert after.levels == {}
    assert aside[0].read_bytes() == data
    assert file.read(path) == after


def test_many_levels_are_refused() -> None:
    with pytest.raises(ProgressError):
        from_json({"imagelab_progress": 1, "levels": {f"a-{number}": {} for number in range(501)}})


def test_a_folder_that_cannot_be_written_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    play = Play.start(LEVEL, tmp_path)
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "in it"
    assert recorder.seed(path, lambda key, _: said.append(key)) == 0
    recorder.record(play, path, lambda key, _: said.append(key))
    assert not play.check().passed
    assert said == ["progress.not_written"]


def test_a_pipe_or_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        recorder.record(Play.start(LEVEL, tmp_path), tmp_path / name,
                        lambda key, _: said.append(key))
    assert said == ["progress.not_written"] * 2


# --- values --------------------------------------------------------------------------------

ONE = LevelProgress(
    3, True, False, 1, 4, False, 100.0, 10.0, 20.0, {"wrong-1": 2, "goal-1:a": 1},
    Attempt(5, 4, 20.0, {"steps": [1]}), Attempt(5, 2, 15.0, {"steps": [2]}))
OTHER = LevelProgress(
    5, True, False, 0, 2, True, 50.0, 5.0, 30.0, {"wrong-1": 3},
    Attempt(6, 2, 30.0, {"steps": [3]}), Attempt(6, 2, 12.0, {"steps": [4]}))


def test_a_merge_keeps_the_best_of_both() -> None:
    both = merge(Progress(1, {"a": ONE, "b": ONE}), Progress(2, {"a": OTHER, "c": OTHER}))
    assert both.seed == 1
    assert both.levels["b"] == ONE
    assert both.levels["c"] == OTHER
    assert both.levels["a"] == LevelProgress(
        5, True, False, 1, 2, True, 100.0, 5.0, 30.0, {"wrong-1": 3, "goal-1:a": 1},
        OTHER.best, ONE.failing)
    assert merge(both, Progress(2, {"a": OTHER})) == both


def test_a_solution_seen_on_one_machine_was_seen() -> None:
    seen, begun, solved = (LevelProgress(solution_shown=True, first=7.0), LevelProgress(),
                           LevelProgress(solved=True))
    for one, other in ((seen, begun), (begun, seen)):
        both = merge(Progress(1, {"a": one}), Progress(1, {"a": other})).levels["a"]
        assert both == seen  # what has not begun has no first time
    for one, other in ((seen, solved), (solved, seen)):
        both = merge(Progress(1, {"a": one}), Progress(1, {"a": other})).levels["a"]
        assert (both.solved, both.solution_shown) == (True, False)


def test_what_was_merged_can_be_read_again() -> None:
    def filled(word: str) -> Progress:
        lacks = {f"{word}:{number}": 1 for number in range(50)}
        return Progress(1, {"a-1": LevelProgress(lacks=lacks)} | {
            f"{word}-{number}": ONE for number in range(499)})

    both = merge(filled("own"), filled("other"))
    assert from_json(to_json(both)) == both
    assert both.levels.keys() >= filled("own").levels.keys()
    assert both.levels["a-1"].lacks == filled("own").levels["a-1"].lacks


def test_progress_as_json_is_the_same_progress() -> None:
    progress = Progress(7, {"a-1": ONE, "b-2": OTHER, "c-3": LevelProgress()})
    assert from_json(json.loads(json.dumps(to_json(progress)))) == progress


# --- the magic -----------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv(file.VARIABLE)
    monkeypatch.chdir(tmp_path)
    with ipython() as shell:
        imagelab.use(Lab(language="en"))
        yield shell


def test_progress_is_shown_exported_and_imported(shell: Any, tmp_path: Path) -> None:
    assert "No level" in repr(shell.run_line_magic("progress", ""))
    shell.run_line_magic("level", "rmi-1")
    shell.run_line_magic("check", "")
    shown = shell.run_line_magic("progress", "")
    assert "rmi-1" in repr(shown)
    assert "not yet" in repr(shown)
    assert "<table" in shown._repr_html_()
    shell.run_line_magic("progress", "export there.json")
    with pytest.raises(ValueError, match="already"):
        shell.run_line_magic("progress", "export there.json")
    (tmp_path / file.NAME).unlink()
    assert "rmi-1" in repr(shell.run_line_magic("progress", "import there.json"))
    for line in ("import nothing.json", "other", "import", "export ", "import ''"):
        with pytest.raises(ValueError, match=r"nothing\.json|shows what"):
            shell.run_line_magic("progress", line)


def test_how_far_each_level_is() -> None:
    far = {
        "par": LevelProgress(3, True, commands=1, par_reached=True, seconds=90.0),
        "solved": LevelProgress(1, True), "shown": LevelProgress(2, solution_shown=True),
        "open": LevelProgress(1), "begun": LevelProgress()}
    shown = table(Progress(1, dict(zip(own(), far.values(), strict=False))), "en")
    assert [row[1] for row in shown.rows] == [text(f"progress.{each}", "en") for each in far]
    assert len({row[1] for row in shown.rows}) == len(far)
    assert shown.rows[0][2:] == ["1", "3", "0", text("progress.minutes", "en", count=2)]
    assert shown.caption == text("progress.caption", "en", solved=2, count=len(own()))


@pytest.mark.parametrize("name", [
    r"sub\our \'progress.json", "'two words.json'", '"two words.json"', "it's.json"])
def test_a_file_is_named_as_it_is(shell: Any, tmp_path: Path, name: str) -> None:
    shell.run_line_magic("level", "rmi-1")
    shell.run_line_magic("progress", f"export {name}")
    plain = "two words.json" if "two words" in name else name
    assert "rmi-1" in file.read(tmp_path / plain).levels
    assert "rmi-1" in repr(shell.run_line_magic("progress", f"import {name}"))


def test_what_cannot_be_read_or_written_is_told(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell.run_line_magic("level", "rmi-1")
    with pytest.raises(ValueError, match=r"there\.json cannot be written"):
        shell.run_line_magic("progress", "export nowhere/there.json")
    shell.run_line_magic("progress", "export there.json")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(file, "change", refuse)  # a folder that is read-only
    assert "rmi-1" in repr(shell.run_line_magic("progress", ""))
    with pytest.raises(ValueError, match="could not be saved"):
        shell.run_line_magic("progress", "import there.json")
    (tmp_path / file.NAME).unlink()
    (tmp_path / file.NAME).mkdir()
    with pytest.raises(ValueError, match="cannot be read"):
        shell.run_line_magic("progress", "")


def test_a_damaged_file_is_told_and_the_level_begins(
    shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / file.NAME).write_text("{")
    shell.run_line_magic("level", "rmi-1")
    assert "imagelab-progress-damaged-1.json" in capsys.readouterr().err
    assert "rmi-1" in file.read(tmp_path / file.NAME).levels
