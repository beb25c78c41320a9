"""Levels: all of the course's are in order, and what is not in order is said."""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path
from typing import Any

import pytest

from imagelab.cli import main
from imagelab.course.lessons import LESSONS
from imagelab.course.levels.card import CardPane
from imagelab.course.levels.check import commands, measure, told
from imagelab.course.levels.commands import verify as verify_all
from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.library import find, following, own
from imagelab.course.levels.notes import check
from imagelab.course.levels.play import Play
from imagelab.course.levels.read import build
from imagelab.course.levels.seed import default_seed
from imagelab.course.levels.start import begin
from imagelab.course.levels.verify import verify
from imagelab.lab import Lab
from imagelab.terminal.prompt import Prompt

TEMPLATE: dict[str, Any] = {
    "id": "rmi-9", "lesson": "04-rmi", "par": 1, "start": "04-rmi",
    "before": "docker tag commit_test:first {name}:1",
    "solution": "docker rmi {name}:1",
    "variant": [{"name": "spare"}, {"name": "extra"}],
    "goal": [{"kind": "references"}],
    "wrong": [{"do": "docker rmi -f commit_test:first", "ko": "다른 이름", "en": "another name"}],
    "ko": {"title": "이름", "task": "`{name}:1`을 지우세요.", "hints": ["이름"]},
    "en": {"title": "A name", "task": "Remove `{name}:1`.", "hints": ["a name"]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The level above with one thing changed."""
    data = copy.deepcopy(TEMPLATE)
    *above, last = path.split(".")
    place: Any = data
    for each in above:
        place = place[int(each) if each.isdigit() else each]
    place[int(last) if last.isdigit() else last] = value
    return data


def test_a_level_in_order() -> None:
    assert verify(TEMPLATE, "a.toml") == []


@pytest.mark.parametrize(("path", "value", "fault"), [
    ("solution", "docker images", "the start passes without anything done"),
    ("goal", [{"kind": "reference", "name": "other:1"}],
     "the solution fails: There is no name `other:1`."),
    ("par", 2, "par 2 is above what the solution takes: 1"),
    ("before", "true # {name}", "the start passes without anything done"),
    ("wrong.0.do", "docker rmi {name}:1", "wrong attempt 1 passes"),
    ("wrong", TEMPLATE["wrong"] * 2, "wrong attempt 2 lacks the same as 1"),
    ("wrong.0.do", "docker images", "wrong attempt 1 lacks the same as the start"),
    ("start", "99-none", "there is no lesson '99-none'"),
    ("id", "commit-1", "a level of 04-rmi begins with a word of its name"),
    ("variant.1", {"other": "x"}, "the rows of [[variant]] must have the same words"),
    ("variant", [{"unused": "x"}, {"unused": "y"}], "no text has a place {unused}"),
    ("variant.1", {"name": "NONE"}, "variant 2: the start passes"),
    ("goal.0.kind", "refs", "goal.0"),
    ("goal.0.aer", ["x:1"], "goal.0"),
    ("goal", [{"kind": "reference"}], "'name' is a required property"),
    ("goal", [{"kind": "dangling"}], "goal.0"),
    ("files", {"../up": "x"}, "files"),
    ("files", {"/etc/passwd": "x"}, "files"),
    ("files", {"a/../../b": "x"}, "files"),
    ("files", {"a\\..\\b": "x"}, "files"),
    ("files", {"C:x": "x"}, "files"),
    ("files", {"a": "x", "a/b": "x"}, "exists"),
    ("goal", [{"kind": "config", "image": "{name}:1", "key": "Env", "value": [{"a": 1}]}],
     "goal.0.value.0"),
    ("ko.hints", [], "ko.hints"),
    ("ko.hints", list("abcd"), "ko.hints"),
    ("hint", "x", "'hint' was unexpected"),
])
def test_what_is_wrong_with_a_level_is_said(path: str, value: Any, fault: str) -> None:
    found = verify(changed(path, value), "a.toml")
    assert found
    assert all(each.startswith("a.toml: ") for each in found)
    assert any(fault in each for each in found), found


def test_the_last_line_counts_the_levels_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "rmi-9.toml"
    assert main(["levels", "new", str(path)]) == 0
    first = next(iter(own()))
    capsys.readouterr()
    assert verify_all([str(path), first, str(tmp_path / "none.toml")]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == "2 levels verified"
    assert "none.toml" in printed.err


def test_a_new_level_takes_no_file_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "rmi-9.toml"
    path.write_text("mine")
    assert main(["levels", "new", str(path)]) == 1
    assert path.read_text() == "mine"
    assert "File exists" in capsys.readouterr().err


def test_the_course_has_levels_of_every_difficulty_in_files_of_their_names() -> None:
    assert len(own()) >= 30
    assert {build(data).difficulty for data in own().values()} == {1, 2, 3}
    folder = Path(verify.__code__.co_filename).parent / "files"
    assert {path.stem for path in folder.glob("*.toml")} == set(own())


def test_many_levels_have_variants_for_neighbours() -> None:
    assert sum("variant" in data for data in own().values()) >= 12


def test_hints_and_tasks_hold_places_of_no_variant() -> None:
    for data in own().values():
        level = build(data)
        for texts in level.texts.values():
            said = " ".join((texts.title, texts.task, *texts.hints, texts.explanation))
            assert not re.search(r"(?<!\{)\{[a-z_]+\}(?!\})", said), (level.id, said)


def test_a_seed_chooses_the_variant() -> None:
    assert "spare:1" in build(TEMPLATE).solution
    assert "extra:1" in build(TEMPLATE, 1).texts["ko"].task
    assert build(TEMPLATE, 2).solution == build(TEMPLATE).solution


def test_braces_around_other_words_stay() -> None:
    data = changed("solution", "docker rmi {name}:1; docker images --format '{{.ID}} {name} {x}'")
    assert build(data).solution.endswith("'{{.ID}} spare {x}'")


@pytest.mark.parametrize(("text", "fault"), [
    ("id = ", "no TOML"),
    ("a" * 300_000, "longer than"),
    ("a = " + "[" * 100_000, "no TOML"),
    ('id = "rmi-9"', "required property"),
])
def test_a_file_that_is_no_level(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(LevelError, match=fault):
        find(str(path))


@pytest.mark.parametrize("name", ["rmi-99", "", "/etc/passwd", "\0.toml", "../rmi-1.toml"])
def test_there_is_no_such_level(name: str) -> None:
    with pytest.raises(LevelError):
        find(name)


def test_a_name_nearly_right_is_named() -> None:
    with pytest.raises(LevelError, match="did you mean rmi-1"):
        find("rm-1")


def test_a_name_in_capitals_is_found() -> None:
    assert find("RMI-1").id == "rmi-1"


def test_the_next_level_is_of_the_same_lesson_and_seed() -> None:
    after = following(find("rmi-1", 2))
    assert after is not None
    assert (after.id, after.seed) == ("rmi-2", 2)
    lasts = [name for name in own() if following(find(name)) is None]
    assert [own()[name]["lesson"] for name in lasts] == list(LESSONS)
    assert following(build(TEMPLATE)) is None


def test_playing_a_level(tmp_path: Path) -> None:
    (tmp_path / "rmi-9.toml").write_text(_toml())
    lab = Lab.level(str(tmp_path / "rmi-9.toml"), language="en", folder=tmp_path)
    play = lab.play
    assert play is not None
    assert (tmp_path / "rmi-9" / "note.txt").read_text() == "hello\n"
    assert not play.check().passed
    lab.docker("rmi -f commit_test:first")
    verdict = play.check()
    assert verdict.wrong is not None
    assert verdict.wrong.says["en"] == "another name"
    play.reset()
    assert lab.docker("image inspect commit_test:first").exit_code == 0
    lab.docker("images")
    lab.docker("run --rm ubuntu:14.04 cat /etc/hostname")
    lab.docker("rmi nosuch")
    lab.docker("rmi spare:1")
    assert play.check().commands == 1  # looking around and failing is free
    assert play.solved
    assert play.counts
    assert play.par_reached
    assert play.attempts == 3
    play.check()
    assert play.attempts == 3  # it was solved by then


def test_only_docker_commands_that_change_the_lab_are_counted(tmp_path: Path) -> None:
    lab = Lab.start("04-rmi")

    def count() -> int:
        return commands(lab.journal.path(0))

    lab.docker("run -d --name short ubuntu:14.04 sh -c 'sleep 2; echo a > /a'")
    for _ in range(5):
        lab.docker("ps")  # meanwhile it ends
    assert not lab.docker("ps").stdout.partition("\n")[2]
    assert count() == 1
    lab.shell.run("docker run -d --name long ubuntu:14.04 sleep 20; sleep 30", lambda *_: None)
    assert count() == 2
    prompt = Prompt(lab.daemon, tmp_path)
    for line in ("docker run -it --name own ubuntu:14.04", "touch /b", "exit"):
        prompt.submit(line)
    assert count() == 3
    lab.docker("run -d --name last ubuntu:14.04 sleep 3000")
    lab.docker("exec last ls")
    assert count() == 4
    lab.docker("exec last touch /c")
    lab.docker("stop last")
    assert count() == 6
    for number, line in enumerate((
            "volume create data", "login -u student -p imagelab",
            "tag ubuntu:14.04 student/own:1", "push student/own:1",
            "tag ubuntu:14.04 student/own:2", "push student/own:2",  # changes nothing but the Hub
            "rmi student/own:1", "logout", "rm short", "pull busybox"), 7):
        assert lab.docker(line).exit_code == 0
        assert count() == number, line
    for line in ("volume ls", "image history busybox", "search ubuntu", "pull busybox"):
        assert lab.docker(line).exit_code == 0
    assert count() == 16


def test_a_wrong_attempt_is_known_by_all_that_it_lacks() -> None:
    """By which goal, and by which thing of one that is about many."""
    absent = {"kind": "reference", "name": "{name}:1", "absent": True}
    solved, texts = "docker rmi {name}:1; ", {"ko": "…", "en": "…"}
    data = {**TEMPLATE, "goal": [absent, {"kind": "kept"}], "wrong": [
        {"do": f"{solved}docker rm {each}", **texts} for each in ("commit_test", "commit_test2")]}
    assert verify(data, "a.toml") == []
    names = [{"kind": "reference", "name": f"own:{each}"} for each in (1, 2)]
    both = [f"docker tag ubuntu:14.04 own:{each}" for each in (1, 2)]
    data = {**TEMPLATE, "par": 3, "goal": [absent, *names], "wrong": [
        {"do": solved + each, **texts} for each in both], "solution": solved + "; ".join(both)}
    assert verify(data, "a.toml") == []


def test_what_differs_is_told_once_and_fits_a_line() -> None:
    def said(*goals: dict[str, Any], **keys: Any) -> list[str]:
        level = build({**TEMPLATE, "goal": goals, **keys})
        held = measure(level, begin(level))
        return told(level, held.verdict(held.start).differences, "en")

    made = {"solution": "docker tag ubuntu:14.04 own:1"}
    name = {"kind": "reference", "name": "own:1"}
    layers = {"kind": "layers", "image": "own:1", "most": 99}
    assert said(name, layers, **made) == ["There is no name `own:1`."]
    assert said(layers, **made) == ["There is no image `own:1`."]
    own = {"says": {"ko": "…", "en": "Not yet."}}
    assert said(name | own, layers | own, **made) == ["Not yet."]
    first = {"kind": "file", "image": "commit_test:first", "path": "/first"}
    (long,) = said(first | {"text": "long" * 1000})
    assert "`test_first!`" in long
    assert len(long) < 400
    assert long.endswith("…`.")
    (empty,) = said(first | {"text": ""})
    assert empty.endswith("The goal is `(empty)`.")


def test_a_level_does_not_count_once_its_solution_was_shown(tmp_path: Path) -> None:
    (tmp_path / "rmi-9.toml").write_text(_toml())
    lab = Lab.level(str(tmp_path / "rmi-9.toml"), folder=tmp_path)
    assert lab.play is not None
    lab.docker(lab.play.solution().removeprefix("docker "))
    assert lab.play.check().passed
    assert not lab.play.counts
    solved = Lab.level(str(tmp_path / "rmi-9.toml"), folder=tmp_path)
    assert solved.play is not None
    solved.docker("rmi spare:1")
    solved.play.check()
    solved.play.solution()  # to compare
    assert solved.play.counts


def test_reset_writes_the_level_s_files_again_and_beginning_does_not(tmp_path: Path) -> None:
    (tmp_path / "rmi-9.toml").write_text(_toml())
    note = tmp_path / "rmi-9" / "note.txt"
    Lab.level(str(tmp_path / "rmi-9.toml"), folder=tmp_path)
    note.write_text("mine")
    lab = Lab.level(str(tmp_path / "rmi-9.toml"), folder=tmp_path)
    assert note.read_text() == "mine"
    assert lab.play is not None
    lab.play.reset()
    assert note.read_text() == "hello\n"


@pytest.mark.parametrize("name", ["build-1", "build-1/Dockerfile"])
def test_links_lead_no_file_out_of_the_level_s_folder(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    own = tmp_path / "here" / name
    own.parent.mkdir(parents=True)
    own.symlink_to(elsewhere if name == "build-1" else elsewhere / "new")
    with pytest.raises(LevelError, match="leads out"):
        Lab.level("build-1", folder=tmp_path / "here")
    assert list(elsewhere.iterdir()) == []


def test_a_level_whose_files_cannot_be_is_not_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMAGELAB_LANG", "en")
    (tmp_path / "a.toml").write_text(_toml().replace('"note.txt" =', '"n" = ""\n"n/b" ='))
    assert main(["levels", "try", str(tmp_path / "a.toml")]) == 1
    assert "A file of the level cannot be written" in capsys.readouterr().err


def test_a_variant_s_words_lead_no_file_out_of_the_level_s_folder(tmp_path: Path) -> None:
    data = {**TEMPLATE, "files": {"{name}": "text"}, "variant": [{"name": "../../out"}] * 2}
    with pytest.raises(LevelError, match="leads out"):
        Play.start(build(data), tmp_path / "here")
    assert list(tmp_path.iterdir()) == []
    assert any("leads out" in each for each in verify(data, "a.toml"))


def test_a_level_s_file_of_an_editor_on_windows(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbf" + _toml().replace("\n", "\r\n").encode())
    level = find(str(tmp_path / "a.toml"))
    assert "\r" not in str(level)


def test_a_level_s_file_that_does_not_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.toml")
    (tmp_path / "b.toml").symlink_to("/dev/zero")
    (tmp_path / "c.toml").write_text("#" * 2_000_000)
    (tmp_path / "d.toml").mkdir()
    (tmp_path / "e.toml").write_bytes(b"\xff")
    for name, said in zip("abcde", ("regular", "regular", "longer", "regular", "UTF-8"),
                          strict=True):
        with pytest.raises(LevelError, match=said):
            find(str(tmp_path / f"{name}.toml"))


def test_hints_come_one_at_a_time() -> None:
    lab = Lab.level("rmi-1")
    assert lab.play is not None
    given = [lab.play.hint("ko") for _ in range(4)]
    hints = lab.play.level.texts["ko"].hints
    assert tuple(filter(None, given)) == hints
    assert given[len(hints):] == [""] * (4 - len(hints))


def _toml() -> str:
    return """
id = "rmi-9"
lesson = "04-rmi"
par = 1
start = "04-rmi"
before = "docker tag commit_test:first spare:1"
solution = "docker rmi spare:1"
[files]
"note.txt" = "hello\\n"
[[goal]]
kind = "references"
[[wrong]]
do = "docker rmi -f commit_test:first"
ko = "다른 이름"
en = "another name"
[ko]
title = "이름"
task = "지우세요"
hints = ["하나"]
[en]
title = "name"
task = "remove"
hints = ["one"]
"""


def test_seeds_of_learners() -> None:
    assert default_seed({}) is None
    assert default_seed({"IMAGELAB_SEED": "0", "JUPYTERHUB_USER": "mina"}) == 0
    assert default_seed({"IMAGELAB_SEED": "7", "JUPYTERHUB_USER": "mina"}) == 7
    mina, sora = (default_seed({"JUPYTERHUB_USER": name}) for name in ("mina", "sora"))
    assert mina != sora
    assert default_seed({"IMAGELAB_SEED": "-1; x", "JUPYTERHUB_USER": "mina"}) == mina
    assert default_seed({"IMAGELAB_SEED": "1" * 5000, "JUPYTERHUB_USER": "mina"}) == mina


@pytest.mark.parametrize("picture", [True, False])
def test_a_check_draws_the_goal_unless_finding_it_is_the_task(
    tmp_path: Path, picture: bool,
) -> None:
    level = build({**TEMPLATE, "picture": picture})
    play = Play.start(level, tmp_path)
    assert bool(check(play, "en").more) is picture
    pane = CardPane(play, lambda: "en")
    pane.act("check", None)
    assert ('id="maps"' in pane.draw()["foot"]) is picture
